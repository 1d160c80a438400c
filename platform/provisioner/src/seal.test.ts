import { isFailure } from '@gesim/base'
import { expect, test } from 'vitest'
import { activationOf } from './install-links.ts'
import { commitIccid, seal, unseal } from './seal.ts'

const key = (id: string, fill: number) => ({ id, key: new Uint8Array(32).fill(fill) })
const CODE = 'LPA:1$localhost:8443$ABCDE-FGHJK'

test('a sealed code opens for its purchase only, and shows nothing', () => {
  const sealed = seal([key('k1', 1)], '0xaa', CODE)
  expect(sealed).not.toContain('localhost')
  expect(unseal([key('k1', 1)], '0xaa', sealed)).toBe(CODE)
  expect(() => unseal([key('k1', 1)], '0xbb', sealed)).toThrow(/sealed-differs/)
})

test('an older key still opens, a missing or wrong one does not', () => {
  const sealed = seal([key('k1', 1)], '0xaa', CODE)
  expect(unseal([key('k2', 2), key('k1', 1)], '0xaa', sealed)).toBe(CODE)
  expect(() => unseal([key('k2', 2)], '0xaa', sealed)).toThrow(/sealed-differs/)
  expect(() => unseal([key('k1', 3)], '0xaa', sealed)).toThrow(/sealed-differs/)
})

test('any changed character of a sealed code is noticed', () => {
  const sealed = seal([key('k1', 1)], '0xaa', CODE)
  for (let i = 0; i < sealed.length; i++) {
    const other = sealed[i] === 'A' ? 'B' : 'A'
    try {
      // The last character of base64url has spare bits, so one change there may spell the same bytes.
      expect(unseal([key('k1', 1)], '0xaa', sealed.slice(0, i) + other + sealed.slice(i + 1))).toBe(CODE)
    } catch (error) {
      expect(isFailure(error, 'provisioner.sealed-differs')).toBe(true)
    }
  }
})

test('the commitment to an ICCID is keyed and does not mind the padding', () => {
  const keyed = commitIccid(new Uint8Array(32).fill(7), '8999900112345678901')
  expect(commitIccid(new Uint8Array(32).fill(7), '8999900112345678901F')).toBe(keyed)
  expect(commitIccid(new Uint8Array(32).fill(8), '8999900112345678901')).not.toBe(keyed)
})

test('the install links carry the code raw for iOS and percent-encoded for Android', () => {
  expect(activationOf(CODE)).toEqual({
    activationCode: CODE,
    smdpAddress: 'localhost:8443',
    matchingId: 'ABCDE-FGHJK',
    appleUrl:
      'https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1$localhost:8443$ABCDE-FGHJK',
    androidUrl:
      'https://esimsetup.android.com/esim_qrcode_provisioning?carddata=LPA%3A1%24localhost%3A8443%24ABCDE-FGHJK',
  })
})
