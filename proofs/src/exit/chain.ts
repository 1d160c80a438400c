import { isFailure, refuse, unreachable } from '@gesim/base'
import { intentEscrowAbi, settlementAbi } from '@gesim/contracts'
import { type Chain, createPublicClient, defineChain, http, type PublicClient, type Transport } from 'viem'
import type { ExitNetwork, ExitTimes } from './standing.ts'

/** A chain node that somebody named. It is asked, never trusted with a key, and what it says of contracts is compared. */
export interface ExitChain {
  readonly client: PublicClient<Transport, Chain>
  readonly network: ExitNetwork
  readonly times: ExitTimes
  /** Waits for an answer; without one, throws `proofs.exit-rpc-silent`. */
  asked<T>(question: Promise<T>): Promise<T>
}

const TIMEOUT_MS = 15_000

/** The address of a chain node as people type it. Throws `proofs.exit-rpc-address`. */
export function readRpcUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text.trim())
  } catch {
    throw refuse('proofs.exit-rpc-address')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('proofs.exit-rpc-address')
  return url.href
}

/**
 * Opens the chain: the node must answer, be of the network's chain, and know its contracts with each other's addresses.
 * Throws `proofs.exit-rpc-silent`, `proofs.exit-rpc-other-chain`, `proofs.exit-rpc-no-contracts`.
 */
export async function openExitChain(rpcUrl: string, network: ExitNetwork): Promise<ExitChain> {
  const { chainId, addresses } = network
  const client = createPublicClient({
    chain: defineChain({
      id: chainId,
      name: `chain ${chainId}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [rpcUrl] } },
    }),
    transport: http(rpcUrl, { timeout: TIMEOUT_MS, retryCount: 2 }),
    cacheTime: 0,
    pollingInterval: 1_000,
  }) as PublicClient<Transport, Chain>
  const asked = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question
    } catch (cause) {
      if (isFailure(cause)) throw cause
      // The address of a node may hold its owner's key, so it stays out of the facts.
      throw unreachable('proofs.exit-rpc-silent', {}, cause)
    }
  }
  const found = await asked(client.getChainId())
  if (found !== chainId) throw refuse('proofs.exit-rpc-other-chain', { found, expected: chainId })
  const code = await asked(client.getCode({ address: addresses.escrow }))
  if (!code) throw refuse('proofs.exit-rpc-no-contracts')
  const [escrow, settlement] = await asked(
    Promise.all([
      client.readContract({ address: addresses.escrow, abi: intentEscrowAbi, functionName: 'parameters' }),
      client.readContract({ address: addresses.settlement, abi: settlementAbi, functionName: 'parameters' }),
    ]),
  )
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  if (
    !same(escrow.usdc, addresses.usdc) ||
    !same(escrow.settlement, addresses.settlement) ||
    !same(escrow.payOnUsage, addresses.payOnUsage) ||
    !same(settlement.escrow, addresses.escrow)
  )
    throw refuse('proofs.exit-rpc-no-contracts')
  return {
    client,
    network,
    times: {
      exitSeconds: escrow.exitSeconds,
      outflowSeconds: escrow.outflowSeconds,
      // PayOnUsage keeps a quarter of the slow window open to answers.
      demandSeconds: Math.floor(settlement.slowSeconds / 4),
    },
    asked,
  }
}
