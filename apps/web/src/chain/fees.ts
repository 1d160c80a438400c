import { gesimPaymasterAbi, testUsdcAbi } from '@gesim/contracts'
import type { GesimSmartAccount } from '@gesim/contracts/account'
import { encodeFunctionData } from 'viem'
import type { Hex } from '../api/shapes.ts'
import { addresses, chainClient } from './network.ts'
import { sendCalls } from './operations.ts'

/** Who pays an account's network fees, from the paymaster itself. */
export interface Purse {
  /** What GeSIM still pays, until when. */
  readonly budgetMicros: bigint
  readonly budgetValidUntil: number
  /** What was paid ahead for the account, by whomever. */
  readonly creditMicros: bigint
}

/** A gift of the operator: fees for as many accounts as it says. */
export interface Promotion {
  readonly amountMicros: bigint
  readonly limit: number
  readonly taken: number
  readonly validUntil: number
  readonly isTaken: boolean
}

const paymaster = async () => ({ address: (await addresses()).paymaster, abi: gesimPaymasterAbi }) as const

export async function purseOf(account: Hex): Promise<Purse> {
  const [client, contract] = await Promise.all([chainClient(), paymaster()])
  return client.readContract({ ...contract, functionName: 'purseOf', args: [account] })
}

/** A promotion as it stands, or null where the chain knows none of this number. */
export async function promotionOf(promotion: Hex, account: Hex): Promise<Promotion | null> {
  const [client, contract] = await Promise.all([chainClient(), paymaster()])
  const [found, isTaken] = await Promise.all([
    client.readContract({ ...contract, functionName: 'promotionOf', args: [promotion] }),
    client.readContract({ ...contract, functionName: 'hasTaken', args: [promotion, account] }),
  ])
  return found.amountMicros === 0n ? null : { ...found, isTaken }
}

/** Adds a promotion to the account's budget. */
export async function takePromotion(signer: GesimSmartAccount, promotion: Hex): Promise<Hex> {
  const { address: to, abi } = await paymaster()
  const data = encodeFunctionData({ abi, functionName: 'takePromotion', args: [promotion, signer.address] })
  return (await sendCalls(signer, [{ to, data }])).receipt.transactionHash
}

/** Pays network fees of an account ahead: any account's, of which only that account can take it back. */
export async function payFeesAhead(
  signer: GesimSmartAccount,
  account: Hex,
  amountMicros: bigint,
): Promise<Hex> {
  const [{ usdc }, { address: to, abi }] = await Promise.all([addresses(), paymaster()])
  const approve = { abi: testUsdcAbi, functionName: 'approve', args: [to, amountMicros] } as const
  const topUp = { abi, functionName: 'topUp', args: [account, amountMicros] } as const
  const { receipt } = await sendCalls(signer, [
    { to: usdc, data: encodeFunctionData(approve) },
    { to, data: encodeFunctionData(topUp) },
  ])
  return receipt.transactionHash
}
