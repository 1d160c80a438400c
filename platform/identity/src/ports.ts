import type { Hex } from '@gesim/journey'

/** What identity asks of the chain about accounts. */
export interface Accounts {
  /** The address that the factory makes for a single owner key (salt 0), deployed or not. */
  addressFor(owner: Hex): Promise<Hex>
  deployed(account: Hex): Promise<boolean>
  /** Whether a key is a signer of a deployed account now. */
  signs(account: Hex, owner: Hex): Promise<boolean>
  /** Whether the account holds its token, and whether it bears the mark of one that the issuer took. */
  tokenOf(account: Hex): Promise<{ held: boolean; revoked: boolean }>
}
