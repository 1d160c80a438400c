import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ecdsaSign, ecdsaVerify, systemRandom } from './keys.ts'
import { derOfSignature, signatureOfDer } from './signature.ts'

const CURVES = ['prime256v1', 'brainpoolP256r1']
const data = new TextEncoder().encode('what is signed')

describe('Signatures of r and s', () => {
  it.each(CURVES)('are understood by Node, and Node’s by us, on %s', (namedCurve) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
    // About one of 128 signatures has an r or s that is shorter than 32 bytes.
    for (let i = 0; i < 400; i++) {
      const ours = ecdsaSign(privateKey, data)
      expect(ours.length).toBe(64)
      expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, ours)).toBe(true)
      const nodes = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      expect(ecdsaVerify(publicKey, data, nodes)).toBe(true)
    }
  })

  it('keep integers of any length through DER and back', () => {
    const raw = new Uint8Array(64)
    for (const [r, s] of [
      [0, 31],
      [31, 0],
      [1, 1],
      [30, 16],
    ] as const) {
      raw.fill(0)
      raw.fill(0x80, r, 32)
      raw.fill(0x7f, 32 + s, 64)
      const der = derOfSignature(raw)
      expect(der.length).toBe(2 + der[1]!)
      expect(signatureOfDer(der)).toEqual(raw)
    }
  })

  it.each(CURVES)('do not hold when r or s is zero or too large, on %s', (namedCurve) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
    for (const half of [0, 32]) {
      for (const byte of [0x00, 0xff]) {
        const forged = ecdsaSign(privateKey, data)
        forged.fill(byte, half, half + 32)
        expect(ecdsaVerify(publicKey, data, forged)).toBe(false)
      }
    }
    expect(ecdsaVerify(publicKey, data, new Uint8Array(64))).toBe(false)
    expect(ecdsaVerify(publicKey, data, new Uint8Array(63))).toBe(false)
  })
})

describe('Random bytes', () => {
  it('never come twice, in whatever lengths they are asked for', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 2000; i++) {
      const draw = systemRandom(16 + (i % 3) * 8)
      expect(draw.length).toBe(16 + (i % 3) * 8)
      seen.add(Buffer.from(draw.subarray(0, 16)).toString('hex'))
    }
    expect(seen.size).toBe(2000)
    expect(systemRandom(5000).some((byte) => byte !== 0)).toBe(true)
  })
})
