import type { Address } from 'viem'
import type { ExitNetwork } from './standing.ts'

// Nobody has the key to what lies below: zero and the precompiles.
const FIRST_SAFE_ADDRESS = 0x10000n

/**
 * Why money that is sent to an address would be nobody's, or go nowhere: the account itself, a contract of the network, a
 * precompile. Null when nothing is known against it. The owner key's own address is fine: whoever has the key moves it on.
 */
export function receiverFault(
  to: Address,
  account: Address,
  { addresses }: ExitNetwork,
): 'own' | 'system' | null {
  const same = (other: Address) => other.toLowerCase() === to.toLowerCase()
  if (same(account)) return 'own'
  if (BigInt(to) < FIRST_SAFE_ADDRESS || Object.values(addresses).some(same)) return 'system'
  return null
}
