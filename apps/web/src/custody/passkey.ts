import { fromBase64Url, refuse, toBase64Url, utf8 } from '@gesim/base'
import { open, passkeySealingKey, seal } from './seal.ts'

/** A seed sealed by a passkey; the server keeps it and can open nothing with it. */
export interface SealedSeed {
  readonly credentialId: string
  readonly sealedSeed: string
}

/** Whether this browser can make a passkey at all. Whether it gives PRF output is known only when asked. */
export async function passkeyPossible(): Promise<boolean> {
  if (typeof PublicKeyCredential === 'undefined') return false
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
}

/**
 * Makes a passkey and seals the entropy with its PRF output (WebAuthn Level 3, 10.1.4).
 * Throws `web.passkey-refused` when the person declines, `web.passkey-cannot-seal` when the authenticator has no PRF.
 */
export async function sealWithPasskey(account: `0x${string}`, entropy: Uint8Array): Promise<SealedSeed> {
  const credential = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: 'GeSIM' },
        // The user handle is the account, which is public; the display name tells two wallets apart on one device.
        user: {
          id: new Uint8Array(utf8(account.toLowerCase().slice(2, 34))),
          name: `GeSIM wallet ${account.slice(2, 6)}`,
          displayName: 'GeSIM wallet',
        },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        attestation: 'none',
        extensions: { prf: { eval: { first: prfSalt(account) } } },
      },
    }),
  )
  const results = credential.getClientExtensionResults().prf
  if (!results?.enabled && !results?.results) throw refuse('web.passkey-cannot-seal')
  const credentialId = toBase64Url(new Uint8Array(credential.rawId))
  // Some authenticators give output only when the key is used, not when it is made.
  const output = results.results?.first
    ? bytesOf(results.results.first)
    : (await prfOutput(account, [credentialId])).output
  const key = await passkeySealingKey(output)
  return { credentialId, sealedSeed: await seal(key, contextOf(account), entropy) }
}

/** Opens the seed with whichever of its passkeys is at hand: one touch. */
export async function openWithPasskey(
  account: `0x${string}`,
  seeds: readonly SealedSeed[],
): Promise<Uint8Array> {
  const { credentialId, output } = await prfOutput(
    account,
    seeds.map((seed) => seed.credentialId),
  )
  const seed = seeds.find((one) => one.credentialId === credentialId)
  if (!seed) throw refuse('web.passkey-refused')
  return open(await passkeySealingKey(output), contextOf(account), seed.sealedSeed)
}

async function prfOutput(
  account: `0x${string}`,
  credentialIds: readonly string[],
): Promise<{ credentialId: string; output: Uint8Array }> {
  const credential = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: credentialIds.map((id) => ({
          type: 'public-key' as const,
          id: new Uint8Array(fromBase64Url(id)),
        })),
        userVerification: 'required',
        extensions: { prf: { eval: { first: prfSalt(account) } } },
      },
    }),
  )
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (!first) throw refuse('web.passkey-cannot-seal')
  return { credentialId: toBase64Url(new Uint8Array(credential.rawId)), output: bytesOf(first) }
}

async function ask(work: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await work()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (cause) {
    throw refuse('web.passkey-refused', {}, cause)
  }
  throw refuse('web.passkey-refused')
}

function prfSalt(account: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(utf8(`gesim/prf/v1/${account.toLowerCase()}`))
}

function contextOf(account: string): string {
  return `gesim/passkey-seal/v1/${account.toLowerCase()}`
}

function bytesOf(source: BufferSource): Uint8Array {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}
