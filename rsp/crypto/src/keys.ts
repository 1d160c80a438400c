import {
  createPrivateKey,
  createPublicKey,
  type ECDH,
  createECDH as ecdh,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import { concatBytes, refuse } from '@gesim/base'
import { node, oidNode } from '@gesim/tlv'
import { derOfSignature, MAX_DER_BYTES, signatureOfDer } from './signature.ts'

/** The two curves of SGP.22 (section 2.6.7), by the short names of SGP.26. */
export type Curve = 'nist' | 'brainpool'

export const CURVES: readonly Curve[] = ['nist', 'brainpool']

const OPENSSL_NAME = { nist: 'prime256v1', brainpool: 'brainpoolP256r1' } as const
const OID = { nist: '1.2.840.10045.3.1.7', brainpool: '1.3.36.3.3.2.8.1.1.7' } as const
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'

/** The curve with this object identifier. Throws `crypto.unsupported-curve`. */
export function curveOfOid(oid: string): Curve {
  for (const curve of CURVES) if (OID[curve] === oid) return curve
  throw refuse('crypto.unsupported-curve', { oid })
}

/** The curve of a key. Throws `crypto.unsupported-curve`. */
export function curveOfKey(key: KeyObject): Curve {
  const name = key.asymmetricKeyDetails?.namedCurve
  for (const curve of CURVES) if (OPENSSL_NAME[curve] === name) return curve
  throw refuse('crypto.unsupported-curve', { curve: name ?? key.asymmetricKeyType })
}

const POINT_BYTES = 65
const SCALAR_BYTES = 32

/** What stands before the point in SubjectPublicKeyInfo: the same for all keys of a curve. */
function spkiHead(curve: Curve): Uint8Array {
  const algorithm = node(0x30, oidNode(0x06, EC_PUBLIC_KEY), oidNode(0x06, OID[curve]))
  const whole = node(0x30, algorithm, node(0x03, Uint8Array.of(0), new Uint8Array(POINT_BYTES)))
  return whole.subarray(0, whole.length - POINT_BYTES)
}

const SPKI_HEAD = { nist: spkiHead('nist'), brainpool: spkiHead('brainpool') } as const

/** A public key in PEM. Node reads a text several times as fast as the same bytes inside of options. */
function pemOfPoint(curve: Curve, point: Uint8Array): string {
  const spki = Buffer.concat([SPKI_HEAD[curve], point])
  return `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`
}

/** A public key of an uncompressed point (04, X, Y). Throws `crypto.bad-key` when it is not on the curve. */
export function publicKeyOfPoint(curve: Curve, point: Uint8Array): KeyObject {
  if (point.length !== POINT_BYTES || point[0] !== 4) throw refuse('crypto.bad-key', { length: point.length })
  try {
    return createPublicKey(pemOfPoint(curve, point))
  } catch (cause) {
    throw refuse('crypto.bad-key', { curve }, cause)
  }
}

/** The uncompressed point of a public or private key. */
export function pointOfKey(key: KeyObject): Uint8Array {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' })
  return Uint8Array.from(spki.subarray(spki.length - 65))
}

/** A private key from PEM text. Throws `crypto.bad-key`. */
export function privateKeyOfPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw refuse('crypto.bad-key', {}, cause)
  }
}

/** A fresh key pair for a certificate. */
export function generateKey(curve: Curve): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: OPENSSL_NAME[curve] }).privateKey
}

/**
 * ECDSA with SHA-256; the signature is r and s, 32 bytes each (SGP.22 section 2.6.7.2). The key goes to Node as it is and
 * the form is changed here: a key wrapped in options, as Node's own `ieee-p1363` needs it, costs more than the signature.
 */
export function ecdsaSign(key: KeyObject, data: Uint8Array): Uint8Array {
  return signatureOfDer(nodeSign('sha256', data, key))
}

/** The signature that is being checked: Node has read it when it returns. */
const DER = new Uint8Array(MAX_DER_BYTES)

/** Whether a signature of r and s holds. False, never an exception, for any malformed signature. */
export function ecdsaVerify(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  try {
    return nodeVerify('sha256', data, key, derOfSignature(signature, DER))
  } catch {
    return false
  }
}

/** Where random bytes come from; a replayed session passes the recorded ones. */
export type Random = (length: number) => Uint8Array

const drawn = new Uint8Array(4096)
let nextDrawn = drawn.length

/**
 * Random bytes of the system. Asking it costs the same for 16 bytes as for a thousand, so it is asked for many at once;
 * what was handed out is wiped here.
 */
export const systemRandom: Random = (length) => {
  if (length > drawn.length / 4) return new Uint8Array(randomBytes(length))
  if (nextDrawn + length > drawn.length) {
    randomFillSync(drawn)
    nextDrawn = 0
  }
  const out = drawn.slice(nextDrawn, nextDrawn + length)
  drawn.fill(0, nextDrawn, nextDrawn + length)
  nextDrawn += length
  return out
}

/** Who signs: a key in this process, or an adapter to a module that never gives its key away. */
export interface Signer {
  /** Raw r and s over SHA-256 of the data. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** A signer with its key in memory. */
export function localSigner(key: KeyObject): Signer {
  return { sign: async (data) => ecdsaSign(key, data) }
}

/** A one-time key for the agreement of one session. It lives in the session only. */
export class OneTimeKey {
  readonly curve: Curve
  /** The uncompressed public point, as `5F49` carries it. */
  readonly publicPoint: Uint8Array
  readonly #ecdh: ECDH

  private constructor(curve: Curve, ecdhOfKey: ECDH) {
    this.curve = curve
    this.#ecdh = ecdhOfKey
    const point = ecdhOfKey.getPublicKey()
    this.publicPoint = new Uint8Array(point.buffer, point.byteOffset, point.length)
  }

  /** Draws a key. */
  static generate(curve: Curve, random: Random = systemRandom): OneTimeKey {
    for (;;) {
      try {
        return OneTimeKey.ofPrivate(curve, random(32))
      } catch {
        // Below 2^-32 of the draws lie outside of [1, n-1]: draw again.
      }
    }
  }

  /** The key with this private scalar. Throws `crypto.bad-key`. */
  static ofPrivate(curve: Curve, scalar: Uint8Array): OneTimeKey {
    const made = ecdh(OPENSSL_NAME[curve])
    try {
      made.setPrivateKey(scalar)
    } catch (cause) {
      throw refuse('crypto.bad-key', { curve }, cause)
    }
    return new OneTimeKey(curve, made)
  }

  /** The private scalar, 32 bytes: for a card that keeps its state in a file. */
  get scalar(): Uint8Array {
    const raw = this.#ecdh.getPrivateKey()
    return concatBytes(new Uint8Array(SCALAR_BYTES - raw.length), raw)
  }

  /**
   * The shared secret: the x-coordinate, 32 bytes (BSI TR-03111, section 4.3.1). Throws `crypto.bad-key`
   * for a point that is compressed, not on the curve, or at infinity.
   */
  agree(publicPoint: Uint8Array): Uint8Array {
    if (publicPoint.length !== POINT_BYTES || publicPoint[0] !== 4)
      throw refuse('crypto.bad-key', { length: publicPoint.length })
    try {
      const secret = this.#ecdh.computeSecret(publicPoint)
      return secret.length === SCALAR_BYTES
        ? new Uint8Array(secret)
        : concatBytes(new Uint8Array(SCALAR_BYTES - secret.length), secret)
    } catch (cause) {
      throw refuse('crypto.bad-key', { curve: this.curve }, cause)
    }
  }
}
