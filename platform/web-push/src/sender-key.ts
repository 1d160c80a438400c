import { createECDH, createHmac, createPrivateKey, hkdfSync, type KeyObject, sign } from 'node:crypto'

/** How long a signed word for a push service holds; they take at most a day (RFC 8292, section 2). */
const LIFE_SECONDS = 12 * 3600

/** Who sends: the key that browsers were subscribed for, and what else is derived from it. */
export interface SenderKey {
  /** Uncompressed point, base64url: `applicationServerKey` of a subscription. */
  readonly publicKey: string
  /** The Authorization header for an endpoint (VAPID, RFC 8292). */
  authorization(endpoint: string, nowMs: number): string
  /** Seals what is kept about browsers. */
  readonly sealing: Buffer
  /** Names a subscription in the table, so that the table alone does not tell which endpoint it is. */
  nameOf(id: string): string
}

/** A sender of a P-256 scalar of 32 bytes. `contact` is a mailto: or https: address at which push services reach the operator. */
export function senderKey(scalar: Uint8Array, contact: string): SenderKey {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const point = pair.getPublicKey()
  const publicKey = point.toString('base64url')
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: Buffer.from(scalar).toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const derived = (what: string) => Buffer.from(hkdfSync('sha256', scalar, '', `GeSIM web push ${what}`, 32))
  const naming = derived('names')
  return {
    publicKey,
    sealing: derived('sealing'),
    nameOf: (id) => createHmac('sha256', naming).update(id).digest('hex'),
    authorization(endpoint, nowMs) {
      const claims = {
        aud: new URL(endpoint).origin,
        exp: Math.floor(nowMs / 1000) + LIFE_SECONDS,
        sub: contact,
      }
      return `vapid t=${token(key, claims)}, k=${publicKey}`
    },
  }
}

/** A JSON web token signed by ES256 (RFC 7515, RFC 7518 section 3.4). */
function token(key: KeyObject, claims: object): string {
  const parts = [{ typ: 'JWT', alg: 'ES256' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signed = parts.join('.')
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
