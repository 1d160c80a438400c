import { refuse } from '@gesim/base'
import {
  type AccountSigner,
  accountAddressOf,
  type GesimSmartAccount,
  toGesimAccount,
} from '@gesim/contracts/account'
import type { LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Hex, Session, Wallet } from '../api/shapes.ts'
import { type OwnerKey, ownerOf } from '../custody/seed.ts'
import { addresses, chainClient } from './network.ts'

/** Where the account of a seed's key is. It need not exist yet: the first payment deploys it. */
export async function accountOf(owner: OwnerKey): Promise<Hex> {
  return accountAddressOf(await addresses(), [owner.address.toLowerCase() as Hex])
}

/** Shows the server that whoever registers the account holds its key, in this session and no other. */
export function proofOf(owner: OwnerKey, account: Hex, session: Session): Promise<Hex> {
  const text = [
    'GeSIM wallet',
    `account: ${account.toLowerCase()}`,
    `owner: ${owner.address.toLowerCase()}`,
    `session: ${session.subjectPrefix ?? ''}`,
  ].join('\n')
  return privateKeyToAccount(owner.privateKey).signMessage({ message: text })
}

/** What is known of an account: where it is, and the key it was made with. Another key may sign by now. */
export type KnownAccount = Pick<Wallet, 'account' | 'firstSigner'>

/** The account of a traveller, ready to sign with the key of a seed. */
export async function signerOf(entropy: Uint8Array, wallet: KnownAccount): Promise<GesimSmartAccount> {
  return signerWith(privateKeyToAccount(ownerOf(entropy).privateKey), wallet)
}

/**
 * The account, with whoever signs for it. Its address never follows from the key that signs: that may have been replaced or
 * recovered. It follows from the key that the account was made with, or, where it is on the chain already, is what it is.
 */
export async function signerWith(
  owner: LocalAccount | AccountSigner,
  { account, firstSigner }: KnownAccount,
): Promise<GesimSmartAccount> {
  if (!account || !firstSigner) throw refuse('web.wallet-not-sealed')
  const [client, known] = await Promise.all([chainClient(), addresses()])
  const firstSigners = [firstSigner.toLowerCase() as Hex]
  const follows = accountAddressOf(known, firstSigners).toLowerCase() === account.toLowerCase()
  // Made by an earlier factory: its code is there, so nothing is deployed and nothing need follow.
  if (!follows && !(await client.getCode({ address: account })))
    throw refuse('web.terms-differ', { field: 'account' })
  return toGesimAccount({
    client,
    addresses: known,
    owner,
    firstSigners,
    ...(follows ? {} : { address: account }),
  })
}
