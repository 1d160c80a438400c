import { concatBytes } from '@gesim/base'
import { node, oidNode, type TlvPart, textNode, uintNode } from '@gesim/tlv'
import type {
  AkaElement,
  FileManagementElement,
  FileStep,
  HeaderElement,
  PeHeader,
  PinElement,
  ProfileElement,
  ProfilePackage,
  PukElement,
  TemplateElement,
} from './elements.ts'
import { isAka, isFileManagement, isHeader, isPin, isPuk, isTemplate, peOf } from './elements.ts'
import { writeFcp } from './fcp.ts'
import { contextTag, tagOfKind } from './kinds.ts'

/** An element without the bytes that writing it gives. */
export type Draft<E extends ProfileElement> = Omit<E, 'raw' | 'offset' | 'tag'>

const bytesNode = (tag: number, value: Uint8Array | undefined): TlvPart => value && node(tag, value)
const numberNode = (tag: number, value: number | undefined): TlvPart =>
  value === undefined ? undefined : uintNode(tag, value)

function writePe(pe: PeHeader): Uint8Array {
  return node(0xa0, pe.mandated ? node(0x80) : undefined, uintNode(0x81, pe.identification))
}

function writeSteps(
  steps: readonly FileStep[],
  createTag: number,
  moveTag: number,
  fillTag: number,
): Uint8Array {
  return concatBytes(
    ...steps.map((step) => {
      if (step.do === 'create') return writeFcp(createTag, step.fcp)
      if (step.do === 'move') return uintNode(moveTag, step.bytes)
      if (step.do === 'fill') return node(fillTag, step.content)
      return step.do === 'path' ? node(0x80, step.path) : node(0x80)
    }),
  )
}

const serviceTag = (number: number) => (number < 31 ? 0x80 | number : 0x9f00 | number)

function writeHeader(draft: Draft<HeaderElement>): TlvPart[] {
  return [
    uintNode(0x80, draft.majorVersion),
    uintNode(0x81, draft.minorVersion),
    draft.profileType === undefined ? undefined : textNode(0x82, draft.profileType),
    node(0x83, draft.iccid),
    bytesNode(0x84, draft.pol),
    node(0xa5, ...draft.mandatoryServices.map((number) => node(serviceTag(number)))),
    node(0xa6, ...draft.mandatoryTemplates.map((oid) => oidNode(0x06, oid))),
    ...draft.others,
  ]
}

function writePins(draft: Draft<PinElement>): TlvPart[] {
  const codes = draft.codes.map((code) =>
    node(
      0x30,
      uintNode(0x80, code.keyReference),
      node(0x81, code.value),
      numberNode(0x82, code.unblockedBy),
      numberNode(0x83, code.attributes),
      numberNode(0x84, code.tries),
    ),
  )
  return [writePe(draft.pe), node(0xa1, draft.sharedWith ?? node(0xa0, ...codes))]
}

function writePuks(draft: Draft<PukElement>): TlvPart[] {
  const codes = draft.codes.map((code) =>
    node(0x30, uintNode(0x80, code.keyReference), node(0x81, code.value), numberNode(0x82, code.tries)),
  )
  return [writePe(draft.pe), node(0xa1, ...codes)]
}

const ALGORITHM_IDS = { milenage: 1, tuak: 2, 'usim-test': 3 } as const

function writeAka(draft: Draft<AkaElement>): TlvPart[] {
  const own =
    draft.algorithm &&
    node(
      0xa1,
      uintNode(0x80, ALGORITHM_IDS[draft.algorithm]),
      bytesNode(0x81, draft.options),
      bytesNode(0x82, draft.key),
      bytesNode(0x83, draft.opc),
      bytesNode(0x84, draft.rotations),
      bytesNode(0x85, draft.constants),
      bytesNode(0x86, draft.authCounterMax),
      numberNode(0x87, draft.keccakCount),
    )
  return [
    writePe(draft.pe),
    node(0xa1, own ?? draft.mapping),
    bytesNode(0x82, draft.sqnOptions),
    bytesNode(0x83, draft.sqnDelta),
    bytesNode(0x84, draft.sqnAgeLimit),
    draft.sqnInit && node(0xa5, ...draft.sqnInit.map((value) => node(0x04, value))),
  ]
}

function writeTemplate(draft: Draft<TemplateElement>): TlvPart[] {
  const files = draft.files.map((file) =>
    node(contextTag(file.number), writeSteps(file.steps, 0xa1, 0x82, 0x83)),
  )
  return [writePe(draft.pe), oidNode(0x81, draft.templateId), ...files]
}

function writeManagement(draft: Draft<FileManagementElement>): TlvPart[] {
  const commands = draft.commands.map((steps) => node(0x30, writeSteps(steps, 0x62, 0x02, 0x81)))
  return [writePe(draft.pe), node(0xa1, ...commands)]
}

function content(element: ProfileElement): TlvPart[] | undefined {
  if (isHeader(element)) return writeHeader(element)
  if (isPin(element)) return writePins(element)
  if (isPuk(element)) return writePuks(element)
  if (isAka(element)) return writeAka(element)
  if (isFileManagement(element)) return writeManagement(element)
  if (isTemplate(element)) return writeTemplate(element)
  if (element.kind === 'end' && peOf(element)) return [writePe(peOf(element)!)]
  return undefined
}

/** Writes an element from its typed values; an opaque one keeps its bytes. */
export function encodeElement(element: ProfileElement): Uint8Array {
  const parts = content(element)
  return parts ? node(element.tag, ...parts) : element.raw
}

/** The element of a draft, with its bytes. */
export function draftElement<E extends ProfileElement>(draft: Draft<E>): E {
  const bare = { ...draft, tag: tagOfKind(draft.kind), offset: 0, raw: new Uint8Array() } as unknown as E
  return { ...bare, raw: encodeElement(bare) }
}

/** The bytes of a package: its elements one after another, each as received or as written. */
export function writePackage(profile: ProfilePackage): Uint8Array {
  return concatBytes(...profile.elements.map((element) => element.raw))
}
