import { refuse } from '@gesim/base'
import { type Address, isAddress } from 'viem'
import type { ExitNetwork } from './standing.ts'

const NAMES = [
  'usdc',
  'entryPoint',
  'escrow',
  'settlement',
  'payOnUsage',
  'paymaster',
  'accountFactory',
  'accountImplementation',
] as const satisfies readonly (keyof ExitNetwork['addresses'])[]

/** As a file holds it: what `/v1/network` answers fits. */
export interface ExitNetworkJson {
  readonly chainId: number
  readonly fromBlock?: number
  readonly addresses: Readonly<Record<string, string>>
}

/** Reads the network of a page or a file. Throws `proofs.exit-bad-network` with the name of what is wrong. */
export function networkFromJson(json: unknown): ExitNetwork {
  const wrong = (field: string) => refuse('proofs.exit-bad-network', { field })
  if (typeof json !== 'object' || json === null) throw wrong('file')
  const { chainId, fromBlock = 0, addresses } = json as Partial<ExitNetworkJson>
  if (!Number.isSafeInteger(chainId) || chainId! < 1) throw wrong('chainId')
  if (!Number.isSafeInteger(fromBlock) || fromBlock < 0) throw wrong('fromBlock')
  const read = (name: (typeof NAMES)[number]): Address => {
    const address = addresses?.[name]
    if (typeof address !== 'string' || !isAddress(address, { strict: false })) throw wrong(name)
    return address
  }
  return {
    chainId: chainId!,
    fromBlock,
    addresses: Object.fromEntries(NAMES.map((name) => [name, read(name)])) as ExitNetwork['addresses'],
  }
}
