import { bytesEqual, toHex } from '@gesim/base'
import { readTlv } from '@gesim/tlv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkPackage,
  draftElement,
  encodeElement,
  iccidOf,
  imsiOf,
  isAka,
  isPin,
  isPuk,
  type ProfileElement,
  personalise,
  readElement,
  readPackage,
  type UsimValues,
  writePackage,
  writeUsimProfile,
} from './index.ts'

const digits = (min: number, max = min) =>
  fc.array(fc.nat(9), { minLength: min, maxLength: max }).map((each) => each.join(''))
const bytes = (min: number, max = min) => fc.uint8Array({ minLength: min, maxLength: max })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const pe = fc.record({ mandated: fc.boolean(), identification: fc.nat(0x7fff) })

const fcp = fc.record({
  fileDescriptor: maybe(bytes(2, 5)),
  fileId: maybe(fc.nat(0xffff)),
  dfName: maybe(bytes(5, 16)),
  lifeCycle: maybe(bytes(1)),
  securityAttributes: maybe(bytes(1, 3)),
  fileSize: maybe(fc.nat(0xffffffff)),
  pinStatusTemplate: maybe(bytes(1, 8)),
  shortId: maybe(fc.nat(30)),
  proprietary: maybe(
    fc.record({
      specialFileInformation: maybe(bytes(1)),
      fillPattern: maybe(bytes(1, 20)),
      repeatPattern: maybe(bytes(1, 20)),
      others: fc.constant([]),
    }),
  ),
  linkPath: maybe(bytes(0, 8)),
  others: fc.constant([]),
})

const step = fc.oneof(
  fcp.map((parameters) => ({ do: 'create' as const, fcp: parameters })),
  fc.nat(0xffff).map((count) => ({ do: 'move' as const, bytes: count })),
  bytes(0, 60).map((content) => ({ do: 'fill' as const, content })),
)
const skip = fc.constant({ do: 'skip-file' as const })
const path = bytes(0, 8).map((value) => ({ do: 'path' as const, path: value }))

