import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { bytesEqual, concatBytes, fromHex, isFailure, toHex } from '@gesim/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkPackage,
  encodeElement,
  iccidOf,
  imsiOf,
  isAka,
  isHeader,
  isTemplate,
  personalise,
  readPackage,
  templateImages,
  templateOf,
  type UsimValues,
  writePackage,
  writeUsimProfile,
} from './index.ts'

const TS48 = new URL('../../../../shared/data/rsp/ts48-v7/', import.meta.url)
const samples = existsSync(TS48) ? readdirSync(TS48).filter((name) => name.endsWith('.der')) : []

const values: UsimValues = {
  iccid: '8988211000000000012',
  imsi: '001010000000012',
  ki: fromHex('000102030405060708090a0b0c0d0e0f'),
  opc: fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'),
  serviceProviderName: 'GeSIM',
  msisdn: '+4912345678',
}

function refusal(work: () => unknown): { code: string; facts: Record<string, unknown> } {
  try {
    work()
  } catch (error) {
    if (isFailure(error)) return { code: error.code, facts: error.facts }
    throw error
  }
  throw new Error('nothing was refused')
}

describe.skipIf(samples.length === 0)(
  'the GSMA TS.48 packages (skipped where they are not beside us)',
  () => {
    it.each(samples)('%s writes back byte for byte, also from its typed values', (name) => {
      const bytes = new Uint8Array(readFileSync(new URL(name, TS48)))
      const profile = readPackage(bytes)
      expect(bytesEqual(writePackage(profile), bytes)).toBe(true)
      for (const element of profile.elements)
        expect(toHex(encodeElement(element)), `${element.kind} at ${element.offset}`).toBe(toHex(element.raw))
    })

    it.each(samples)('%s breaks no rule', (name) => {
      const profile = readPackage(readFileSync(new URL(name, TS48)))
      expect(checkPackage(profile).filter((finding) => finding.severity === 'error')).toEqual([])
      expect(imsiOf(profile)).toBe('001010123456789')
    })

    it.each(samples)('%s can be sold many times, each with its own identity and keys', (name) => {
      const template = new Uint8Array(readFileSync(new URL(name, TS48)))
      const mine = { iccid: '8988211000000000103', imsi: '001010000000103', ki: values.ki, opc: values.opc }
      const personal = personalise(template, mine)
      expect(toHex(personalise(template, mine))).toBe(toHex(personal))
      const profile = readPackage(personal)
      expect(checkPackage(profile).filter((finding) => finding.severity === 'error')).toEqual([])
      expect([iccidOf(profile), imsiOf(profile)]).toEqual([mine.iccid, mine.imsi])
      expect(profile.elements.filter(isAka).map((aka) => aka.algorithm)).toEqual(['milenage', 'milenage'])
      const isim = profile.elements.find((element) => element.kind === 'isim')
      const impi =
        isim && isTemplate(isim) && templateImages(isim).images.find((file) => file.name === 'ef-impi')
      expect(impi && new TextDecoder().decode(impi.content)).toContain(`${mine.imsi}@`)
    })
  },
)

describe('a profile of our own', () => {
  const bytes = writeUsimProfile(values)

  it('is complete and breaks no rule, not even as a warning', () => {
    const profile = readPackage(bytes)
    expect(checkPackage(profile)).toEqual([])
    expect(profile.elements.map((element) => element.kind)).toEqual([
      'header',
      'mf',
      'pukCodes',
      'pinCodes',
      'usim',
      'opt-usim',
      'pinCodes',
      'akaParameter',
      'end',
    ])
    expect([iccidOf(profile), imsiOf(profile)]).toEqual([values.iccid, values.imsi])
  })

  it('holds its files with their usual sizes and contents', () => {
    const usim = readPackage(bytes).elements.find((element) => element.kind === 'usim')!
    if (!isTemplate(usim)) throw new Error('not a template')
    const { root, images } = templateImages(usim)
    const content = (name: string) => toHex(images.find((file) => file.name === name)!.content)
    expect(root).toBe('usim')
    expect(content('ef-imsi')).toBe('080910100000000021')
    expect(content('ef-ad')).toBe('00000002')
    expect(content('ef-spn')).toBe(`00${toHex(new TextEncoder().encode('GeSIM'))}${'ff'.repeat(11)}`)
    expect(content('ef-keys')).toBe(`07${'ff'.repeat(32)}`)
    expect(content('ef-acc')).toBe('0004')
    expect(content('ef-start-hfn')).toBe('f00000f00000')
  })

  it('is the same for the same values and differs in nothing but the identity for others', () => {
    expect(toHex(writeUsimProfile(values))).toBe(toHex(bytes))
    const other = writeUsimProfile({ ...values, iccid: '8988211000000000020', imsi: '001010000000020' })
    expect(other.length).toBe(bytes.length)
    const again = personalise(other, { iccid: values.iccid, imsi: values.imsi })
    expect(toHex(again)).toBe(toHex(bytes))
  })

  it('carries TUAK with its longer keys', () => {
    const tuak = writeUsimProfile({
      ...values,
      algorithm: 'tuak',
      ki: new Uint8Array(32),
      opc: new Uint8Array(32),
    })
    const profile = readPackage(tuak)
    expect(checkPackage(profile)).toEqual([])
    expect(profile.elements.find(isAka)?.algorithm).toBe('tuak')
  })

  it('refuses values that fit in no file', () => {
    const wrong: [Partial<UsimValues>, string][] = [
      [{ iccid: '123' }, 'iccid'],
      [{ imsi: '0010100000000123' }, 'imsi'],
      [{ imsi: '00101x' }, 'imsi'],
      [{ ki: new Uint8Array(15) }, 'ki'],
      [{ opc: new Uint8Array(32) }, 'opc'],
      [{ pin1: '123' }, 'pin1'],
    ]
    for (const [value, what] of wrong) {
      const { code, facts } = refusal(() => writeUsimProfile({ ...values, ...value }))
      expect([code, facts.what]).toEqual(['saip.value-invalid', what])
    }
  })
})

