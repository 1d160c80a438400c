import { getAddress, isAddress } from 'viem'
import type { Hex } from '../../api/shapes.ts'

/** What an address must not be to be somebody who can help. */
export interface Taken {
  readonly account: Hex
  /** The keys that open the wallet now, as far as they are addresses. */
  readonly signers: readonly Hex[]
  /** Contracts of the network: none of them would ever ask for a recovery. */
  readonly contracts: readonly Hex[]
}

export type AddressFault = 'form' | 'typo' | 'own' | 'key' | 'system'

// The account refuses what lies below as a recoverer: precompiles approve any signature, or none.
const FIRST_SAFE_ADDRESS = 0x10000n

/**
 * The address of whoever shall be named, in its checksummed form, or what is wrong with the text. Letters in both sizes
 * are a checksum (ERC-55) and must fit; letters in one size carry none and are taken as they are.
 */
export function readAddress(text: string, taken: Taken): { address: Hex } | { fault: AddressFault } {
  const given = text.trim()
  if (!/^0x[0-9a-fA-F]{40}$/.test(given)) return { fault: 'form' }
  const digits = given.slice(2)
  const plain = digits === digits.toLowerCase() || digits === digits.toUpperCase()
  if (!plain && !isAddress(given)) return { fault: 'typo' }
  const address = getAddress(given.toLowerCase())
  const same = (other: Hex) => other.toLowerCase() === address.toLowerCase()
  if (same(taken.account)) return { fault: 'own' }
  if (taken.signers.some(same)) return { fault: 'key' }
  if (BigInt(address) < FIRST_SAFE_ADDRESS || taken.contracts.some(same)) return { fault: 'system' }
  return { address }
}
