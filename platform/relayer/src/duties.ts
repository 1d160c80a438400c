import { feeTreasuryAbi, gesimPaymasterAbi, testUsdcAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { type Abi, decodeFunctionResult, encodeFunctionData, parseTransaction } from 'viem'
import { type RelayerChain, RpcError } from './chain.ts'

/** The numbers of the fee treasury's duties, by the event that wishes for the call. */
export const DUTIES: Readonly<Record<string, number>> = { 'root.wanted': 1, 'settle.wanted': 2 }
const WEI_PER_ETHER = 10n ** 18n
const NOBODY: Hex = '0x0000000000000000000000000000000000000000'

export interface DutyAddresses {
  readonly feeTreasury: Hex
  readonly paymaster: Hex
  readonly usdc: Hex
}

/** What paying for one duty rests on. */
export interface DutyFacts {
  /** What one is paid; 0 where the treasury knows no such duty. */
  readonly priceMicros: bigint
  /** What the treasury has beyond bonds and what it owes already. */
  readonly freeMicros: bigint
  /** The rate at which the paymaster counts gas; 0 where it has none. */
  readonly microsPerEther: bigint
}

/**
 * Whether a call is worth making through the treasury: it is paid for, there is money to pay with, and the way around costs
 * less gas than it brings.
 */
export function isWorthRelaying(
  facts: DutyFacts,
  gas: { readonly direct: bigint; readonly relayed: bigint; readonly priceWei: bigint },
): boolean {
  const moreGas = gas.relayed > gas.direct ? gas.relayed - gas.direct : 0n
  const costMicros = (moreGas * gas.priceWei * facts.microsPerEther) / WEI_PER_ETHER
  return facts.priceMicros > costMicros && facts.freeMicros >= facts.priceMicros
}

/** The same call as a duty: the treasury makes it, and owes its caller the price. */
export function relayed(treasury: Hex, duty: number, data: Hex): { to: Hex; data: Hex } {
  return {
    to: treasury.toLowerCase() as Hex,
    data: encodeFunctionData({ abi: feeTreasuryAbi, functionName: 'relay', args: [duty, data] }),
  }
}

/** Reads what a duty pays. Throws what the chain's node throws. */
export async function readDuty(chain: RelayerChain, at: DutyAddresses, duty: number): Promise<DutyFacts> {
  const [[terms], balance, bonds, owed, till] = await Promise.all([
    ask<[{ price: bigint }, unknown]>(chain, at.feeTreasury, feeTreasuryAbi, 'dutyOf', [duty]),
    ask<bigint>(chain, at.usdc, testUsdcAbi, 'balanceOf', [at.feeTreasury]),
    ask<bigint>(chain, at.feeTreasury, feeTreasuryAbi, 'totalBonds'),
    ask<bigint>(chain, at.feeTreasury, feeTreasuryAbi, 'totalOwed'),
    ask<{ microsPerEther: bigint }>(chain, at.paymaster, gesimPaymasterAbi, 'till'),
  ])
  return {
    priceMicros: terms.price,
    freeMicros: balance - bonds - owed,
    microsPerEther: till.microsPerEther,
  }
}

/** What the treasury owes to a relayer and can pay now. */
export async function readOwed(chain: RelayerChain, at: DutyAddresses, relayer: Hex): Promise<bigint> {
  const [owed, balance, bonds] = await Promise.all([
    ask<bigint>(chain, at.feeTreasury, feeTreasuryAbi, 'owedTo', [relayer]),
    ask<bigint>(chain, at.usdc, testUsdcAbi, 'balanceOf', [at.feeTreasury]),
    ask<bigint>(chain, at.feeTreasury, feeTreasuryAbi, 'totalBonds'),
  ])
  return owed < balance - bonds ? owed : balance - bonds
}

/**
 * The call of a wish as the duty that it is, with its gas, where that pays; null where it is made directly. Never a reason
 * not to make the call: what goes wrong on the way to the treasury (another's turn, a spent budget, no duty) only means that
 * nobody pays for it.
 */
export async function asDuty(
  chain: RelayerChain,
  at: DutyAddresses,
  wish: { readonly kind: string; readonly data: Hex; readonly from: Hex; readonly directGas: bigint },
): Promise<{ to: Hex; data: Hex; gas: bigint } | null> {
  const duty = DUTIES[wish.kind]
  if (duty === undefined) return null
  try {
    const call = relayed(at.feeTreasury, duty, wish.data)
    const [facts, gas, fees] = await Promise.all([
      readDuty(chain, at, duty),
      chain.estimateGas({ from: wish.from, ...call }),
      chain.fees(),
    ])
    const isWorth = isWorthRelaying(facts, {
      direct: wish.directGas,
      relayed: gas,
      priceWei: fees.baseFee + fees.maxPriorityFeePerGas,
    })
    return isWorth ? { ...call, gas } : null
  } catch (error) {
    if (error instanceof RpcError) return null
    throw error
  }
}

/** The call of a transaction that was signed before, so that it is signed again as it was. */
export function callIn(raw: Hex): { to: Hex; data: Hex } {
  const { to, data } = parseTransaction(raw)
  return { to: to!.toLowerCase() as Hex, data: data ?? '0x' }
}

async function ask<T>(
  chain: RelayerChain,
  to: Hex,
  abi: Abi | readonly unknown[],
  functionName: string,
  args: readonly unknown[] = [],
): Promise<T> {
  const call = { abi: abi as Abi, functionName, args }
  const data = await chain.call({ from: NOBODY, to, data: encodeFunctionData(call) })
  return decodeFunctionResult({ abi: abi as Abi, functionName, data }) as T
}
