import { minBigint, refuse } from '@gesim/base'
import { parseEther, parseGwei } from 'viem'

// The node that names these prices is a stranger's. The base fee is the chain's and is burnt, but the tip goes to whoever
// makes the block: a node that makes blocks, or is paid by somebody who does, would name all the ether that the key has.
const MOST_TIP_WEI = parseGwei('3')
/** More than any step takes, the making of the account included. */
export const MOST_GAS = 3_000_000n
/** What one step may cost at most, whatever the node says. */
export const MOST_FEE_WEI = parseEther('0.02')
/** What a whole exit takes: demand, end of the demand, request, end, and the way out of the wallet. */
const GAS_OF_ALL_STEPS = 3_000_000n

/** Prices of a gas unit as a node names them (EIP-1559). */
export interface GasPrices {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** The same prices with no more than the most tip. */
export function cappedPrices({ maxFeePerGas, maxPriorityFeePerGas }: GasPrices): GasPrices {
  const tip = minBigint(maxPriorityFeePerGas, MOST_TIP_WEI)
  return { maxFeePerGas: maxFeePerGas - (maxPriorityFeePerGas - tip), maxPriorityFeePerGas: tip }
}

/** Gas and prices to sign for, a fifth above what was estimated. Throws `proofs.exit-fee-too-high`. */
export function feeToSign(estimatedGas: bigint, told: GasPrices): GasPrices & { readonly gas: bigint } {
  const prices = cappedPrices(told)
  const gas = minBigint((estimatedGas * 12n) / 10n, MOST_GAS)
  const needsWei = gas * prices.maxFeePerGas
  if (estimatedGas > MOST_GAS || needsWei > MOST_FEE_WEI)
    throw refuse('proofs.exit-fee-too-high', { gas: estimatedGas, needsWei, mostWei: MOST_FEE_WEI })
  return { ...prices, gas }
}

/** What to have for all steps; a node that lies cannot make people send more than one step may cost at most. */
export function enoughWei(told: GasPrices): bigint {
  return minBigint(cappedPrices(told).maxFeePerGas * GAS_OF_ALL_STEPS, MOST_FEE_WEI)
}
