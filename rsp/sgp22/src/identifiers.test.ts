import { isFailure, toHex } from '@gesim/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eidOfBytes,
  eidToBytes,
  eidWithCheckDigits,
  formatActivationCode,
  hasEidCheckDigits,
  iccidOfBytes,
  iccidPadded,
  iccidToBytes,
  parseActivationCode,
  parseEid,
  parseIccid,
  parseMatchingId,
} from './index.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
  return 'accepted'
}

const digits = (length: number) =>
  fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((list) => list.join(''))

describe('an ICCID', () => {
  it('swaps its digits on a card and pads with F', () => {
    expect(toHex(iccidToBytes(parseIccid('8988300000000000017')))).toBe('988803000000000010f7')
    expect(toHex(iccidToBytes(parseIccid('89883000000000000172')))).toBe('98880300000000001027')
    expect(iccidPadded(parseIccid('8988300000000000017F'))).toBe('8988300000000000017F')
  })

  it('comes back from a card as it went, with 18, 19 or 20 digits', () => {
    const iccids = fc.oneof(digits(18), digits(19), digits(20)).map(parseIccid)
    fc.assert(
      fc.property(iccids, (iccid) => {
        expect(iccidOfBytes(iccidToBytes(iccid))).toBe(iccid)
      }),
    )
  })

  it('is not anything else', () => {
    for (const text of ['', '8988', '89883000000000000172F', '8988300000000000A17', '8'.repeat(21)])
      expect(codeOf(() => parseIccid(text))).toBe('sgp22.not-iccid')
    for (const bytes of [new Uint8Array(9), new Uint8Array(10).fill(0xaa)])
      expect(codeOf(() => iccidOfBytes(bytes))).toBe('sgp22.not-iccid')
  })
})

describe('an EID', () => {
  it('keeps its digits in order on a card', () => {
    const eid = parseEid('89049032123451234512345678901235')
    expect(toHex(eidToBytes(eid))).toBe(eid)
    expect(eidOfBytes(eidToBytes(eid))).toBe(eid)
  })

  it('has check digits that the number is 1 modulo 97 with', () => {
    expect(eidWithCheckDigits('890490321234512345123456789012')).toBe('89049032123451234512345678901235')
    fc.assert(
      fc.property(digits(30), (text) => {
        expect(hasEidCheckDigits(eidWithCheckDigits(text))).toBe(true)
      }),
    )
  })

  it('is not anything else', () => {
    for (const text of ['', '8904', `${'8'.repeat(31)}x`])
      expect(codeOf(() => parseEid(text))).toBe('sgp22.not-eid')
    expect(codeOf(() => parseMatchingId('lower'))).toBe('sgp22.not-matching-id')
  })
})

describe('an activation code', () => {
  it('is read with and without its prefix, in any case, with empty fields', () => {
    const whole = { smdpAddress: 'smdp.example.com', matchingId: 'A-1', confirmationCodeRequired: false }
    for (const text of [
      'LPA:1$smdp.example.com$A-1',
      'lpa:1$smdp.example.com$A-1',
      '1$smdp.example.com$A-1',
      ' LPA:1$smdp.example.com$A-1$ ',
    ])
      expect(parseActivationCode(text)).toEqual(whole)
    expect(parseActivationCode('LPA:1$smdp.example.com:8443$')).toMatchObject({
      smdpAddress: 'smdp.example.com:8443',
      matchingId: '',
    })
    expect(parseActivationCode('LPA:1$smdp.example.com$A-1$$1')).toEqual({
      ...whole,
      confirmationCodeRequired: true,
    })
    expect(parseActivationCode('LPA:1$smdp.example.com$A-1$2.999.10$1')).toEqual({
      ...whole,
      smdpOid: '2.999.10',
      confirmationCodeRequired: true,
    })
  })

  it('is written as it is read', () => {
    const matchingId = fc.string({ unit: fc.constantFrom(...'AZ09-'), maxLength: 20 })
    const codes = fc.record({
      smdpAddress: fc.constantFrom('localhost', 'smdp.example.com', '127.0.0.1:8443'),
      matchingId,
      confirmationCodeRequired: fc.boolean(),
    })
    fc.assert(
      fc.property(codes, fc.option(fc.constant('2.999.10')), (code, oid) => {
        const whole = oid ? { ...code, smdpOid: oid } : code
        expect(parseActivationCode(formatActivationCode(whole))).toEqual(whole)
      }),
    )
  })

  it('is not anything else', () => {
    for (const text of [
      '',
      'hello',
      'https://example.com',
      'LPA:2$smdp.example.com$A',
      'LPA:1$$A',
      'LPA:1$smdp.example.com',
      'LPA:1$smdp example$A',
      'LPA:1$smdp.example.com$low er',
      'LPA:1$smdp.example.com$A$oid',
      'LPA:1$smdp.example.com$A$$2',
      'LPA:1$smdp.example.com$A$$1$x',
      `LPA:1$smdp.example.com$${'A'.repeat(300)}`,
    ])
      expect(codeOf(() => parseActivationCode(text))).toBe('sgp22.not-activation-code')
  })
})
