import { existsSync, readFileSync } from 'node:fs'
import { bytesEqual, fromHex, isFailure, toHex, utf8 } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import {
  aesCmac,
  BspReceiver,
  BspSender,
  CURVES,
  deriveSessionKeys,
  ecdsaSign,
  ecdsaVerify,
  generateKey,
  MAX_SEGMENT_BYTES,
  OneTimeKey,
  pointOfKey,
  publicKeyOfPoint,
  x963Kdf,
} from './index.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
  return 'accepted'
}

describe('AES-CMAC (RFC 4493, section 4)', () => {
  const key = fromHex('2b7e151628aed2a6abf7158809cf4f3c')
  const message = fromHex(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  )
  const macs = {
    0: 'bb1d6929e95937287fa37d129b756746',
    16: '070a16b46b4d4144f79bdd9dd04a287c',
    40: 'dfa66747de9ae63030ca32611497c827',
    64: '51f0bebf7e3b9d92fc49741779363cfe',
  }
  for (const [length, mac] of Object.entries(macs)) {
    it(`gives the published MAC of ${length} bytes`, () => {
      expect(toHex(aesCmac(key, message.subarray(0, Number(length))))).toBe(mac)
    })
  }
})

describe('the X9.63 key derivation', () => {
  it('gives the published keys (NIST CAVP ansx963_2001.rsp, SHA-256)', () => {
    const secret = fromHex('96c05619d56c328ab95fe84b18264b08725b85e33fd34f08')
    expect(toHex(x963Kdf(secret, new Uint8Array(), 16))).toBe('443024c3dae66b95e6f5670601558f71')
    const longer = fromHex('22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d')
    const sharedInfo = fromHex('75eef81aa3041e33b80971203d2c0c52')
    expect(toHex(x963Kdf(longer, sharedInfo, 128))).toBe(
      'c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21',
    )
  })
})

describe('key agreement', () => {
  it('gives the published secret (NIST CAVP ECC CDH, P-256, count 0)', () => {
    const scalar = fromHex('7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534')
    const point = fromHex(
      '04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac',
    )
    expect(toHex(OneTimeKey.ofPrivate('nist', scalar).agree(point))).toBe(
      '46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b',
    )
  })

  for (const curve of CURVES) {
    it(`agrees on both sides on ${curve}`, () => {
      const [a, b] = [OneTimeKey.generate(curve), OneTimeKey.generate(curve)]
      expect(a.agree(b.publicPoint)).toEqual(b.agree(a.publicPoint))
      expect(OneTimeKey.ofPrivate(curve, a.scalar).publicPoint).toEqual(a.publicPoint)
    })

    it(`refuses compressed points, points off ${curve}, infinity and scalars out of range`, () => {
      const key = OneTimeKey.generate(curve)
      const off = Uint8Array.from(key.publicPoint)
      off[64]! ^= 1
      const other = OneTimeKey.generate(curve === 'nist' ? 'brainpool' : 'nist').publicPoint
      const bad = [
        off,
        other,
        key.publicPoint.slice(0, 33),
        new Uint8Array(65),
        Uint8Array.of(0),
        new Uint8Array(),
      ]
      bad.push(Uint8Array.from([2, ...key.publicPoint.slice(1, 33)]))
      for (const point of bad) {
        expect(codeOf(() => key.agree(point))).toBe('crypto.bad-key')
        expect(codeOf(() => publicKeyOfPoint(curve, point))).toBe('crypto.bad-key')
      }
      expect(codeOf(() => OneTimeKey.ofPrivate(curve, new Uint8Array(32)))).toBe('crypto.bad-key')
      expect(codeOf(() => OneTimeKey.ofPrivate(curve, new Uint8Array(32).fill(0xff)))).toBe('crypto.bad-key')
    })

    it(`signs and verifies r and s on ${curve}`, () => {
      const key = generateKey(curve)
      const data = utf8('euiccSigned1')
      const signature = ecdsaSign(key, data)
      const publicKey = publicKeyOfPoint(curve, pointOfKey(key))
      expect(signature).toHaveLength(64)
      expect(ecdsaVerify(publicKey, data, signature)).toBe(true)
      expect(ecdsaVerify(publicKey, utf8('another'), signature)).toBe(false)
      const zeroR = Uint8Array.from(signature)
      zeroR.fill(0, 0, 32)
      const bigS = Uint8Array.from(signature)
      bigS.fill(0xff, 32)
      for (const bad of [zeroR, bigS, signature.subarray(1), new Uint8Array(64), new Uint8Array(72)])
        expect(ecdsaVerify(publicKey, data, bad)).toBe(false)
    })
  }
})

