import { gesimPaymasterAbi, intentEscrowAbi, payOnUsageAbi, testUsdcAbi } from '@gesim/contracts'
import type { AccountCall } from '@gesim/contracts/account'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { ZERO_HASH } from '../typed-data.ts'
import type { IntentTerms, LeafProof } from '../words.ts'
import { NO_LEAF_BITMAP, type Step } from './decide.ts'
import type { ExitNetwork, IntentStanding, Purse } from './standing.ts'

/** Stands in the place of a leaf that an unanswered demand excuses (`_leafOrExcuse` of the escrow). */
const LEFT_OUT: LeafProof = {
  amount: 0n,
  coSigned: 0n,
  bytesUsed: 0n,
  seq: 0,
  flags: 0,
  evidence: ZERO_HASH,
  bitmap: NO_LEAF_BITMAP,
  siblings: '0x',
}

/** The calls of the account that make a step, all or none. */
export function callsOf(
  step: Step,
  intent: IntentStanding,
  { addresses }: ExitNetwork,
): readonly AccountCall[] {
  const { escrow, payOnUsage, usdc } = addresses
  const terms = intent.terms as IntentTerms
  const toEscrow = (data: Hex): AccountCall => ({ to: escrow, data })
  const toDemands = (data: Hex): AccountCall => ({ to: payOnUsage, data })
  switch (step.kind) {
    case 'refund':
      return [toEscrow(encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refund', args: [terms] }))]
    case 'take-final': {
      const { epoch, leaf } = step.root
      const args = [terms, epoch, leaf as LeafProof, false] as const
      return [toEscrow(encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refundFinal', args }))]
    }
    // Whoever answers a demand is paid its bond; `timeout` below gives it back when nobody did.
    case 'demand':
      return [
        {
          to: usdc,
          data: encodeFunctionData({
            abi: testUsdcAbi,
            functionName: 'approve',
            args: [payOnUsage, step.bondMicros],
          }),
        },
        ...step.epochs.map((epoch) =>
          toDemands(
            encodeFunctionData({ abi: payOnUsageAbi, functionName: 'challengeData', args: [epoch, terms] }),
          ),
        ),
      ]
    case 'end-demand':
      return step.demands.map((demand) =>
        toDemands(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'timeout', args: [demand] })),
      )
    case 'request-exit': {
      const args = [terms, step.chargeMicros, leavesOf(intent)] as const
      return [toEscrow(encodeFunctionData({ abi: intentEscrowAbi, functionName: 'requestExit', args }))]
    }
    case 'finalize-exit': {
      const args = [terms, leavesOf(intent)] as const
      return [toEscrow(encodeFunctionData({ abi: intentEscrowAbi, functionName: 'finalizeExit', args }))]
    }
  }
}

function leavesOf({ roots }: IntentStanding): readonly LeafProof[] {
  return roots.map(({ leaf, isExcused }) => (isExcused || leaf === null ? LEFT_OUT : leaf))
}

/** Where money of the account may lie outside intents and the wallet. */
export const OWED_FROM = ['escrow', 'demands', 'credit'] as const
export type OwedFrom = (typeof OWED_FROM)[number]

/** How much lies there. */
export function owedMicros(from: OwedFrom, purse: Purse): bigint {
  return { escrow: purse.escrowMicros, demands: purse.owedMicros, credit: purse.creditMicros }[from]
}

/** The call that brings it into the wallet. */
export function callOfOwed(
  from: OwedFrom,
  amountMicros: bigint,
  account: Address,
  { addresses }: ExitNetwork,
): AccountCall {
  const { escrow, payOnUsage, paymaster } = addresses
  const args = [amountMicros, account] as const
  switch (from) {
    case 'escrow':
      return {
        to: escrow,
        data: encodeFunctionData({ abi: intentEscrowAbi, functionName: 'withdrawBalance', args }),
      }
    case 'demands':
      return {
        to: payOnUsage,
        data: encodeFunctionData({ abi: payOnUsageAbi, functionName: 'withdrawOwed' }),
      }
    case 'credit':
      return {
        to: paymaster,
        data: encodeFunctionData({ abi: gesimPaymasterAbi, functionName: 'withdrawCredit', args }),
      }
  }
}

/** The call that sends USDC out of the wallet. */
export function callOfSending(to: Address, amountMicros: bigint, { addresses }: ExitNetwork): AccountCall {
  const data = encodeFunctionData({ abi: testUsdcAbi, functionName: 'transfer', args: [to, amountMicros] })
  return { to: addresses.usdc, data }
}
