import { refuse, utf8 } from '@gesim/base'
import { imsiOf, requirePackage } from './check.ts'
import { iccidToBytes, imsiToFile, pinToBytes, swapNibbles } from './digits.ts'
import {
  type AkaAlgorithm,
  type FileStep,
  isAka,
  isHeader,
  isPin,
  isPuk,
  isTemplate,
  type PinCode,
  type ProfileElement,
  type TemplateElement,
} from './elements.ts'
import { templateOf } from './templates.ts'
import { accessClass, spnFile } from './usim-files.ts'
import { ADM1, PIN1, PIN2, requireKeys } from './usim-profile.ts'
import { encodeElement, writePackage } from './write.ts'

/** The values of one subscription to write into a template; what is absent stays as the template has it. */
export interface Personalisation {
  readonly iccid?: string
  readonly imsi?: string
  /** Given together with `opc`; every authentication element gets them. */
  readonly ki?: Uint8Array
  readonly opc?: Uint8Array
  /** Default `milenage` when keys are given: a test profile's XOR algorithm hides no key. */
  readonly algorithm?: AkaAlgorithm
  readonly pin1?: string
  readonly pin2?: string
  readonly puk1?: string
  readonly puk2?: string
  readonly adm1?: string
  readonly serviceProviderName?: string
}

/** Replaces what is written into a file; how the file is created stays, but a pattern gives way to the content. */
function withContent(steps: readonly FileStep[], content: Uint8Array): FileStep[] {
  return [...steps.filter((step) => step.do === 'create'), { do: 'fill', content }]
}

function replaceText(content: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array {
  const out = content.slice()
  for (let at = 0; at + from.length <= out.length; at++)
    if (from.every((byte, i) => out[at + i] === byte)) out.set(to, at)
  return out
}

/** Identities of the ISIM are texts that contain the IMSI; one of the same length takes its place. */
function renameIsim(element: TemplateElement, from: string | undefined, to: string): TemplateElement {
  if (!from || from.length !== to.length) return element
  const rename = (step: FileStep): FileStep =>
    step.do === 'fill' ? { ...step, content: replaceText(step.content, utf8(from), utf8(to)) } : step
  return { ...element, files: element.files.map((file) => ({ ...file, steps: file.steps.map(rename) })) }
}

function setFiles(element: TemplateElement, contents: ReadonlyMap<string, Uint8Array>): TemplateElement {
  const template = templateOf(element.kind)
  const files = element.files.map((file) => {
    const name = template?.files[file.number - 2]?.name ?? ''
    const content = contents.get(`${element.kind}/${name}`)
    return content ? { ...file, steps: withContent(file.steps, content) } : file
  })
  return { ...element, files }
}

function setCodes<C extends Pick<PinCode, 'keyReference' | 'value'>>(
  codes: readonly C[],
  values: ReadonlyMap<number, Uint8Array>,
): C[] {
  return codes.map((code) => ({ ...code, value: values.get(code.keyReference) ?? code.value }))
}

const codesOf = (entries: readonly (readonly [number, string, string | undefined])[]) =>
  new Map(entries.flatMap(([key, what, code]) => (code === undefined ? [] : [[key, pinToBytes(what, code)]])))

/**
 * Writes the values of one subscription into a template package, so that the same template can be sold many
 * times. Deterministic: the same template and values give the same bytes, and only elements that hold a value
 * change. Throws what `requirePackage` throws, `saip.value-invalid` and `saip.nothing-to-personalise`.
 */
export function personalise(template: Uint8Array, values: Personalisation): Uint8Array {
  const profile = requirePackage(template)
  const { iccid, imsi, ki, opc, algorithm = 'milenage' } = values
  if (ki || opc) requireKeys(algorithm, ki ?? new Uint8Array(), opc ?? new Uint8Array())
  const before = imsiOf(profile)
  if (imsi !== undefined && before === undefined)
    throw refuse('saip.nothing-to-personalise', { what: 'imsi', element: 'usim' })
  if (ki && !profile.elements.some((element) => isAka(element) && element.algorithm))
    throw refuse('saip.nothing-to-personalise', { what: 'ki', element: 'akaParameter' })

  const contents = new Map<string, Uint8Array>()
  if (iccid !== undefined) contents.set('mf/ef-iccid', swapNibbles(iccidToBytes(iccid)))
  if (imsi !== undefined) {
    contents.set('usim/ef-imsi', imsiToFile(imsi))
    contents.set('usim/ef-acc', accessClass(imsi))
  }
  if (values.serviceProviderName !== undefined)
    contents.set('usim/ef-spn', spnFile(values.serviceProviderName))
  const pins = codesOf([
    [PIN1, 'pin1', values.pin1],
    [PIN2, 'pin2', values.pin2],
    [ADM1, 'adm1', values.adm1],
  ])
  const puks = codesOf([
    [PIN1, 'puk1', values.puk1],
    [PIN2, 'puk2', values.puk2],
  ])

  const change = (element: ProfileElement): ProfileElement => {
    if (isHeader(element)) return iccid === undefined ? element : { ...element, iccid: iccidToBytes(iccid) }
    if (isPin(element)) return pins.size ? { ...element, codes: setCodes(element.codes, pins) } : element
    if (isPuk(element)) return puks.size ? { ...element, codes: setCodes(element.codes, puks) } : element
    if (isAka(element) && element.algorithm && ki && opc) {
      // Constants and counts of another algorithm mean nothing to this one.
      const same = element.algorithm === algorithm
      const own = same ? {} : { rotations: undefined, constants: undefined, keccakCount: undefined }
      return { ...element, ...own, algorithm, key: ki, opc }
    }
    if (!isTemplate(element)) return element
    if (element.kind === 'isim' && imsi !== undefined) return renameIsim(element, before, imsi)
    const concerned = [...contents.keys()].some((path) => path.startsWith(`${element.kind}/`))
    return concerned ? setFiles(element, contents) : element
  }
  const elements = profile.elements.map((element) => {
    const changed = change(element)
    return changed === element ? element : { ...changed, raw: encodeElement(changed) }
  })
  return writePackage({ elements })
}
