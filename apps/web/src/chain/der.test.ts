import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { concatBytes, isFailure } from '@gesim/base'
import { expect, it } from 'vitest'
import { derToRs } from './der.ts'

it('gives the halves of real signatures, also short ones, so that they verify in the other form', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (let n = 0; n < 300; n++) {
    const message = createHash('sha256').update(String(n)).digest()
    const { r, s } = derToRs(sign('sha256', message, privateKey))
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha256', message, key, concatBytes(r, s))).toBe(true)
  }
})

it.each([
  ['nothing', []],
  ['another tag', [0x31, 6, 2, 1, 1, 2, 1, 1]],
  ['a length that is not its own', [0x30, 7, 2, 1, 1, 2, 1, 1]],
  ['one half', [0x30, 3, 2, 1, 1]],
  ['something behind', [0x30, 7, 2, 1, 1, 2, 1, 1, 0]],
  ['an empty half', [0x30, 5, 2, 0, 2, 1, 1]],
  ['a half that is too long', [0x30, 38, 2, 33, ...Array(33).fill(1), 2, 1, 1]],
])('refuses %s', (_, bytes) => {
  try {
    derToRs(new Uint8Array(bytes))
    expect.unreachable()
  } catch (error) {
    expect(isFailure(error, 'web.passkey-refused')).toBe(true)
  }
})
