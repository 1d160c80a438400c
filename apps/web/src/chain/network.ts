import type { Addresses } from '@gesim/contracts'
import { type Chain, createPublicClient, defineChain, http, type PublicClient, type Transport } from 'viem'
import { ask } from '../api/ask.ts'
import type { Network } from '../api/shapes.ts'

let known: Promise<Network> | null = null

/** The operator's network, asked once for a page. */
export function network(): Promise<Network> {
  known ??= ask<Network>('GET', '/v1/network').catch((error) => {
    known = null
    throw error
  })
  return known
}

/** Where the contracts are. */
export async function addresses(): Promise<Addresses> {
  // The wire knows names and addresses only; which names there are is the contracts' word.
  return (await network()).addresses as unknown as Addresses
}

/** Reads the chain through our own origin's read-only door. */
export async function chainClient(): Promise<PublicClient<Transport, Chain>> {
  const { chainId } = await network()
  const url = doorUrl('/rpc/chain')
  return createPublicClient({
    chain: defineChain({
      id: chainId,
      name: chainId === 8453 ? 'Base' : `chain ${chainId}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    }),
    transport: http(url, { batch: true }),
    pollingInterval: 500,
  })
}

/** An absolute address on our own origin: viem wants no relative one. */
export function doorUrl(path: string): string {
  return new URL(path, location.origin).href
}
