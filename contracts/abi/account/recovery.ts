import type { Address, Hex, PublicClient } from 'viem'
import { gesimAccountAbi } from '../generated/index.ts'

/** Second word of the account's own storage (ERC-7201 `gesim.account`): no function of the account tells it. */
export const RECOVERER_SLOT: Hex = '0x2f3c71f290eee1262fdb5c83aeb3e4cc43277d0876bff0eb9acd98574919bc01'

const NOBODY: Hex = `0x${'0'.repeat(64)}`

/** Where an account stands between its keys and whoever may ask to replace them. */
export interface RecoveryStanding {
  /** Hash of whoever is named, or null: the account keeps no more than that. */
  readonly recovererId: Hex | null
  /** When the recovery under way can be finished, in seconds since 1970; 0 when there is none. */
  readonly dueAt: number
  readonly delaySeconds: number
  /** An account exists from its first operation on; before, nobody can be named in it. */
  readonly exists: boolean
}

/** Reads the standing of an account of a factory's implementation. Throws what the client throws. */
export async function readRecovery(
  client: Pick<PublicClient, 'readContract' | 'getCode' | 'getStorageAt'>,
  account: Address,
  implementation: Address,
): Promise<RecoveryStanding> {
  const abi = gesimAccountAbi
  const [delaySeconds, code] = await Promise.all([
    client.readContract({ address: implementation, abi, functionName: 'recoveryDelay' }),
    client.getCode({ address: account }),
  ])
  if (!code) return { recovererId: null, dueAt: 0, delaySeconds, exists: false }
  const [word, dueAt] = await Promise.all([
    client.getStorageAt({ address: account, slot: RECOVERER_SLOT }),
    client.readContract({ address: account, abi, functionName: 'recoveryDueAt' }),
  ])
  return { recovererId: word && word !== NOBODY ? word : null, dueAt, delaySeconds, exists: true }
}