/** Elements of every kind that is written from typed values, whatever the values. */
const element: fc.Arbitrary<ProfileElement> = fc.oneof(
  fc
    .record({
      kind: fc.constant('header' as const),
      majorVersion: fc.nat(255),
      minorVersion: fc.nat(255),
      profileType: maybe(fc.string({ maxLength: 30 })),
      iccid: bytes(10),
      pol: maybe(bytes(1, 3)),
      mandatoryServices: fc.uniqueArray(fc.nat(31), { maxLength: 8 }),
      mandatoryTemplates: fc.array(
        fc.nat(30).map((arc) => `2.23.143.1.2.${arc}`),
        { maxLength: 4 },
      ),
      others: fc.constant([]),
    })
    .map(draftElement),
  fc
    .record({
      kind: fc.constantFrom('mf', 'telecom', 'usim', 'opt-usim', 'isim', 'df-5gs', 'phonebook', 'cd', 'eap'),
      pe,
      templateId: fc.nat(30).map((arc) => `2.23.143.1.2.${arc}`),
      files: fc.array(
        fc.record({
          number: fc.integer({ min: 2, max: 90 }),
          steps: fc.array(fc.oneof(step, skip), { maxLength: 4 }),
        }),
        { maxLength: 5 },
      ),
    })
    .map((draft) => draftElement(draft as never)),
  fc
    .record({
      kind: fc.constant('genericFileManagement' as const),
      pe,
      commands: fc.array(fc.array(fc.oneof(step, path), { minLength: 1, maxLength: 5 }), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(draftElement),
  fc
    .record({
      kind: fc.constant('pinCodes' as const),
      pe,
      codes: fc.array(
        fc.record({
          keyReference: fc.nat(255),
          value: bytes(8),
          unblockedBy: maybe(fc.nat(255)),
          attributes: maybe(fc.nat(255)),
          tries: maybe(fc.nat(255)),
        }),
        { maxLength: 4 },
      ),
    })
    .map(draftElement),
  fc
    .record({
      kind: fc.constant('pukCodes' as const),
      pe,
      codes: fc.array(fc.record({ keyReference: fc.nat(255), value: bytes(8), tries: maybe(fc.nat(255)) }), {
        maxLength: 4,
      }),
    })
    .map(draftElement),
  fc
    .record({
      kind: fc.constant('akaParameter' as const),
      pe,
      algorithm: fc.constantFrom('milenage', 'tuak', 'usim-test'),
      options: bytes(1),
      key: bytes(16, 32),
      opc: bytes(16, 32),
      rotations: maybe(bytes(5)),
      constants: maybe(bytes(80)),
      authCounterMax: maybe(bytes(3)),
      keccakCount: maybe(fc.nat(255)),
      sqnOptions: maybe(bytes(1)),
      sqnDelta: maybe(bytes(6)),
      sqnAgeLimit: maybe(bytes(6)),
      sqnInit: maybe(fc.array(bytes(6), { maxLength: 32 })),
    })
    .map((draft) => draftElement(draft as never)),
  fc.record({ kind: fc.constant('end' as const), pe }).map(draftElement),
)

const values: fc.Arbitrary<UsimValues> = fc.record({
  iccid: digits(18, 20),
  imsi: digits(6, 15),
  ki: bytes(16),
  opc: bytes(16),
  mncDigits: fc.constantFrom(2 as const, 3 as const),
  serviceProviderName: fc.string({ maxLength: 16 }),
  profileType: fc.string({ minLength: 1, maxLength: 40 }),
  msisdn: maybe(digits(6, 15).map((number) => `+${number}`)),
  pin1: digits(4, 8),
  pin2: digits(4, 8),
  puk1: digits(8),
  puk2: digits(8),
  adm1: digits(8),
})

describe('elements of any values', () => {
  it('read back as they were written, and write again as they were read', () => {
    fc.assert(
      fc.property(element, (written) => {
        const read = readElement(readTlv(written.raw), 0)
        expect(toHex(encodeElement(read))).toBe(toHex(written.raw))
        const { mapping: _, mappingSource: __, ...typed } = read as ProfileElement & Record<string, unknown>
        const plain = (value: unknown) =>
          JSON.stringify(value, (_key, each) => (each instanceof Uint8Array ? toHex(each) : each))
        expect(JSON.parse(plain(typed))).toMatchObject(JSON.parse(plain({ ...written, raw: written.raw })))
      }),
      { numRuns: 500 },
    )
  })

  it('make packages that read and write byte for byte and whose faults are named with their offset', () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 8 }), (elements) => {
        const whole = writePackage({ elements })
        const read = readPackage(whole)
        expect(bytesEqual(writePackage(read), whole)).toBe(true)
        for (const { element: number, offset, kind, says } of checkPackage(read)) {
          const named = read.elements[number - 1]!
          expect([named.kind, named.offset]).toEqual([kind, offset])
          expect(says).not.toBe('')
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('profiles of any subscription', () => {
  it('break no rule and say whose they are', () => {
    fc.assert(
      fc.property(values, (subscription) => {
        const profile = readPackage(writeUsimProfile(subscription))
        expect(checkPackage(profile)).toEqual([])
        expect([iccidOf(profile), imsiOf(profile)]).toEqual([subscription.iccid, subscription.imsi])
      }),
      { numRuns: 150 },
    )
  })

  it('become those of another one when they are personalised, deterministically, and only once', () => {
    fc.assert(
      fc.property(values, values, (template, wanted) => {
        const from = writeUsimProfile(template)
        const personal = personalise(from, wanted)
        expect(toHex(personalise(from, wanted))).toBe(toHex(personal))
        expect(toHex(personalise(personal, wanted))).toBe(toHex(personal))
        const profile = readPackage(personal)
        expect(checkPackage(profile)).toEqual([])
        expect([iccidOf(profile), imsiOf(profile)]).toEqual([wanted.iccid, wanted.imsi])
        const aka = profile.elements.find(isAka)!
        expect([aka.key, aka.opc].map((key) => toHex(key!))).toEqual([wanted.ki, wanted.opc].map(toHex))
        const code = (list: readonly { keyReference: number; value: Uint8Array }[], reference: number) =>
          toHex(list.find(({ keyReference }) => keyReference === reference)!.value)
        const text = (pin: string) => toHex(new TextEncoder().encode(pin)).padEnd(16, 'f')
        const pins = profile.elements.filter(isPin).flatMap(({ codes }) => codes)
        const puks = profile.elements.filter(isPuk).flatMap(({ codes }) => codes)
        expect([code(pins, 1), code(pins, 0x81), code(pins, 10)]).toEqual(
          [wanted.pin1!, wanted.pin2!, wanted.adm1!].map(text),
        )
        expect([code(puks, 1), code(puks, 0x81)]).toEqual([wanted.puk1!, wanted.puk2!].map(text))
      }),
      { numRuns: 100 },
    )
  })
})
