import { refuse } from '@gesim/base'
import { node, readBytes, type Tlv, type TlvPart } from '@gesim/tlv'
import type { FileStructure } from './templates.ts'

/** The proprietary information (A5) of a file: how it is filled and kept. */
export interface ProprietaryInfo {
  readonly specialFileInformation?: Uint8Array
  /** Written once; its last octet repeats to the end of the file, or of each record. */
  readonly fillPattern?: Uint8Array
  /** Written again and again to the end of the file, or of each record. */
  readonly repeatPattern?: Uint8Array
  readonly others: readonly Uint8Array[]
}

/** File control parameters (TS 102 222 tags) as a package gives them: every part may be left to the template. */
export interface Fcp {
  readonly fileDescriptor?: Uint8Array
  readonly fileId?: number
  readonly dfName?: Uint8Array
  readonly lifeCycle?: Uint8Array
  /** Reference to EF.ARR: file identifier and record number. */
  readonly securityAttributes?: Uint8Array
  readonly fileSize?: number
  readonly pinStatusTemplate?: Uint8Array
  /** 0 is "no short identifier", absent is "the template's". */
  readonly shortId?: number
  readonly proprietary?: ProprietaryInfo
  /** Path of the file whose content this one shares. */
  readonly linkPath?: Uint8Array
  /** Elements this software does not know, kept as they came. */
  readonly others: readonly Uint8Array[]
}

/** A number of at most four octets. Throws `saip.not-a-profile`. */
function bigEndian(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > 4)
    throw refuse('saip.not-a-profile', { why: 'a number in file parameters', bytes: bytes.length })
  let out = 0
  for (const byte of bytes) out = out * 256 + byte
  return out
}

function readProprietary(element: Tlv): ProprietaryInfo {
  const info: { -readonly [K in keyof ProprietaryInfo]: ProprietaryInfo[K] } = { others: [] }
  const others: Uint8Array[] = []
  for (const child of element.children()) {
    if (child.tag === 0xc0) info.specialFileInformation = child.value
    else if (child.tag === 0xc1) info.fillPattern = child.value
    else if (child.tag === 0xc2) info.repeatPattern = child.value
    else others.push(child.raw)
  }
  return { ...info, others }
}

/** Reads file control parameters from the element that holds them (A1 in templates, 62 in file management). */
export function readFcp(element: Tlv): Fcp {
  const fcp: { -readonly [K in keyof Fcp]: Fcp[K] } = { others: [] }
  const others: Uint8Array[] = []
  for (const child of element.children()) {
    const { value } = child
    if (child.tag === 0x82) fcp.fileDescriptor = value
    else if (child.tag === 0x83) fcp.fileId = bigEndian(readBytes(child, 2))
    else if (child.tag === 0x84) fcp.dfName = value
    else if (child.tag === 0x8a) fcp.lifeCycle = value
    else if (child.tag === 0x8b) fcp.securityAttributes = value
    else if (child.tag === 0x80) fcp.fileSize = bigEndian(value)
    else if (child.tag === 0xc6) fcp.pinStatusTemplate = value
    else if (child.tag === 0x88) fcp.shortId = value.length ? value[0]! >> 3 : 0
    else if (child.tag === 0xa5) fcp.proprietary = readProprietary(child)
    else if (child.tag === 0xc7) fcp.linkPath = value
    else others.push(child.raw)
  }
  return { ...fcp, others }
}

const bytes16 = (value: number) => Uint8Array.of((value >> 8) & 0xff, value & 0xff)
/** A size in as many octets as it needs. */
function sizeBytes(size: number): Uint8Array {
  if (size > 0xffff)
    return Uint8Array.of(
      ...(size > 0xffffff ? [size >>> 24] : []),
      (size >> 16) & 0xff,
      ...bytes16(size & 0xffff),
    )
  return size > 0xff ? bytes16(size) : Uint8Array.of(size)
}

const bytesNode = (tag: number, value: Uint8Array | undefined): TlvPart => value && node(tag, value)

/** File control parameters under a tag. The order is that of the format. */
export function writeFcp(tag: number, fcp: Fcp): Uint8Array {
  const { fileSize, proprietary, shortId } = fcp
  const size = fileSize === undefined ? undefined : sizeBytes(fileSize)
  return node(
    tag,
    bytesNode(0x82, fcp.fileDescriptor),
    fcp.fileId === undefined ? undefined : node(0x83, bytes16(fcp.fileId)),
    bytesNode(0x84, fcp.dfName),
    bytesNode(0x8a, fcp.lifeCycle),
    bytesNode(0x8b, fcp.securityAttributes),
    bytesNode(0x80, size),
    bytesNode(0xc6, fcp.pinStatusTemplate),
    shortId === undefined ? undefined : node(0x88, shortId ? Uint8Array.of(shortId << 3) : undefined),
    proprietary &&
      node(
        0xa5,
        bytesNode(0xc0, proprietary.specialFileInformation),
        bytesNode(0xc1, proprietary.fillPattern),
        bytesNode(0xc2, proprietary.repeatPattern),
        ...proprietary.others,
      ),
    bytesNode(0xc7, fcp.linkPath),
    ...fcp.others,
  )
}

/** Structure, and record length where there is one, from a file descriptor (TS 102 221, 11.1.1.4.3). */
export function readDescriptor(descriptor: Uint8Array): {
  structure: FileStructure
  recordBytes?: number
  records?: number
} {
  const first = descriptor[0] ?? 0
  const recordBytes = descriptor.length >= 4 ? bigEndian(descriptor.subarray(2, 4)) : undefined
  const records = descriptor.length >= 5 ? descriptor[4] : undefined
  if ((first & 0x3f) === 0x38) return { structure: 'df' }
  if ((first & 0x3f) === 0x39) return { structure: 'ber-tlv' }
  if ((first & 0x07) === 2) return { structure: 'linear', recordBytes, records }
  if ((first & 0x07) === 6) return { structure: 'cyclic', recordBytes, records }
  return { structure: 'transparent' }
}

/** The descriptor bytes of a structure. */
export function writeDescriptor(structure: FileStructure, recordBytes?: number): Uint8Array {
  if (structure === 'transparent') return Uint8Array.of(0x41, 0x21)
  if (structure === 'ber-tlv') return Uint8Array.of(0x79, 0x21)
  if (structure === 'linear' || structure === 'cyclic')
    return Uint8Array.of(structure === 'linear' ? 0x42 : 0x46, 0x21, ...bytes16(recordBytes ?? 0))
  return Uint8Array.of(0x78, 0x21)
}
