import { unreachable } from '@gesim/base'
import { attestorRegistryAbi, carrierRegistryAbi, settlementAbi } from '@gesim/contracts'
import { epochReading, openChain, voucherSigners } from '@gesim/contracts/reading'
import { chainVerifier } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import type { AttestorChain } from './ports.ts'

const USAGE = 2

/** The attestor's own chain node. Its RPC address must be its own: an attestor that reads the operator's attests nothing. */
export function attestorChain(chain: ChainSettings): AttestorChain {
  const open = openChain(chain.rpcUrl, (cause) => unreachable('attestor.chain-unreachable', {}, cause))
  const { client, asked } = open
  const { settlement, attestorRegistry, carrierRegistry, payOnUsage } = chain.addresses
  const registry = { abi: attestorRegistryAbi, address: attestorRegistry } as const
  const verify = chainVerifier(client)
  const parameters = () =>
    asked(client.readContract({ abi: settlementAbi, address: settlement, functionName: 'parameters' }))
  return {
    ...epochReading(open, chain.addresses),
    epochSeconds: async () => (await parameters()).epochSeconds,
    committeeVersionAt: (cutoff) =>
      asked(client.readContract({ ...registry, functionName: 'committeeVersionAt', args: [cutoff] })),
    weightOf: (version, attestor) =>
      asked(client.readContract({ ...registry, functionName: 'weightOf', args: [version, attestor] })),
    async wasUsageKey(book, key) {
      const read = { abi: carrierRegistryAbi, address: carrierRegistry } as const
      const carrier = await asked(client.readContract({ ...read, functionName: 'carrierOf', args: [book] }))
      const { validUntil } = await asked(
        client.readContract({ ...read, functionName: 'keyOf', args: [carrier, USAGE, key] }),
      )
      return validUntil !== 0
    },
    quorumBps: async () => (await parameters()).quorumBps,
    voucherSigner: voucherSigners(open, payOnUsage),
    verify: (signer, digest, signature) => asked(verify(signer, digest, signature)),
  }
}
