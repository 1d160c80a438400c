import { gesimPaymasterAbi, intentEscrowAbi } from '@gesim/contracts'
import type { GesimSmartAccount } from '@gesim/contracts/account'
import { encodeFunctionData } from 'viem'
import type { Hex } from '../api/shapes.ts'
import { balanceOf } from './balance.ts'
import { addresses, chainClient } from './network.ts'
import { sendCalls } from './operations.ts'

/** Everything of an account that is money and not in a purchase, in micro-USDC. */
export interface Leftovers {
  readonly wallet: bigint
  /** Returned into the escrow, because a transfer to the account had failed. */
  readonly escrow: bigint
  /** Paid in ahead for fees. */
  readonly credit: bigint
}

export async function leftoversOf(account: Hex): Promise<Leftovers> {
  const [client, { escrow, paymaster }, wallet] = await Promise.all([
    chainClient(),
    addresses(),
    balanceOf(account),
  ])
  const [kept, purse] = await Promise.all([
    client.readContract({
      address: escrow,
      abi: intentEscrowAbi,
      functionName: 'balanceOf',
      args: [account],
    }),
    client.readContract({
      address: paymaster,
      abi: gesimPaymasterAbi,
      functionName: 'purseOf',
      args: [account],
    }),
  ])
  return { wallet, escrow: kept, credit: purse.creditMicros }
}

/** Brings what our contracts hold for the account into its wallet, in one operation that GeSIM sponsors. */
export async function bringIn(account: GesimSmartAccount, { escrow, credit }: Leftovers): Promise<void> {
  const at = await addresses()
  const out = [escrow, account.address] as const
  const back = [credit, account.address] as const
  await sendCalls(account, [
    ...(escrow > 0n
      ? [
          {
            to: at.escrow,
            data: encodeFunctionData({ abi: intentEscrowAbi, functionName: 'withdrawBalance', args: out }),
          },
        ]
      : []),
    ...(credit > 0n
      ? [
          {
            to: at.paymaster,
            data: encodeFunctionData({ abi: gesimPaymasterAbi, functionName: 'withdrawCredit', args: back }),
          },
        ]
      : []),
  ])
}
