import { concatBytes, isFailure, toHex } from '@gesim/base'
import {
  checkPackage,
  type Finding,
  fileBudget,
  iccidFromBytes,
  imsiOf,
  isAka,
  isFileManagement,
  isHeader,
  isPin,
  isPuk,
  isTemplate,
  managementImages,
  type ProfileElement,
  type ProfilePackage,
  peOf,
  readPackage,
  templateImages,
} from '@gesim/saip'
import { readHeader, tagName } from '@gesim/tlv'
import type { Shown } from './shape.ts'

/** A profile package as it is shown, with the rules that it breaks. */
export interface ShownPackage {
  readonly shown: Shown[]
  readonly findings: readonly Finding[]
}

const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase()
/** A secret is told by its length only: what is printed ends up in logs. */
const secret = (bytes: Uint8Array | undefined) => (bytes ? `${bytes.length} bytes, not shown` : undefined)

function filesOf(element: ProfileElement): Shown[] {
  const budget = fileBudget()
  const images = isTemplate(element)
    ? templateImages(element, budget).images
    : isFileManagement(element)
      ? managementImages(element, budget)
      : []
  return images.map((image) => {
    const id = image.fileId.toString(16).toUpperCase().padStart(4, '0')
    const path = [...image.under, image.fileId].map((part) =>
      part.toString(16).toUpperCase().padStart(4, '0'),
    )
    const size = image.content.length ? `${image.content.length} bytes` : ''
    const records = image.recordBytes ? ` in records of ${image.recordBytes}` : ''
    return {
      name: image.name ?? `file ${id}`,
      value: [path.join('/'), image.structure, `${size}${records}`].filter(Boolean).join('  '),
      ...(image.content.length ? { hex: hex(image.content) } : {}),
    }
  })
}

function membersOf(element: ProfileElement, secrets: boolean): Shown[] {
  const keep = (bytes: Uint8Array | undefined) => (secrets ? bytes && hex(bytes) : secret(bytes))
  const list: [string, string | undefined][] = []
  const pe = peOf(element)
  if (pe) list.push(['identification', String(pe.identification)], ['mandated', pe.mandated ? 'yes' : 'no'])
  if (isHeader(element)) {
    const { majorVersion, minorVersion, profileType, mandatoryServices, mandatoryTemplates } = element
    list.push(
      ['version', `${majorVersion}.${minorVersion}`],
      ['profileType', profileType],
      ['iccid', iccidFromBytes(element.iccid)],
      ['mandatoryServices', mandatoryServices.join(', ') || 'none'],
      ['mandatoryTemplates', mandatoryTemplates.join(', ') || 'none'],
    )
  }
  if (isTemplate(element)) list.push(['templateId', element.templateId])
  if (isAka(element))
    list.push(
      ['algorithm', element.algorithm ?? 'as another application'],
      ['key', keep(element.key)],
      ['opc', keep(element.opc)],
    )
  if (isPin(element))
    for (const code of element.codes)
      list.push([`pin ${code.keyReference.toString(16).padStart(2, '0').toUpperCase()}`, keep(code.value)])
  if (isPuk(element))
    for (const code of element.codes)
      list.push([`puk ${code.keyReference.toString(16).padStart(2, '0').toUpperCase()}`, keep(code.value)])
  return list.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
}

/** Whether bytes begin as a profile package does: a header element with a version, then others. */
export function looksLikeProfile(bytes: Uint8Array): boolean {
  try {
    const head = readHeader(bytes)
    if (head?.tag !== 0xa0) return false
    const version = readHeader(bytes, head.headerLength)
    const next = readHeader(bytes, head.headerLength + head.length)
    // A bound package's first list holds 87 segments; the header of a profile begins with its version, 80 01.
    return version?.tag === 0x80 && version.length === 1 && next !== undefined && (next.tag & 0xa0) === 0xa0
  } catch (error) {
    if (!isFailure(error)) throw error
    return false
  }
}

/** Shows an unprotected profile package. Throws `saip.not-a-profile`, with element and offset. */
export function showPackage(bytes: Uint8Array, secrets: boolean): ShownPackage {
  const profile: ProfilePackage = readPackage(bytes)
  const findings = checkPackage(profile)
  const elements = profile.elements.map((element, i): Shown => {
    const broken = findings.filter((finding) => finding.element === i + 1)
    return {
      tag: tagName(element.tag),
      name: element.kind,
      offset: element.offset,
      length: element.raw.length,
      inside: [
        ...membersOf(element, secrets),
        ...filesOf(element),
        ...broken.map(({ rule, says, severity }) => ({
          name: severity === 'error' ? '✗ broken rule' : '! remark',
          value: `${says} (${rule})`,
        })),
      ],
    }
  })
  const size = concatBytes(...profile.elements.map(({ raw }) => raw)).length
  const imsi = imsiOf(profile)
  const head: Shown = {
    name: 'unprotected profile package',
    value: `${profile.elements.length} elements, ${size} bytes${imsi ? `, IMSI ${imsi}` : ''}`,
  }
  return { shown: [head, ...elements], findings }
}
