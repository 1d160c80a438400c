// Sign in with Apple, where it leaves OpenID Connect: the client secret is a token that the client signs itself, and the metadata
// of the provider has named another issuer than its ID tokens (June 2025), so nothing is discovered.
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { refuse } from '@gesim/base'
import type { AppleSetting, ProviderSetting } from './settings.ts'

/** Apple takes secrets of up to six months. Each request gets its own, so none is renewed and a stolen one is soon worthless. */
const LIFE_SECONDS = 300
/** A clock that goes a little ahead of Apple's must not make a secret of the future. */
const EARLIER_SECONDS = 30

/** A maker of client secrets. Throws `identity.apple-key-wrong` where the key file cannot sign them. */
export function appleSecrets(provider: ProviderSetting, apple: AppleSetting): (nowMs: number) => string {
  const key = readKey(provider.id, apple.keyFile)
  return (nowMs) => {
    const issuedAt = Math.floor(nowMs / 1000) - EARLIER_SECONDS
    const claims = {
      iss: apple.teamId,
      sub: provider.clientId,
      aud: provider.issuer,
      iat: issuedAt,
      exp: issuedAt + EARLIER_SECONDS + LIFE_SECONDS,
    }
    const signed = [{ alg: 'ES256', kid: apple.keyId, typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    // RFC 7518, section 3.4: r and s side by side, not DER.
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

/** Where Apple's documentation says that codes are asked for and exchanged. */
export function appleMetadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth/authorize`,
    token_endpoint: `${issuer}/auth/token`,
    jwks_uri: `${issuer}/auth/keys`,
  }
}

function readKey(provider: string, file: string): KeyObject {
  const wrong = (why: string, cause?: unknown) =>
    refuse('identity.apple-key-wrong', { provider, file, why }, cause)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw wrong(`cannot be read: ${(cause as NodeJS.ErrnoException).code}`, cause)
  }
  if (!text.includes('-----BEGIN PRIVATE KEY-----')) throw wrong('is not a private key in PKCS #8 PEM')
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    // OpenSSL's own words could repeat what stands in the file.
    throw wrong('is damaged')
  }
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw wrong('is not a key on the curve P-256')
  return key
}
