import { Failure, refuse } from '@gesim/base'
import { readOid, readText, readTlvs, readUint, type Tlv } from '@gesim/tlv'
import type {
  AkaAlgorithm,
  AkaElement,
  FileStep,
  HeaderElement,
  PeHeader,
  PinCode,
  PinElement,
  ProfileElement,
  ProfilePackage,
  PukElement,
} from './elements.ts'
import { readFcp } from './fcp.ts'
import { contextNumber, type ElementKind, kindOfTag } from './kinds.ts'
import { templateOf } from './templates.ts'

/** What is read at most. */
export interface ReadLimits {
  /** Default 512 KiB; a UICC profile is seldom above 64 KiB. */
  readonly maxBytes?: number
}

function readPeHeader(element: Tlv): PeHeader {
  return {
    mandated: element.find(0x80) !== undefined,
    identification: readUint(element.require(0x81), 0xffff),
  }
}

function readFileStep(child: Tlv, createTag: number, moveTag: number, fillTag: number): FileStep {
  if (child.tag === createTag) return { do: 'create', fcp: readFcp(child) }
  if (child.tag === moveTag) return { do: 'move', bytes: readUint(child, 0xffffff) }
  if (child.tag === fillTag) return { do: 'fill', content: child.value }
  throw refuse('saip.not-a-profile', { why: 'unknown step of a file', tag: child.tag })
}

function readTemplateSteps(file: Tlv): FileStep[] {
  return file
    .children()
    .map((child) =>
      child.tag === 0x80 ? { do: 'skip-file' as const } : readFileStep(child, 0xa1, 0x82, 0x83),
    )
}

/** The choice of file management has four alternatives; only the FCP brings a tag of its own. */
function readManagementSteps(command: Tlv): FileStep[] {
  return command
    .children()
    .map((child) =>
      child.tag === 0x80 ? { do: 'path' as const, path: child.value } : readFileStep(child, 0x62, 0x02, 0x81),
    )
}

type Base = { kind: ElementKind; tag: number; offset: number; raw: Uint8Array }

function readHeader(element: Tlv, base: Base): HeaderElement {
  const known = new Set([0x80, 0x81, 0x82, 0x83, 0x84, 0xa5, 0xa6])
  const profileType = element.find(0x82)
  return {
    ...base,
    kind: 'header',
    majorVersion: readUint(element.require(0x80), 255),
    minorVersion: readUint(element.require(0x81), 255),
    profileType: profileType && readText(profileType, 100),
    iccid: element.require(0x83).value,
    pol: element.find(0x84)?.value,
    mandatoryServices: element
      .require(0xa5)
      .children()
      .map((child) => (child.tag > 0xff ? child.tag & 0x7f : child.tag & 0x1f)),
    mandatoryTemplates: element.require(0xa6).children().map(readOid),
    others: element
      .children()
      .filter((child) => !known.has(child.tag))
      .map((child) => child.raw),
  }
}

const optionalUint = (element: Tlv | undefined, max: number) => element && readUint(element, max)

function readPins(element: Tlv, base: Base, pe: PeHeader): PinElement {
  const choice = element.require(0xa1)
  const list = choice.find(0xa0)
  if (!list) {
    const sharedPath = choice.require(0x81).value
    return { ...base, kind: 'pinCodes', pe, codes: [], sharedWith: choice.value, sharedPath }
  }
  const codes = list.children().map(
    (code): PinCode => ({
      keyReference: readUint(code.require(0x80), 255),
      value: code.require(0x81).value,
      unblockedBy: optionalUint(code.find(0x82), 255),
      attributes: optionalUint(code.find(0x83), 255),
      tries: optionalUint(code.find(0x84), 255),
    }),
  )
  return { ...base, kind: 'pinCodes', pe, codes }
}

function readPuks(element: Tlv, base: Base, pe: PeHeader): PukElement {
  const codes = element
    .require(0xa1)
    .children()
    .map((code) => ({
      keyReference: readUint(code.require(0x80), 255),
      value: code.require(0x81).value,
      tries: optionalUint(code.find(0x82), 255),
    }))
  return { ...base, kind: 'pukCodes', pe, codes }
}

const ALGORITHMS: readonly (AkaAlgorithm | undefined)[] = [undefined, 'milenage', 'tuak', 'usim-test']

