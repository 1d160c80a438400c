import type { Hex } from '@gesim/journey'
import { keccak256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { DigestSigner, Role, TransactionSigner, Unsigned } from './ports.ts'

/** A signer over a key in memory. */
export function localSigner(key: Hex): TransactionSigner & DigestSigner {
  const account = privateKeyToAccount(key)
  return {
    address: account.address.toLowerCase() as Hex,
    signDigest: (digest) => account.sign({ hash: digest }),
    async signTransaction({ delegations = [], ...transaction }: Unsigned) {
      const raw = await account.signTransaction(
        delegations.length > 0
          ? { ...transaction, type: 'eip7702', authorizationList: delegations }
          : { ...transaction, type: 'eip1559' },
      )
      return { raw, hash: keccak256(raw) }
    },
  }
}

/** The keys of each role. */
export type Signers = Readonly<Record<Role, readonly TransactionSigner[]>>
