import { isFailure, refuse } from '@gesim/base'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Hex, Passkey, Passkeys, Session, Wallet } from '../api/shapes.ts'
import { accountOf, proofOf } from '../chain/account.ts'
import { makePasskey, openWithPasskey, type SealedSeed, sealWith } from '../custody/passkey.ts'
import type { RecoveryShare } from '../custody/recovery.ts'
import { newEntropy, ownerOf } from '../custody/seed.ts'
import { joinShares, splitEntropy } from '../custody/split.ts'
import {
  addDeviceShare,
  besideOf,
  forgetAccount,
  forgetDeviceShares,
  keepOnly,
  ownersBeside,
  readDeviceShares,
} from '../custody/vault.ts'

/** The seed stays in this page's memory only, and only this long after it was last needed. */
const FORGET_AFTER_MS = 15 * 60_000

let held: { account: Hex; entropy: Uint8Array; timer: ReturnType<typeof setTimeout> } | null = null

/** Keeps the seed in this page's memory for a while. */
export function hold(account: Hex, entropy: Uint8Array): Uint8Array {
  if (held) clearTimeout(held.timer)
  held = { account, entropy, timer: setTimeout(lock, FORGET_AFTER_MS) }
  return entropy
}

/** Wipes the seed from this page's memory. */
export function lock(): void {
  if (!held) return
  clearTimeout(held.timer)
  held.entropy.fill(0)
  held = null
}

/** Whether a signature can be made now without asking anybody. */
export function isUnlocked(account: Hex): boolean {
  return held?.account.toLowerCase() === account.toLowerCase()
}

/**
 * Makes the wallet of a new traveller: a seed in this browser, split 2 of 3, the account's address derived, and the
 * account registered only once both parts are stored and give the seed back. Two tabs make one wallet.
 */
export async function makeWallet(): Promise<Hex> {
  return exclusively(async () => {
    const known = await ask<Wallet>('GET', '/v1/wallet')
    if (known.account) return known.account
    const session = await ask<Session>('GET', '/v1/auth/session')
    const entropy = newEntropy()
    const owner = ownerOf(entropy)
    const account = await accountOf(owner)
    const shares = await splitEntropy(entropy)
    await addDeviceShare(account, shares.device)
    await putShare(owner.address, shares.server)
    const [stored] = await readDeviceShares(account)
    if (!stored) throw refuse('web.wallet-not-sealed')
    await joinShares(stored, shares.server, owner.address)
    await ask('POST', '/v1/wallet/account', {
      body: { owner: owner.address, account, proof: await proofOf(owner, account, session) },
    })
    hold(account, entropy)
    return account
  })
}

const DO_NOT_FIT = 'web.shares-do-not-fit'
const PASSED_BY_A_PASSKEY: readonly string[] = [DO_NOT_FIT, 'identity.too-many-releases']

/**
 * The seed, by the way that asks least: memory, then this device's part with the server's (while the sign-in is
 * fresh), then the passkey. Throws `web.sign-in-again`, `web.wallet-elsewhere` or `web.passkey-refused`.
 */
export async function unlock(wallet: Wallet, options: { silent?: boolean } = {}): Promise<Uint8Array> {
  const account = wallet.account
  if (!account) throw refuse('web.wallet-not-sealed')
  // None of the keys known here opens the account any more: what this browser has of one is of no use.
  if (!wallet.opens) throw refuse('web.wallet-elsewhere')
  const owner = registeredOwner(wallet)
  // Another browser may have changed the key while this page kept the old one.
  if (held && isUnlocked(account) && isOf(held.entropy, owner)) return hold(account, held.entropy)
  // A change of the key that broke off here, and that the chain took all the same, left the new share beside.
  const beside = await readDeviceShares(besideOf(account, owner))
  const devices = [...beside, ...(await readDeviceShares(account))]
  let why: 'web.sign-in-again' | 'web.wallet-elsewhere' = 'web.wallet-elsewhere'
  if (devices.length > 0 && wallet.shares.server) {
    try {
      return await unlockWithShares(owner, account, devices, beside)
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error instanceof ApiFailure && error.kind === 'refused') why = 'web.sign-in-again'
      // Our part is given out some times an hour only; the passkey needs none of it.
      else if (
        !PASSED_BY_A_PASSKEY.includes(error.code) ||
        (error.code !== DO_NOT_FIT && !wallet.shares.passkey)
      )
        throw error
    }
  }
  if (wallet.shares.passkey && !options.silent) {
    const { passkeys } = await ask<Passkeys>('GET', '/v1/wallet/passkey')
    const entropy = await openWithPasskey(account, sealedOf(passkeys))
    if (devices.length === 0) await renewShares(account, entropy)
    return hold(account, entropy)
  }
  throw why === 'web.sign-in-again' ? refuse('web.sign-in-again') : refuse('web.wallet-elsewhere')
}

