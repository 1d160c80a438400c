import { fromHex, toHex } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { authenticate, freshSequenceNumbers, gsmAnswer, sqnOfAuts, vectorOf } from './authenticate.ts'
import { keccakF1600 } from './keccak.ts'
import { milenage } from './milenage.ts'
import { tuak } from './tuak.ts'
import { usimTest } from './usim-test.ts'

describe('Keccak-f[1600]', () => {
  it('permutes zeros as the reference does', () => {
    const state = new Uint8Array(200)
    keccakF1600(state)
    expect(toHex(state.subarray(0, 16))).toBe('e7dde140798f25f18a47c033f9ccd584')
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

  it('of tests resynchronises when the network says so, wherever it is', () => {
    const amf = Uint8Array.of(0xff, 0xff)
    const sequence = freshSequenceNumbers()
    const asked = vectorOf(kinds['usim-test'], rand, 77n, amf)
    const answer = authenticate(kinds['usim-test'], sequence, rand, asked.autn)
    if (answer.result !== 'synchronise') throw new Error(answer.result)
    expect(sqnOfAuts(kinds['usim-test'], rand, answer.auts)).toBe(77n)
    const real = authenticate(kinds.milenage, sequence, rand, vectorOf(kinds.milenage, rand, 77n, amf).autn)
    expect(real.result).toBe('success')
  })
})