const KAT = new URL('../../../../shared/data/rsp/bsp_kat.json', import.meta.url)

interface KnownKeys {
  sharedSecret: string
  hostId: string
  eid: string
  sEnc: string
  sMac: string
  initialMcv: string
}
interface KnownAnswers {
  kdf: KnownKeys
  kdf2: KnownKeys
  sequence: { tag: string; enc: boolean; plain: string; out: string }[]
}

describe('the protection of segments', () => {
  const known = existsSync(KAT) ? (JSON.parse(readFileSync(KAT, 'utf8')) as KnownAnswers) : undefined
  const eidBytes = fromHex

  it.skipIf(!known)(
    'derives the keys of a recorded session (skipped without ../shared/data/rsp/bsp_kat.json)',
    () => {
      for (const kdf of [known!.kdf, known!.kdf2]) {
        const keys = deriveSessionKeys(fromHex(kdf.sharedSecret), {
          hostId: fromHex(kdf.hostId),
          eid: eidBytes(kdf.eid),
        })
        expect(toHex(keys.sEnc)).toBe(kdf.sEnc)
        expect(toHex(keys.sMac)).toBe(kdf.sMac)
        expect(toHex(keys.initialMcv)).toBe(kdf.initialMcv)
      }
    },
  )

  it.skipIf(!known)(
    'protects and opens the recorded segments (skipped without ../shared/data/rsp/bsp_kat.json)',
    () => {
      const { kdf, sequence } = known!
      const keys = { sEnc: fromHex(kdf.sEnc), sMac: fromHex(kdf.sMac), initialMcv: fromHex(kdf.initialMcv) }
      const [sender, receiver] = [new BspSender(keys), new BspReceiver(keys)]
      for (const { tag, enc, plain, out } of sequence) {
        const [number, bytes] = [Number.parseInt(tag, 16), fromHex(plain)]
        expect(toHex(enc ? sender.encryptAndMac(number, bytes) : sender.macOnly(number, bytes))).toBe(out)
        expect(toHex(enc ? receiver.decrypt(fromHex(out)) : receiver.verify(fromHex(out)))).toBe(plain)
      }
    },
  )

  const keys = deriveSessionKeys(new Uint8Array(32).fill(7), {
    hostId: utf8('smdp'),
    eid: fromHex('89049032123451234512345678901235'),
  })

  it('keeps every segment within 1020 bytes and gives the data back, whatever the length', () => {
    for (const length of [0, 1, 15, 16, 1006, 1007, 1008, 1009, 2014, 2015, 12_000]) {
      const data = Uint8Array.from({ length }, (_, i) => i)
      const [sender, receiver] = [new BspSender(keys), new BspReceiver(keys)]
      const encrypted = sender.encryptAll(0x86, data)
      const readable = sender.macAll(0x88, data)
      for (const segment of [...encrypted, ...readable])
        expect(segment.length).toBeLessThanOrEqual(MAX_SEGMENT_BYTES)
      const opened = Buffer.concat(encrypted.map((segment) => receiver.decrypt(segment)))
      const checked = Buffer.concat(readable.map((segment) => receiver.verify(segment)))
      expect(bytesEqual(opened, data)).toBe(true)
      expect(bytesEqual(checked, data)).toBe(true)
    }
  })

  it('refuses a segment with any single bit changed', () => {
    const segment = new BspSender(keys).encryptAndMac(0x87, fromHex('bf2400'))
    for (let bit = 0; bit < segment.length * 8; bit++) {
      const changed = Uint8Array.from(segment)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(codeOf(() => new BspReceiver(keys).decrypt(changed))).toMatch(/^(crypto\.bad-|tlv\.)/)
    }
  })

  it('refuses a segment out of its order', () => {
    const sender = new BspSender(keys)
    sender.encryptAndMac(0x86, utf8('first'))
    const second = sender.encryptAndMac(0x86, utf8('second'))
    expect(codeOf(() => new BspReceiver(keys).decrypt(second))).toBe('crypto.bad-mac')
  })
})