async function unlockWithShares(
  owner: Hex,
  account: Hex,
  devices: readonly string[],
  beside: readonly string[],
): Promise<Uint8Array> {
  const { share } = await ask<{ share: string }>('POST', '/v1/wallet/share/release')
  for (const device of devices) {
    try {
      const entropy = await joinShares(device, share, owner)
      // The one that fits may be the one beside, and the only one: it has its place before that is emptied.
      if (devices.length > 1 || beside.includes(device)) await keepOnly(account, device)
      await forgetDeviceShares(besideOf(account, owner))
      return hold(account, entropy)
    } catch (error) {
      if (!isFailure(error, 'web.shares-do-not-fit')) throw error
    }
  }
  throw refuse('web.shares-do-not-fit')
}

/** The seeds of the present key, of those passkeys that seal one. */
export function sealedOf(passkeys: readonly Passkey[]): SealedSeed[] {
  return passkeys.flatMap(({ credentialId, sealedSeed }) =>
    sealedSeed ? [{ credentialId, sealedSeed }] : [],
  )
}

/** The seed's key among the signers: twenty bytes, its address (ERC-7913). */
export function registeredOwner(wallet: Wallet): Hex {
  const owner = wallet.signers.find((signer) => signer.length === 42)
  if (!owner) throw refuse('web.wallet-not-sealed')
  return owner
}

/** Restores the wallet on a new device from the recovery share and the server's. */
export async function restoreWithRecovery(wallet: Wallet, recovery: RecoveryShare): Promise<void> {
  const account = wallet.account
  if (!account || recovery.account.toLowerCase() !== account.toLowerCase())
    throw refuse('web.recovery-of-another-wallet')
  const { share } = await ask<{ share: string }>('POST', '/v1/wallet/share/release')
  const entropy = await joinShares(recovery.share, share, registeredOwner(wallet))
  hold(account, entropy)
  await renewShares(account, entropy)
}

/**
 * Splits the seed anew. Gives the fresh recovery share; recovery files made earlier no longer open the wallet
 * together with the server's part.
 */
export async function renewShares(account: Hex, entropy: Uint8Array): Promise<RecoveryShare> {
  const owner = ownerOf(entropy)
  const shares = await splitEntropy(entropy)
  await addDeviceShare(account, shares.device)
  await putShare(owner.address, shares.server)
  await keepOnly(account, shares.device)
  return { account, owner: owner.address, share: shares.recovery }
}

/**
 * Makes a passkey, makes it known to the server, and leaves the seed, sealed by it, there too. Gives its credential id.
 * Where the authenticator cannot seal it still signs in; `mustSeal` throws `web.passkey-cannot-seal` then.
 */
export async function addPasskey(
  account: Hex,
  entropy: Uint8Array,
  { mustSeal = false }: { mustSeal?: boolean } = {},
): Promise<string> {
  const { challenge } = await ask<{ challenge: string }>('POST', '/v1/auth/passkey/challenge', {
    body: { for: 'add' },
  })
  const { passkeys } = await ask<Passkeys>('GET', '/v1/wallet/passkey')
  const known = passkeys.map(({ credentialId }) => credentialId)
  const { prfOutput, ...made } = await makePasskey(account, challenge, known)
  await ask('POST', '/v1/wallet/passkey', { body: made })
  if (prfOutput) {
    const sealedSeed = await sealWith(prfOutput, account, entropy)
    const { credentialId } = made
    await ask('PUT', '/v1/wallet/passkey', {
      body: { credentialId, owner: ownerOf(entropy).address, sealedSeed },
    })
  } else if (mustSeal) throw refuse('web.passkey-cannot-seal')
  return made.credentialId
}

/** Stores the server's share of a key's seed. */
export async function putShare(owner: Hex, share: string): Promise<void> {
  await ask('PUT', '/v1/wallet/share', { body: { owner, share } })
}

function isOf(entropy: Uint8Array, owner: Hex): boolean {
  return ownerOf(entropy).address.toLowerCase() === owner.toLowerCase()
}

/** Whether this browser holds a part of the key to the account. */
export async function hasDeviceShare(account: Hex): Promise<boolean> {
  return (await readDeviceShares(account)).length > 0 || (await ownersBeside(account)).length > 0
}

/** Ends the session here. The device's part stays unless `forget`: it opens nothing without a fresh sign-in. */
export async function signOut(account: Hex | null, forget: boolean): Promise<void> {
  lock()
  if (forget && account) await forgetAccount(account)
  await ask('POST', '/v1/auth/logout')
}

/** One tab at a time works on the keys. */
export function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('gesim-wallet', work) : work()
}
