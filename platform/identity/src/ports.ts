import type { Hex } from '@gesim/journey'

/** What identity asks of the chain about accounts. */
export interface Accounts {
  /** The address that the factory makes for a single owner key (salt 0), deployed or not. */
  addressFor(owner: Hex): Promise<Hex>
  deployed(account: Hex): Promise<boolean>
  /** Whether a key is a signer of a deployed account now. */
  signs(account: Hex, owner: Hex): Promise<boolean>
}
