import { fromHex, toHex } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { authenticate, freshSequenceNumbers, gsmAnswer, sqnOfAuts, vectorOf } from './authenticate.ts'
import { keccakF1600 } from './keccak.ts'
import { milenage, opcOf } from './milenage.ts'
import { topcOf, tuak } from './tuak.ts'
import { usimTest } from './usim-test.ts'

/** Test sets of TS 35.207 and TS 35.208: K, RAND, SQN, AMF, OP, OPc, f1, f1*, f2, f5, f3, f4, f5*. */
const MILENAGE_SETS = [
  '465b5ce8b199b49faa5f0a2ee238a6bc 23553cbe9637a89d218ae64dae47bf35 ff9bb4d0b607 b9b9 cdc202d5123e20f62b6d676ac72cb318 cd63cb71954a9f4e48a5994e37a02baf 4a9ffac354dfafb3 01cfaf9ec4e871e9 a54211d5e3ba50bf aa689c648370 b40ba9a3c58b2a05bbf0d987b21bf8cb f769bcd751044604127672711c6d3441 451e8beca43b',
  '0396eb317b6d1c36f19c1c84cd6ffd16 c00d603103dcee52c4478119494202e8 fd8eef40df7d af17 ff53bade17df5d4e793073ce9d7579fa 53c15671c60a4b731c55b4a441c0bde2 5df5b31807e258b0 a8c016e51ef4a343 d3a628ed988620f0 c47783995f72 58c433ff7a7082acd424220f2b67c556 21a8c1f929702adb3e738488b9f5c5da 30f1197061c1',
]

/** A test set of TS 35.232: K, RAND, SQN, AMF, TOP, TOPc, f1, f1*, f2, f3, f4, f5, f5*. */
const TUAK_SET = {
  k: 'ab'.repeat(16),
  rand: '42'.repeat(16),
  sqn: '11'.repeat(6),
  amf: 'ffff',
  top: '55'.repeat(32),
  topc: 'bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff',
  f1: 'f9a54e6aeaa8618d',
  f1star: 'e94b4dc6c7297df3',
  f2: '657acd64',
  f3: 'd71a1e5c6caffe986a26f783e5c78be1',
  f4: 'be849fa2564f869aecee6f62d4337e72',
  f5: '719f1e9b9054',
  f5star: 'e7af6b3d0e38',
}

describe('Milenage', () => {
  it.each(MILENAGE_SETS)('gives the answers of TS 35.208 for %s', (set) => {
    const [k, rand, sqn, amf, op, opc, f1, f1star, f2, f5, f3, f4, f5star] = set.split(' ').map(fromHex)
    expect(toHex(opcOf(k!, op!))).toBe(toHex(opc!))
    const functions = milenage(k!, opc!)
    const answer = functions.f2345(rand!)
    expect(toHex(functions.f1(rand!, sqn!, amf!))).toBe(toHex(f1!))
    expect(toHex(functions.f1star(rand!, sqn!, amf!))).toBe(toHex(f1star!))
    expect([answer.res, answer.ak, answer.ck, answer.ik].map(toHex)).toEqual([f2!, f5!, f3!, f4!].map(toHex))
    expect(toHex(functions.f5star(rand!))).toBe(toHex(f5star!))
  })
})

describe('Keccak-f[1600]', () => {
  it('permutes zeros as the reference does', () => {
    const state = new Uint8Array(200)
    keccakF1600(state)
    expect(toHex(state.subarray(0, 16))).toBe('e7dde140798f25f18a47c033f9ccd584')
  })
})

describe('TUAK', () => {
  it('gives the answers of TS 35.232', () => {
    const set = Object.fromEntries(
      Object.entries(TUAK_SET).map(([name, hex]) => [name, fromHex(hex)]),
    ) as Record<keyof typeof TUAK_SET, Uint8Array>
    expect(toHex(topcOf(set.k, set.top))).toBe(TUAK_SET.topc)
    const functions = tuak(set.k, set.topc, { resBytes: 4 })
    expect(toHex(functions.f1(set.rand, set.sqn, set.amf))).toBe(TUAK_SET.f1)
    expect(toHex(functions.f1star(set.rand, set.sqn, set.amf))).toBe(TUAK_SET.f1star)
    const answer = functions.f2345(set.rand)
    expect(toHex(answer.res)).toBe(TUAK_SET.f2)
    expect(toHex(answer.ck)).toBe(TUAK_SET.f3)
    expect(toHex(answer.ik)).toBe(TUAK_SET.f4)
    expect(toHex(answer.ak)).toBe(TUAK_SET.f5)
    expect(toHex(functions.f5star(set.rand))).toBe(TUAK_SET.f5star)
  })
})

describe('a USIM that is challenged', () => {
  const rand = fromHex('00112233445566778899aabbccddeeff')
  const k = fromHex('000102030405060708090a0b0c0d0e0f')
  const kinds = {
    milenage: milenage(k, fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')),
    tuak: tuak(k, new Uint8Array(32).fill(7)),
    'usim-test': usimTest(k),
  }

  it.each(Object.entries(kinds))(
    'by %s answers once, and tells where it is after a replay',
    (_name, functions) => {
      const sequence = freshSequenceNumbers()
      const first = vectorOf(functions, rand, 33n)
      const answered = authenticate(functions, sequence, rand, first.autn)
      if (answered.result !== 'success') throw new Error(answered.result)
      expect(toHex(answered.answer.res)).toBe(toHex(first.xres))
      const replayed = authenticate(functions, sequence, rand, first.autn)
      if (replayed.result !== 'synchronise') throw new Error(replayed.result)
      expect(sqnOfAuts(functions, rand, replayed.auts)).toBe(33n)
      expect(authenticate(functions, sequence, rand, vectorOf(functions, rand, 65n).autn).result).toBe(
        'success',
      )
      // An older number of another index is still good; one far ahead is not.
      expect(authenticate(functions, sequence, rand, vectorOf(functions, rand, 34n).autn).result).toBe(
        'success',
      )
      const far = vectorOf(functions, rand, (1n << 34n) + 1n)
      expect(authenticate(functions, sequence, rand, far.autn).result).toBe('synchronise')
    },
  )

  it('refuses a network that has not the key', () => {
    const wrong = vectorOf(milenage(k, new Uint8Array(16)), rand, 33n)
    expect(authenticate(kinds.milenage, freshSequenceNumbers(), rand, wrong.autn)).toEqual({
      result: 'mac-failure',
    })
    const auts = new Uint8Array(14)
    expect(sqnOfAuts(kinds.milenage, rand, auts)).toBeUndefined()
  })

  it('converts its answer for GSM', () => {
    const { sres, kc } = gsmAnswer(kinds.milenage.f2345(rand))
    expect([sres.length, kc.length]).toEqual([4, 8])
  })
})
