import { gesimIdentityAbi, intentEscrowAbi } from '@gesim/contracts'
import type { Hex, Intent, Wallet } from '../api/shapes.ts'
import { carrierNumbers } from '../chain/carrier-numbers.ts'
import { addresses, chainClient } from '../chain/network.ts'

/** What the chain says of the account's token. */
export interface TokenFacts {
  readonly held: boolean
  readonly revoked: boolean
  readonly contract: Hex
  /** When it was made; null where the node does not know that transaction any more. */
  readonly madeAtMs: number | null
}

/** Reads the token from the chain. Rejects where the chain does not answer. */
export async function readToken(account: Hex, identity: Wallet['identity']): Promise<TokenFacts> {
  const [client, { identity: contract }] = await Promise.all([chainClient(), addresses()])
  const token = { address: contract, abi: gesimIdentityAbi, args: [account] } as const
  const [held, revoked, madeAtMs] = await Promise.all([
    client.readContract({ ...token, functionName: 'isEntitled' }),
    client.readContract({ ...token, functionName: 'isRevoked' }),
    identity ? minedAt(identity.txHash) : null,
  ])
  return { held, revoked, contract, madeAtMs }
}

async function minedAt(txHash: Hex): Promise<number | null> {
  const client = await chainClient()
  try {
    const { blockNumber } = await client.getTransactionReceipt({ hash: txHash })
    return Number((await client.getBlock({ blockNumber })).timestamp) * 1000
  } catch {
    // A node need not keep old transactions; that the token is there was asked beside.
    return null
  }
}

/** `IntentState.Open` of the escrow. */
const OPEN = 3

/** The carriers, by number, at which the chain shows each of these purchases as on; null where it does not. */
export async function readCarriers(intents: readonly Intent[]): Promise<ReadonlyMap<Hex, number | null>> {
  const [client, { escrow }] = await Promise.all([chainClient(), addresses()])
  const found = await Promise.all(
    intents.map(async ({ intentId }) => {
      const { state, book } = await client.readContract({
        address: escrow,
        abi: intentEscrowAbi,
        functionName: 'intentOf',
        args: [intentId],
      })
      return [intentId, state === OPEN ? book : null] as const
    }),
  )
  const numbers = await carrierNumbers(found.flatMap(([, book]) => book ?? []))
  return new Map(found.map(([intentId, book]) => [intentId, book === null ? null : numbers.get(book)!]))
}
