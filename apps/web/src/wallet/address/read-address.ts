import { getAddress, isAddress } from 'viem'
import type { Hex } from '../../api/shapes.ts'

/** What an address must not be, to be somebody who can help or who can be sent money. */
export interface Taken {
  readonly account: Hex
  /** Keys that are of no use here: where somebody is named, those that open the wallet now. */
  readonly signers: readonly Hex[]
  /** Contracts of the network: none of them would ask for a recovery, or give back what is sent to it. */
  readonly contracts: readonly Hex[]
}

export type AddressFault = 'form' | 'typo' | 'own' | 'key' | 'system'

// Nobody has the key to what lies below: zero and the precompiles. The account refuses them as recoverers, too.
const FIRST_SAFE_ADDRESS = 0x10000n

/**
 * The address of whoever is meant, in its checksummed form, or what is wrong with the text. Letters in both sizes
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