describe('a package that is none', () => {
  const bytes = writeUsimProfile(values)

  it('is refused with the place and the reason', () => {
    for (const nothing of ['', '00', 'ff', '308201', toHex(new TextEncoder().encode('%PDF-1.7 hello'))])
      expect(refusal(() => readPackage(fromHex(nothing))).code).toBe('saip.not-a-profile')
    const cut = refusal(() => readPackage(bytes.subarray(0, bytes.length - 1)))
    expect(cut.code).toBe('saip.not-a-profile')
  })

  it('is refused at every length shorter than whole, or found to have no end', () => {
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length)
      try {
        const rules = checkPackage(readPackage(part)).map((finding) => finding.rule)
        expect(rules).toContain('end-last')
      } catch (error) {
        expect(isFailure(error, 'saip.not-a-profile')).toBe(true)
      }
    }
  })

  it('names the rule, the element and the offset', () => {
    const profile = readPackage(bytes)
    const [header, mf, ...rest] = profile.elements
    const rules = (elements: typeof profile.elements) =>
      checkPackage({ elements }).map((finding) => `${finding.rule}@${finding.element}`)
    expect(rules([mf!, header!, ...rest])).toContain('header-first@1')
    expect(rules(profile.elements.slice(0, -1))).toContain('end-last@8')
    expect(rules([...profile.elements, header!])).toEqual(
      expect.arrayContaining(['end-once@9', 'header-once@10', 'end-last@10']),
    )
    expect(rules([header!, ...rest])).toContain('mf-present@8')
    expect(rules([header!, mf!, ...rest.filter((element) => element.kind !== 'usim')])).toContain(
      'application-first@5',
    )
    expect(rules([header!, mf!, ...rest.slice(1)])).toContain('puk-before-pin@3')
    expect(rules([header!, mf!, mf!, ...rest])).toContain('identification-once@3')
    const unknown = readPackage(
      concatBytes(header!.raw, fromHex('bf5000'), bytes.subarray(header!.raw.length)),
    )
    const finding = checkPackage(unknown).find((entry) => entry.rule === 'kind-known')
    expect(finding).toMatchObject({ element: 2, offset: header!.raw.length })
  })

  it('is found out when two places name different ICCIDs or none', () => {
    const profile = readPackage(bytes)
    const [header, ...rest] = profile.elements
    if (!header || !isHeader(header)) throw new Error('no header')
    const rules = (iccid: Uint8Array) =>
      checkPackage({ elements: [{ ...header, iccid }, ...rest] }).map((finding) => finding.rule)
    expect(rules(fromHex('89882110000000000990'))).toContain('iccid-same')
    expect(rules(fromHex('ffffffffffffffffffff'))).toContain('iccid-present')
    expect(rules(fromHex('8988'))).toContain('iccid-present')
  })

  it('whose files claim more memory than there is costs none', () => {
    const profile = readPackage(bytes)
    const usim = profile.elements.find(({ kind }) => kind === 'usim')!
    if (!isTemplate(usim)) throw new Error('not a template')
    const files = usim.files.map((file) => ({
      ...file,
      steps: file.steps.map((step) =>
        step.do === 'create' ? { ...step, fcp: { ...step.fcp, fileSize: 0xffffffff } } : step,
      ),
    }))
    const raw = encodeElement({ ...usim, files } as typeof usim)
    const greedy = readPackage(
      concatBytes(...profile.elements.map((each) => (each === usim ? raw : each.raw))),
    )
    const findings = checkPackage(greedy).filter(({ rule }) => rule === 'file-size')
    expect(findings.length).toBeGreaterThan(20)
  })

  it('whose element has no header of its own is found out', () => {
    const profile = readPackage(bytes)
    const [header, ...rest] = profile.elements
    for (const tag of ['a1', 'a2', 'a3', 'a4', 'b3']) {
      const headless = readPackage(
        concatBytes(header!.raw, fromHex(`${tag}03800100`), ...rest.map(({ raw }) => raw)),
      )
      const finding = checkPackage(headless).find(({ rule }) => rule === 'pe-header')
      expect(finding).toMatchObject({ element: 2, offset: header!.raw.length })
    }
  })

  it('is read or refused, never worse, whatever is changed in it', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice()
        damaged[at]! ^= change
        try {
          const profile = readPackage(damaged)
          checkPackage(profile)
          expect(bytesEqual(writePackage(profile), damaged)).toBe(true)
        } catch (error) {
          expect(isFailure(error, 'saip.not-a-profile'), String(error)).toBe(true)
        }
      }),
      { numRuns: 600 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        try {
          checkPackage(readPackage(noise))
        } catch (error) {
          expect(isFailure(error, 'saip.not-a-profile'), String(error)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('templates', () => {
  it('place the files of nested directories', () => {
    const telecom = templateOf('telecom')!
    const under = (name: string) => telecom.files.find((file) => file.name === name)!.under
    expect([
      under('ef-arr'),
      under('df-graphics'),
      under('ef-img'),
      under('df-mmss'),
      under('ef-mlpl'),
    ]).toEqual(['df-telecom', 'df-telecom', 'df-graphics', 'df-telecom', 'df-mmss'])
  })
})
