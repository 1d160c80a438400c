import { isFailure, refuse, unreachable } from '@gesim/base'
import { ask } from '../../api/ask.ts'
import type { Hex, Passkey, Passkeys, Wallet } from '../../api/shapes.ts'
import { signerOf, signerWith } from '../../chain/account.ts'
import { addSigner, passkeySigner, readSigners, replaceSigner, signerOfPasskey } from '../../chain/signers.ts'
import { sealAgain } from '../../custody/passkey.ts'
import { entropyOf, newEntropy, ownerOf } from '../../custody/seed.ts'
import { joinShares, splitEntropy } from '../../custody/split.ts'
import {
  addDeviceShare,
  besideOf,
  forgetDeviceShares,
  keepOnly,
  readDeviceShares,
} from '../../custody/vault.ts'
import { exclusively, hold, putShare, registeredOwner, sealedOf, unlock } from '../keeper.ts'

/** The server follows the chain as soon as it sees the block; its node may see it a little later than ours. */
const FOLLOWS_WITHIN = 20
const FOLLOW_EVERY_MS = 500

/** A key that waits beside the present one: sealed, split, and on no account yet. */
interface Waiting {
  readonly entropy: Uint8Array
  readonly owner: Hex
  readonly deviceShare: string
}

/**
 * Changes the key of the wallet. The new one's parts are stored beside the old one's before anything is sent, and the old
 * one's go only when the chain has the new one: wherever this breaks off, the key that opens the account is kept, and
 * {@link unlock} finds it. `sealed` tells whether a passkey opens the new key too.
 */
export async function changeKey(): Promise<{ sealed: boolean | null }> {
  return exclusively(async () => {
    const wallet = await ask<Wallet>('GET', '/v1/wallet')
    const old = await unlock(wallet)
    const waiting = await storeBeside(wallet.account!, newEntropy())
    const sealed = wallet.shares.passkey ? await sealNew(wallet.account!, waiting) : null
    await replaceSigner(await signerOf(old, wallet), registeredOwner(wallet), waiting.owner)
    await takeOver(wallet.account!, waiting)
    return { sealed }
  })
}

/** Lets the passkey open the new key as well. Whoever does not touch it keeps the two other parts. */
async function sealNew(account: Hex, { entropy, owner }: Waiting): Promise<boolean> {
  const { passkeys } = await ask<Passkeys>('GET', '/v1/wallet/passkey')
  try {
    const ids = sealedOf(passkeys).map((one) => one.credentialId)
    await ask('PUT', '/v1/wallet/passkey', { body: { owner, ...(await sealAgain(account, ids, entropy)) } })
    return true
  } catch (error) {
    if (isFailure(error, 'web.passkey-refused') || isFailure(error, 'web.passkey-cannot-seal')) return false
    throw error
  }
}

/** Lets a passkey that seals nothing yet open the present key. */
export async function sealPresent(wallet: Wallet, credentialId: string): Promise<void> {
  const entropy = await unlock(wallet)
  const sealed = await sealAgain(wallet.account!, [credentialId], entropy)
  await ask('PUT', '/v1/wallet/passkey', { body: { owner: registeredOwner(wallet), ...sealed } })
}

/** The passkeys that may sign for the account now, as the chain says. */
export async function passkeysThatSign(wallet: Wallet): Promise<Passkey[]> {
  const { passkeys } = await ask<Passkeys>('GET', '/v1/wallet/passkey')
  const able = passkeys.filter((one) => one.publicKey !== null)
  if (!wallet.account || !wallet.firstSigner || able.length === 0) return []
  const signers = await Promise.all(able.map((one) => signerOfPasskey(one.publicKey!)))
  const { known } = await readSigners(wallet.account, wallet.firstSigner, signers)
  return able.filter((_, place) => known.has(signers[place]!))
}

/** Brings the wallet to this device with a passkey that signs for the account: it puts a new key in the old one's place. */
export async function regainWithPasskey({ credentialId, publicKey }: Passkey): Promise<void> {
  return exclusively(async () => {
    const wallet = await ask<Wallet>('GET', '/v1/wallet')
    const waiting = await storeBeside(wallet.account!, newEntropy())
    const account = await signerWith(await passkeySigner(credentialId, publicKey!), wallet)
    if (wallet.opens) await replaceSigner(account, registeredOwner(wallet), waiting.owner)
    else await addSigner(account, waiting.owner)
    await takeOver(wallet.account!, waiting)
  })
}

/** Brings the wallet to this device by its twelve words, which the account on the chain must take. */
export async function regainWithWords(text: string): Promise<void> {
  return exclusively(async () => {
    const wallet = await ask<Wallet>('GET', '/v1/wallet')
    let entropy: Uint8Array
    try {
      entropy = entropyOf(text.trim().split(/\s+/))
    } catch (cause) {
      throw refuse('web.not-the-words', {}, cause)
    }
    const owner = ownerOf(entropy).address
    const { known } = await readSigners(wallet.account!, wallet.firstSigner!, [owner])
    if (!known.has(owner.toLowerCase() as Hex)) throw refuse('web.words-of-another-wallet')
    const waiting = await storeBeside(wallet.account!, entropy)
    await takeOver(wallet.account!, waiting)
  })
}

/** Splits a new key and stores two parts, each where it is needed, before any chain hears of it. */
export async function storeBeside(account: Hex, entropy: Uint8Array): Promise<Waiting> {
  const owner = ownerOf(entropy).address
  const shares = await splitEntropy(entropy)
  const beside = besideOf(account, owner)
  await keepOnly(beside, shares.device)
  await putShare(owner, shares.server)
  const [stored] = await readDeviceShares(beside)
  if (!stored) throw refuse('web.wallet-not-sealed')
  await joinShares(stored, shares.server, owner)
  return { entropy, owner, deviceShare: shares.device }
}

/** The chain has the key: once the server follows, its share becomes the one of this browser. */
async function takeOver(account: Hex, { entropy, owner, deviceShare }: Waiting): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const now = await ask<Wallet>('GET', '/v1/wallet')
    if (now.opens && registeredOwner(now).toLowerCase() === owner.toLowerCase()) break
    // The share stays beside: the next time that the wallet is opened, it is found there.
    if (attempt === FOLLOWS_WITHIN) throw unreachable('web.key-not-followed')
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_EVERY_MS))
  }
  await addDeviceShare(account, deviceShare)
  await keepOnly(account, deviceShare)
  await forgetDeviceShares(besideOf(account, owner))
  hold(account, entropy)
}
