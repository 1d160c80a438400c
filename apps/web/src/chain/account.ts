import { accountAddressOf, type GesimSmartAccount, toGesimAccount } from '@gesim/contracts/account'
import { privateKeyToAccount } from 'viem/accounts'
import type { Hex, Session } from '../api/shapes.ts'
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

/** The account of a seed, ready to sign. */
export async function signerOf(entropy: Uint8Array): Promise<GesimSmartAccount> {
  const [client, known] = await Promise.all([chainClient(), addresses()])
  const owner = privateKeyToAccount(ownerOf(entropy).privateKey)
  return toGesimAccount({ client, addresses: known, owner })
}
