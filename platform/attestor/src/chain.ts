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
  return {
    ...epochReading(open, chain.addresses),
    async epochSeconds() {
      const parameters = client.readContract({
        abi: settlementAbi,
        address: settlement,
        functionName: 'parameters',
      })
      return (await asked(parameters)).epochSeconds
    },
    committeeVersionAt: (cutoff) =>
      asked(client.readContract({ ...registry, functionName: 'committeeVersionAt', args: [cutoff] })),
    weightOf: (version, attestor) =>
      asked(client.readContract({ ...registry, functionName: 'weightOf', args: [version, attestor] })),
    isUsageKey: (book, key, at) =>
      asked(
        client.readContract({
          abi: carrierRegistryAbi,
          address: carrierRegistry,
          functionName: 'isBookKey',
          args: [book, USAGE, key, at],
        }),
      ),
    voucherSigner: voucherSigners(open, payOnUsage),
    verify: (signer, digest, signature) => asked(verify(signer, digest, signature)),
  }
}
