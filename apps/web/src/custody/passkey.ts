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

/** A passkey that was just made, for the server to check and keep. */
export interface MadePasskey {
  readonly credentialId: string
  readonly clientData: string
  readonly authenticatorData: string
  /** What the authenticator gives for sealing (WebAuthn Level 3, 10.1.4); null where it cannot. */
  readonly prfOutput: Uint8Array | null
}

/** What a passkey signed. */
export interface SignedByPasskey {
  readonly credentialId: string
  readonly clientData: string
  readonly authenticatorData: string
  /** ECDSA over P-256, as DER. */
  readonly signature: string
  readonly userHandle?: string
}

/**
 * Makes a passkey of the account: it can be found without a name (discoverable), so that it signs in where nobody is known.
 * Throws `web.passkey-refused` when the person declines, `web.passkey-here-already` where the device has one of the `known`
 * ones: a second one of the same account would silently take its place there (CTAP 2.1, 6.1.2, step 17).
 */
export async function makePasskey(
  account: string,
  challenge: string,
  known: readonly string[],
): Promise<MadePasskey> {
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
        challenge: new Uint8Array(fromBase64Url(challenge)),
        excludeCredentials: allowed(known),
        // ES256 alone: the account on the chain checks no other kind.
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
        },
        attestation: 'none',
        extensions: { prf: { eval: { first: prfSalt(account) } } },
      },
    }),
  )
  const response = credential.response as AuthenticatorAttestationResponse
  const credentialId = base64UrlOf(credential.rawId)
  const results = credential.getClientExtensionResults().prf
  let output: Uint8Array | null = null
  if (results?.results?.first) output = bytesOf(results.results.first)
  // Some authenticators give output only when the key is used, not when it is made.
  else if (results?.enabled) output = (await prfOutput(account, [credentialId])).output
  return {
    credentialId,
    clientData: base64UrlOf(response.clientDataJSON),
    authenticatorData: base64UrlOf(response.getAuthenticatorData()),
    prfOutput: output,
  }
}

/** Seals the entropy with what a passkey gave for it. */
export async function sealWith(prfOutput: Uint8Array, account: string, entropy: Uint8Array): Promise<string> {
  return seal(await passkeySealingKey(prfOutput), contextOf(account), entropy)
}

/** Seals another entropy with whichever of the passkeys is at hand: one touch. */
export async function sealAgain(
  account: string,
  credentialIds: readonly string[],
  entropy: Uint8Array,
): Promise<SealedSeed> {
  const { credentialId, output } = await prfOutput(account, credentialIds)
  return { credentialId, sealedSeed: await sealWith(output, account, entropy) }
}

/** Lets a passkey sign a challenge. Without ids the device offers whichever it has for this site. */
export async function signWithPasskey(
  challenge: Uint8Array,
  credentialIds: readonly string[] = [],
): Promise<SignedByPasskey> {
  const credential = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge: new Uint8Array(challenge),
        allowCredentials: allowed(credentialIds),
        userVerification: 'required',
      },
    }),
  )
  const response = credential.response as AuthenticatorAssertionResponse
  return {
    credentialId: base64UrlOf(credential.rawId),
    clientData: base64UrlOf(response.clientDataJSON),
    authenticatorData: base64UrlOf(response.authenticatorData),
    signature: base64UrlOf(response.signature),
    ...(response.userHandle?.byteLength ? { userHandle: base64UrlOf(response.userHandle) } : {}),
  }
}

/** Opens the seed with whichever of its passkeys is at hand: one touch. */
export async function openWithPasskey(account: string, seeds: readonly SealedSeed[]): Promise<Uint8Array> {
  const { credentialId, output } = await prfOutput(
    account,
    seeds.map((seed) => seed.credentialId),
  )
  const seed = seeds.find((one) => one.credentialId === credentialId)
  if (!seed) throw refuse('web.passkey-refused')
  return open(await passkeySealingKey(output), contextOf(account), seed.sealedSeed)
}

async function prfOutput(
  account: string,
  credentialIds: readonly string[],
): Promise<{ credentialId: string; output: Uint8Array }> {
  const credential = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: allowed(credentialIds),
        userVerification: 'required',
        extensions: { prf: { eval: { first: prfSalt(account) } } },
      },
    }),
  )
  const first = credential.getClientExtensionResults().prf?.results?.first
  if (!first) throw refuse('web.passkey-cannot-seal')
  return { credentialId: base64UrlOf(credential.rawId), output: bytesOf(first) }
}

async function ask(work: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await work()
    if (credential instanceof PublicKeyCredential) return credential
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'InvalidStateError')
      throw refuse('web.passkey-here-already', {}, cause)
    throw refuse('web.passkey-refused', {}, cause)
  }
  throw refuse('web.passkey-refused')
}

function allowed(credentialIds: readonly string[]): PublicKeyCredentialDescriptor[] {
  return credentialIds.map((id) => ({ type: 'public-key', id: new Uint8Array(fromBase64Url(id)) }))
}

function base64UrlOf(bytes: ArrayBuffer): string {
  return toBase64Url(new Uint8Array(bytes))
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
