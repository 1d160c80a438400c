import { attestorRegistryAbi, payOnUsageAbi, testUsdcAbi } from '@gesim/contracts'
import type { DemandJson, Hex } from '@gesim/journey'
import type { IntentTerms, LeafProof } from '@gesim/proofs'
import { encodeFunctionData } from 'viem'
import type { Call, SignedCommitment } from './ports.ts'
import type { FalseSum } from './sums.ts'

const usage = (data: Hex): Call => ({ contract: 'payOnUsage', data })

/** The calls by which a fault is proven, a leaf demanded, and what follows is done. One line an act. */
export const calls = {
  sumMismatch: (epoch: number, { level, place, opening }: FalseSum) => {
    const { children, ...node } = opening
    const args = [epoch, level, place, node, children] as const
    return usage(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'proveSumMismatch', args }))
  },
  overEscrow: (epoch: number, intentId: Hex, leaf: LeafProof) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'proveOverEscrow',
        args: [epoch, intentId, leaf],
      }),
    ),
  regression: (intentId: Hex, olderEpoch: number, older: LeafProof, epoch: number, leaf: LeafProof) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'proveRegression',
        args: [intentId, olderEpoch, older, epoch, leaf],
      }),
    ),
  tariff: (epoch: number, terms: IntentTerms, leaf: LeafProof) =>
    usage(
      encodeFunctionData({ abi: payOnUsageAbi, functionName: 'proveTariff', args: [epoch, terms, leaf] }),
    ),
  misplaced: (epoch: number, book: number, index: number, intentId: Hex, leaf: LeafProof) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'proveMisplaced',
        args: [epoch, book, index, intentId, leaf],
      }),
    ),
  equivocation: (one: SignedCommitment, other: SignedCommitment) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'proveEquivocation',
        args: [one.attestor, one.commitment, one.signature, other.commitment, other.signature],
      }),
    ),
  slash: ({ commitment, attestor, signature }: SignedCommitment) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'slashSigner',
        args: [commitment, attestor, signature],
      }),
    ),
  demandData: (epoch: number, terms: IntentTerms) =>
    usage(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'challengeData', args: [epoch, terms] })),
  demandEvidence: (epoch: number, terms: IntentTerms, leaf: LeafProof, device: Hex) =>
    usage(
      encodeFunctionData({
        abi: payOnUsageAbi,
        functionName: 'challengeEvidence',
        args: [epoch, terms, leaf, device],
      }),
    ),
  timeout: (json: DemandJson) => {
    const demand = { ...json, total: BigInt(json.total), coSigned: BigInt(json.coSigned) }
    return usage(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'timeout', args: [demand] }))
  },
  withdrawBonds: () => usage(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'withdrawOwed' })),
  restore: (book: number) =>
    usage(encodeFunctionData({ abi: payOnUsageAbi, functionName: 'restore', args: [book] })),
  claimReward: (): Call => ({
    contract: 'attestorRegistry',
    data: encodeFunctionData({ abi: attestorRegistryAbi, functionName: 'claimReward' }),
  }),
  allowBond: (payOnUsage: Hex, bondMicros: bigint): Call => ({
    contract: 'usdc',
    data: encodeFunctionData({ abi: testUsdcAbi, functionName: 'approve', args: [payOnUsage, bondMicros] }),
  }),
} as const
