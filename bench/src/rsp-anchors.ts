// What Node's own cryptography takes for the operations of a download, each called in the fastest way it offers.
import {
  createCipheriv,
  createECDH,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const PEM = publicKey.export({ format: 'pem', type: 'spki' }).toString()
/** About as long as what a server and a card sign. */
const SIGNED = randomBytes(120)
const SIGNATURE = sign('sha256', SIGNED, privateKey)
const POINT = createECDH('prime256v1').generateKeys()
/** A key object: of plain bytes Node takes ten times as long to make a cipher. */
const KEY = createSecretKey(randomBytes(16))
const IV = Buffer.alloc(16)
const SHARED = randomBytes(64)

/** One ECDSA signature. The key as it is and DER: a key inside of options takes Node twice the time. */
export function bareSign(): void {
  sign('sha256', SIGNED, privateKey)
}

/** One ECDSA check; with a fresh key the first one takes longer. */
export function bareVerify(key: KeyObject = publicKey): void {
  verify('sha256', SIGNED, key, SIGNATURE)
}

/** A public key that was not met before: nothing can be checked without it. PEM is what Node reads fastest. */
export function bareKeyImport(): KeyObject {
  return createPublicKey(PEM)
}

const OWN = createECDH('prime256v1')
OWN.generateKeys()

/** The secret shared with the other side's one-time key, and the session keys of it: two hashes. */
export function bareAgreement(): void {
  OWN.computeSecret(POINT)
  for (let i = 0; i < 2; i++) hash('sha256', SHARED, 'buffer')
}

/** A one-time key with its public point. */
export function bareOneTimeKey(): void {
  const key = createECDH('prime256v1')
  key.setPrivateKey(randomBytes(32))
  key.getPublicKey()
}

/** AES-128-CBC of the whole profile twice, each in one call: encryption, and CMAC, which is CBC too. */
export function bareProtection(profile: Uint8Array): void {
  for (let pass = 0; pass < 2; pass++) {
    const cipher = createCipheriv('aes-128-cbc', KEY, IV).setAutoPadding(false)
    cipher.update(profile.subarray(0, profile.length - (profile.length % 16)))
    cipher.final()
  }
}

/** AES-128-CBC encryption of bytes in one call. */
export function bareCipher(bytes: Uint8Array): void {
  createCipheriv('aes-128-cbc', KEY, IV).update(bytes)
}
