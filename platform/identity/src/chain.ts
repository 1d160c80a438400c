import { unreachable } from '@gesim/base'
import { gesimAccountFactoryAbi } from '@gesim/contracts'
import type { ChainSettings } from '@gesim/store'
import { createPublicClient, http } from 'viem'
import type { Accounts } from './ports.ts'

/** Accounts as the factory on chain makes them. */
export function chainAccounts(chain: ChainSettings): Accounts {
  const client = createPublicClient({ transport: http(chain.rpcUrl, { retryCount: 2, timeout: 10_000 }) })
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question()
    } catch (cause) {
      throw unreachable('identity.no-chain', {}, cause)
    }
  }
  return {
    addressFor: (owner) =>
      ask(() =>
        client.readContract({
          address: chain.addresses.accountFactory,
          abi: gesimAccountFactoryAbi,
          functionName: 'getAddress',
          args: [[owner], 0n],
        }),
      ),
    deployed: (account) => ask(async () => (await client.getCode({ address: account })) !== undefined),
  }
}
