import { unreachable } from '@gesim/base'
import { gesimIdentityAbi } from '@gesim/contracts'
import { chainVerifier } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { createPublicClient, http } from 'viem'
import type { IntentsChain } from './ports.ts'

/** The chain through its JSON-RPC. */
export function rpcIntentsChain(chain: ChainSettings): IntentsChain {
  const client = createPublicClient({ transport: http(chain.rpcUrl, { retryCount: 2, timeout: 10_000 }) })
  const verify = chainVerifier(client)
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question()
    } catch (cause) {
      throw unreachable('intents.no-chain', {}, cause)
    }
  }
  return {
    isEntitled: (account) =>
      ask(() =>
        client.readContract({
          address: chain.addresses.identity,
          abi: gesimIdentityAbi,
          functionName: 'isEntitled',
          args: [account],
        }),
      ),
    verify: (signer, digest, signature) => ask(() => verify(signer, digest, signature)),
  }
}
