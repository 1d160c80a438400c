import type { Address, Hex, PublicClient } from 'viem'
import { gesimAccountAbi } from '../generated/index.ts'

/** Second word of the account's own storage (ERC-7201 `gesim.account`): no function of the account tells it. */
export const RECOVERER_SLOT: Hex = '0x2f3c71f290eee1262fdb5c83aeb3e4cc43277d0876bff0eb9acd98574919bc01'

/** The word after it: the hash of the key that a recovery under way would bring. */
export const RECOVERY_TO_SLOT: Hex = '0x2f3c71f290eee1262fdb5c83aeb3e4cc43277d0876bff0eb9acd98574919bc02'

const NOBODY: Hex = `0x${'0'.repeat(64)}`

/** Where an account stands between its keys and whoever may ask to replace them. */
export interface RecoveryStanding {
  /** Hash of whoever is named, or null: the account keeps no more than that. */
  readonly recovererId: Hex | null
  /** Hash of the key that the recovery under way would bring, or null. */
  readonly newSignerId: Hex | null
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
  if (!code) return { recovererId: null, newSignerId: null, dueAt: 0, delaySeconds, exists: false }
  const [recoverer, newSigner, dueAt] = await Promise.all([
    client.getStorageAt({ address: account, slot: RECOVERER_SLOT }),
    client.getStorageAt({ address: account, slot: RECOVERY_TO_SLOT }),
    client.readContract({ address: account, abi, functionName: 'recoveryDueAt' }),
  ])
  return { recovererId: some(recoverer), newSignerId: some(newSigner), dueAt, delaySeconds, exists: true }
}

function some(word: Hex | undefined): Hex | null {
  return word && word !== NOBODY ? word : null
}

/** What whoever is named signs to ask for a recovery: typed data in the domain of the account that is to be recovered. */
export function recoveryTypedData(chainId: number, account: Address, newSigner: Hex, nonce: bigint) {
  return {
    domain: { name: 'GesimAccount', version: '1', chainId, verifyingContract: account },
    types: {
      Recovery: [
        { name: 'newSigner', type: 'bytes' },
        { name: 'nonce', type: 'uint256' },
      ],
    },
    primaryType: 'Recovery',
    message: { newSigner, nonce },
  } as const
}
