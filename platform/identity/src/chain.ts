import { unreachable } from '@gesim/base'
import { gesimAccountAbi, gesimAccountFactoryAbi, gesimIdentityAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'
import type { ChainSettings } from '@gesim/store'
import type { Accounts } from './ports.ts'

/** Accounts as the factory on chain makes them. */
export function chainAccounts(chain: ChainSettings): Accounts {
  const { client, asked } = openChain(chain.rpcUrl, (cause) => unreachable('identity.no-chain', {}, cause))
  return {
    addressFor: (owner) =>
      asked(
        client.readContract({
          address: chain.addresses.accountFactory,
          abi: gesimAccountFactoryAbi,
          functionName: 'getAddress',
          args: [[owner], 0n],
        }),
      ),
    signs: (account, owner) =>
      asked(
        client.readContract({
          address: account,
          abi: gesimAccountAbi,
          functionName: 'isSigner',
          args: [owner],
        }),
      ),
    deployed: async (account) => (await asked(client.getCode({ address: account }))) !== undefined,
    tokenOf: async (account) => {
      const [held, revoked] = await Promise.all(
        (['isEntitled', 'isRevoked'] as const).map((functionName) =>
          asked(
            client.readContract({
              address: chain.addresses.identity,
              abi: gesimIdentityAbi,
              functionName,
              args: [account],
            }),
          ),
        ),
      )
      return { held: held!, revoked: revoked! }
    },
  }
}
