// An authenticator in software, for the tests: it signs what a browser's authenticator signs, and what a bad one might.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { Hex } from '@gesim/journey'

export interface CeremonyParts {
  readonly challenge: string
  readonly origin: string
  readonly rpId: string
  /** Present and verified, where nothing else is said. */
  readonly flags?: number
  readonly counter?: number
  readonly type?: string
  readonly crossOrigin?: boolean
}

/** Makes a passkey (ES256). */
export function softwarePasskey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const [x, y] = [Buffer.from(jwk.x!, 'base64url'), Buffer.from(jwk.y!, 'base64url')]
  const id = randomBytes(16)
  const credentialId = id.toString('base64url')
  const hex: Hex = `0x${Buffer.concat([x, y]).toString('hex')}`

  return {
    credentialId,
    publicKey: hex,
    /** What `navigator.credentials.create` gives. */
    made(parts: CeremonyParts) {
      const cose = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        x,
        Buffer.from('225820', 'hex'),
        y,
      ])
      const length = Buffer.from([0, id.length])
      const data = Buffer.concat([head({ flags: 0x45, ...parts }), Buffer.alloc(16), length, id, cose])
      return {
        credentialId,
        clientData: clientData({ type: 'webauthn.create', ...parts }).toString('base64url'),
        authenticatorData: data.toString('base64url'),
      }
    },
    /** What `navigator.credentials.get` gives. */
    signed(parts: CeremonyParts) {
      const data = head(parts)
      const client = clientData({ type: 'webauthn.get', ...parts })
      const message = Buffer.concat([data, createHash('sha256').update(client).digest()])
      return {
        credentialId,
        clientData: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', message, privateKey).toString('base64url'),
      }
    },
  }
}

function head({ rpId, flags = 0x05, counter = 0 }: CeremonyParts): Buffer {
  const data = Buffer.alloc(37)
  createHash('sha256').update(rpId).digest().copy(data)
  data[32] = flags
  data.writeUInt32BE(counter, 33)
  return data
}

function clientData({ type, challenge, origin, crossOrigin = false }: CeremonyParts): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin }))
}
