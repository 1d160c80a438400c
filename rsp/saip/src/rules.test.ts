import { fromHex, toHex } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { alphaField } from './alphabet.ts'
import {
  type AkaElement,
  checkPackage,
  draftElement,
  encodeElement,
  type FileManagementElement,
  isAka,
  isTemplate,
  managementImages,
  type ProfileElement,
  readPackage,
  requirePackage,
  TEMPLATE_RULES,
  type TemplateElement,
  templateImages,
  templateOf,
  writePackage,
  writeUsimProfile,
} from './index.ts'

const package_ = readPackage(
  writeUsimProfile({
    iccid: '8988211000000000012',
    imsi: '001010000000012',
    ki: new Uint8Array(16),
    opc: new Uint8Array(16),
    serviceProviderName: 'GeSIM',
  }),
)

/** The rules that the package breaks when one of its elements is another. */
function brokenBy<E extends ProfileElement>(
  is: (element: ProfileElement) => element is E,
  change: Partial<E>,
): string[] {
  const elements = package_.elements.map((element) =>
    is(element) ? ({ ...element, raw: encodeElement({ ...element, ...change }) } as E) : element,
  )
  return checkPackage(readPackage(writePackage({ elements }))).map(
    ({ rule, element }) => `${rule}@${element}`,
  )
}

const template = (kind: ProfileElement['kind'], files: TemplateElement['files']) =>
  draftElement<TemplateElement>({
    kind,
    pe: { mandated: true, identification: 90 },
    templateId: templateOf(kind)!.oid,
    files,
  })

describe('the parameters of authentication', () => {
  it.each<[string, Partial<AkaElement>]>([
    ['aka-length', { rotations: fromHex('40002040') }],
    ['aka-rotation', { rotations: fromHex('4000204080') }],
    ['aka-length', { constants: new Uint8Array(79) }],
    ['aka-length', { sqnDelta: new Uint8Array(5) }],
    ['aka-length', { sqnAgeLimit: new Uint8Array(7) }],
    ['aka-length', { sqnInit: [new Uint8Array(5)] }],
    ['aka-length', { sqnInit: Array.from({ length: 33 }, () => new Uint8Array(6)) }],
    ['aka-keccak', { keccakCount: 0 }],
    ['key-length', { key: new Uint8Array(15) }],
    ['opc-length', { opc: new Uint8Array(32) }],
  ])('break %s when they are wrong', (rule, change) => {
    expect(brokenBy(isAka, change)).toEqual([`${rule}@8`])
  })

  it('that point to another application name its AID', () => {
    const mapped = draftElement<AkaElement>({
      kind: 'akaParameter',
      pe: { mandated: true, identification: 7 },
      mapping: fromHex('a00e80010081 09a00000008710020001'.replaceAll(' ', '')),
    })
    const read = readPackage(
      writePackage({ elements: package_.elements.map((each) => (isAka(each) ? mapped : each)) }),
    )
    expect(toHex(read.elements.find(isAka)!.mappingSource!)).toBe('a00000008710020001')
    expect(checkPackage(read)).toEqual([])
  })
})

describe('an application', () => {
  it('without an AID is found out', () => {
    const usim = package_.elements.find((element) => element.kind === 'usim')!
    if (!isTemplate(usim)) throw new Error('not a template')
    const files = usim.files.map((file) =>
      file.number === 2
        ? {
            ...file,
            steps: file.steps.map((step) =>
              step.do === 'create' ? { ...step, fcp: { ...step.fcp, dfName: undefined } } : step,
            ),
          }
        : file,
    )
    const is = (element: ProfileElement): element is TemplateElement => element.kind === 'usim'
    expect(brokenBy(is, { files })).toEqual(['application-aid@5'])
  })
})

describe('a message about a broken rule', () => {
  it('names the rule, the element, its kind and its offset', () => {
    const [header, mf, ...rest] = package_.elements
    const bytes = writePackage({ elements: [header!, mf!, mf!, ...rest] })
    const at = header!.raw.length + mf!.raw.length
    expect(() => requirePackage(bytes)).toThrow(
      new RegExp(
        `saip\\.rule-broken \\(rule=identification-once element=3 kind=mf offset=${at} says=element 2 has`,
      ),
    )
  })

  it('about what cannot be read names the same', () => {
    const bytes = writePackage(package_)
    const { offset } = package_.elements[4]!
    // The identification of the fifth element becomes an empty integer.
    const at = toHex(bytes.subarray(offset)).indexOf('810104', 0) / 2
    const broken = bytes.slice()
    broken[offset + at + 1] = 0
    expect(() => readPackage(broken)).toThrow(
      new RegExp(`saip\\.not-a-profile \\(element=5 kind=usim offset=${offset} why=`),
    )
  })
})

describe('a file that a package says little of', () => {
  it('has the access rule of its template, as a record of the EF.ARR of its place', () => {
    const { images } = templateImages(
      template(
        'opt-usim',
        [2, 5, 7, 43].map((number) => ({ number, steps: [] })),
      ),
    )
    const rules = images.map(({ name, securityAttributes }) => `${name} ${toHex(securityAttributes!)}`)
    expect(rules).toEqual(['ef-li 01', 'ef-gid1 02', 'ef-msisdn 02', 'ef-mwis 05'])
    expect([...TEMPLATE_RULES.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  })

  it('has the last bits of its identifier as short identifier when no template gives it one', () => {
    const command = (fcp: Record<string, unknown>) => [
      { do: 'create' as const, fcp: { fileDescriptor: fromHex('4121'), others: [], ...fcp } },
    ]
    const [last, none, own, never] = managementImages(
      draftElement<FileManagementElement>({
        kind: 'genericFileManagement',
        pe: { mandated: true, identification: 1 },
        commands: [
          command({ fileId: 0x6f07 }),
          command({ fileId: 0x6f20 }),
          command({ fileId: 0x6f07, shortId: 9 }),
          command({ fileId: 0x6f07, shortId: 0 }),
        ],
      }),
    )
    expect([last, none, own, never].map((image) => image?.shortId)).toEqual([7, undefined, 9, undefined])
  })
})

describe('a name on a card', () => {
  it('is written in the default alphabet, or in UCS2 where that lacks a character', () => {
    expect(toHex(alphaField('GeSIM', 16))).toBe('476553494d')
    expect(toHex(alphaField('@_ä', 16))).toBe('00117b')
    expect(toHex(alphaField('Ωμ', 16))).toBe('8003a903bc')
    expect(toHex(alphaField('ščš', 6))).toBe('800161010d')
    expect(alphaField('a very long name indeed', 16)).toHaveLength(16)
    expect(toHex(alphaField('😀😀', 8))).toBe('80d83dde00')
  })
})