function readAka(element: Tlv, base: Base, pe: PeHeader): AkaElement {
  const choice = element.require(0xa1)
  const own = choice.find(0xa1)
  const sqn = {
    sqnOptions: element.find(0x82)?.value,
    sqnDelta: element.find(0x83)?.value,
    sqnAgeLimit: element.find(0x84)?.value,
    sqnInit: element
      .find(0xa5)
      ?.children()
      .map((child) => child.value),
  }
  if (!own) {
    const mappingSource = choice.require(0xa0).require(0x81).value
    return { ...base, kind: 'akaParameter', pe, mapping: choice.value, mappingSource, ...sqn }
  }
  const algorithm = ALGORITHMS[readUint(own.require(0x80), 255)]
  if (!algorithm) throw refuse('saip.not-a-profile', { why: 'unknown authentication algorithm' })
  return {
    ...base,
    kind: 'akaParameter',
    pe,
    algorithm,
    options: own.require(0x81).value,
    key: own.require(0x82).value,
    opc: own.require(0x83).value,
    rotations: own.find(0x84)?.value,
    constants: own.find(0x85)?.value,
    authCounterMax: own.find(0x86)?.value,
    keccakCount: optionalUint(own.find(0x87), 255),
    ...sqn,
  }
}

/** The number of a file in its template: [2] is the first, after the header and the template's identifier. */
function fileNumber(file: Tlv): number {
  const number = contextNumber(file.tag)
  if (number === undefined || number < 2)
    throw refuse('saip.not-a-profile', { why: 'no file of a template', tag: file.tag })
  return number
}

/** Reads one element. Throws what the reader of TLV throws; `readPackage` adds where it happened. */
export function readElement(element: Tlv, offset: number): ProfileElement {
  const kind = kindOfTag(element.tag)
  const base: Base = { kind, tag: element.tag, offset, raw: element.raw }
  if (kind === 'header') return readHeader(element, base)
  if (kind === 'unknown') return base
  // Most elements begin with [0] PEHeader; in the few where a sibling has a tag of its own the header stays first.
  const [first, ...rest] = element.children()
  const pe = first?.constructed && first.tag === 0xa0 ? readPeHeader(first) : undefined
  if (!pe) return base
  if (kind === 'pinCodes') return readPins(element, base, pe)
  if (kind === 'pukCodes') return readPuks(element, base, pe)
  if (kind === 'akaParameter') return readAka(element, base, pe)
  if (kind === 'genericFileManagement') {
    const commands = element.require(0xa1).children().map(readManagementSteps)
    return { ...base, kind, pe, commands }
  }
  if (!templateOf(kind)) return { ...base, pe }
  const templateId = readOid(element.require(0x81))
  const files = rest
    .filter((child) => child.tag !== 0x81)
    .map((child) => ({ number: fileNumber(child), steps: readTemplateSteps(child) }))
  return { ...base, pe, templateId, files }
}

/**
 * Reads an unprotected profile package (UPP). Each element keeps its bytes, so that writing the package again
 * gives what was read. Whether the elements make sense together is `checkPackage`'s question.
 *
 * Throws `saip.not-a-profile`, with the element, its offset and the reason, and `saip.too-large`.
 */
export function readPackage(bytes: Uint8Array, limits: ReadLimits = {}): ProfilePackage {
  const maxBytes = limits.maxBytes ?? 512 * 1024
  if (bytes.length > maxBytes) throw refuse('saip.too-large', { bytes: bytes.length, maxBytes })
  const place: { at?: Tlv; number: number } = { number: 0 }
  try {
    const elements: ProfileElement[] = []
    for (const element of readTlvs(bytes)) {
      place.at = element
      place.number++
      elements.push(readElement(element, element.start))
    }
    if (elements.length === 0) throw refuse('saip.not-a-profile', { why: 'no bytes' })
    return { elements }
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
    const kind = place.at && kindOfTag(place.at.tag)
    const why = cause.code === 'saip.not-a-profile' ? String(cause.facts.why) : cause.message
    throw refuse(
      'saip.not-a-profile',
      { element: place.number, kind, offset: place.at?.start ?? 0, why },
      cause,
    )
  }
}
