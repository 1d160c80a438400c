import { unreachable } from '@gesim/base'
import { carrierRegistryAbi, gesimIdentityAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'
import { chainVerifier, entitlementFacts } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import type { IntentsChain } from './ports.ts'
import { paymentAheadReader } from './renewals/chain.ts'

/** The chain through its JSON-RPC. */
export function rpcIntentsChain(chain: ChainSettings): IntentsChain {
  const { client, asked } = openChain(chain.rpcUrl, (cause) => unreachable('intents.no-chain', {}, cause))
  const verify = chainVerifier(client)
  return {
    isEntitled: (account) =>
      asked(
        client.readContract({
          address: chain.addresses.identity,
          abi: gesimIdentityAbi,
          functionName: 'isEntitled',
          args: [account],
        }),
      ),
    carrierAdmin: async (carrierId) => {
      const count = await asked(
        client.readContract({
          address: chain.addresses.carrierRegistry,
          abi: carrierRegistryAbi,
          functionName: 'carrierCount',
        }),
      )
      // Carriers are numbered from 1.
      if (carrierId < 1 || carrierId > count) return null
      const { admin } = await asked(
        client.readContract({
          address: chain.addresses.carrierRegistry,
          abi: carrierRegistryAbi,
          functionName: 'carrier',
          args: [carrierId],
        }),
      )
      return admin
    },
    entitlementFacts: (proof) => asked(entitlementFacts(client, chain.addresses, proof)),
    paymentAhead: paymentAheadReader({ client, asked }, chain),
    verify: (signer, digest, signature) => asked(verify(signer, digest, signature)),
  }
}
