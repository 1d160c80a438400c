import { unreachable } from '@gesim/base'
import { gesimIdentityAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'
import { chainVerifier } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import type { IntentsChain } from './ports.ts'

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
    verify: (signer, digest, signature) => asked(verify(signer, digest, signature)),
  }
}
