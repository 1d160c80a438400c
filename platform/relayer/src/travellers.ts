import { gesimPaymasterAbi } from '@gesim/contracts'
import { type GesimSmartAccount, sponsoredClient, toGesimAccount } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { booksHash, type IntentTerms, planCommit } from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { append, type Rig } from './harness.ts'

/** Any commitment: only its owner could open it. */
export const COMMITMENT: Hex = `0x${'5a'.repeat(32)}`

/** A traveller, new or known, with a bundler client on the rig's routes. */
export async function traveller(from: Rig, known: { account?: GesimSmartAccount } = {}) {
  const account =
    known.account ??
    (await toGesimAccount({
      client: from.client,
      addresses: from.chain.addresses,
      owner: privateKeyToAccount(generatePrivateKey()),
    }))
  const bundler = sponsoredClient({
    account,
    client: from.client,
    bundlerUrl: `${from.url}/rpc/bundler`,
    paymasterUrl: `${from.url}/rpc/paymaster`,
  })
  return { account, bundler }
}

/** Signs an account up and waits until the paymaster knows its budget. */
export async function register(from: Rig, account: Hex) {
  await append(from.store, 'account.registered', null, { account, commitment: COMMITMENT })
  await eventually(async () => {
    const purse = await from.client.readContract({
      address: from.chain.addresses.paymaster,
      abi: gesimPaymasterAbi,
      functionName: 'purseOf',
      args: [account],
    })
    return purse.budgetMicros > 0n
  })
}

/** Terms of a prepaid gigabyte. */
export function termsOf(payer: Hex, book: number, salt: bigint): IntentTerms {
  const now = Math.floor(Date.now() / 1_000)
  return {
    payer,
    booksHash: booksHash([book]),
    planCommit: planCommit('es-1gb', `0x${'11'.repeat(32)}`),
    pricePerGB: 0n,
    activationFee: 4_000_000n,
    includedBytes: 1_000_000_000n,
    blockBytes: 1n,
    maxDeposit: 4_000_000n,
    provisionBy: now + 3_600,
    deadline: now + 86_400,
    flags: 0,
    unsignedCredit: 50_000_000n,
    salt,
  }
}
