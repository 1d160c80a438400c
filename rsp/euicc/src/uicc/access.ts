import { readTlvs, type Tlv } from '@gesim/tlv'
import { type CardFile, walk } from './files.ts'
import { type Application, findPin, type InstalledProfile } from './naa.ts'

/** Bits of the access mode byte of an elementary file (TS 102 221, 9.5.1, ISO 7816-4). */
export const ACCESS = { read: 0x01, update: 0x02 } as const

/** What stands between a terminal and the files: which PINs it has shown. */
export interface AccessState {
  readonly profile: InstalledProfile
  readonly application: Application | undefined
  readonly verified: ReadonlySet<string>
}

/** How a shown PIN is remembered: PINs of an application are its own. */
export function pinKey(application: Application | undefined, keyReference: number): string {
  const local = keyReference >= 0x80 && application
  return `${local ? application.adf.fileId : 'card'}:${keyReference}`
}

/** The record of EF.ARR that a file refers to: in its own directory, or further up. */
function accessRecord(file: CardFile): Uint8Array | undefined {
  const reference = file.securityAttributes
  if (!reference || reference.length < 3) return undefined
  const [arrId, record] = [reference[0]! * 256 + reference[1]!, reference[2]!]
  let directory: CardFile | undefined = file.structure === 'adf' ? file : file.parent
  while (directory) {
    const arr = walk(directory, [arrId])
    if (arr?.recordBytes) {
      const { content } = arr.body
      return content.subarray((record - 1) * arr.recordBytes, record * arr.recordBytes)
    }
    directory = directory.parent
  }
  return undefined
}

function satisfied(condition: Tlv, state: AccessState): boolean {
  if (condition.tag === 0x90) return true
  if (condition.tag === 0xa0) return condition.children().some((part) => satisfied(part, state))
  if (condition.tag === 0xaf) return condition.children().every((part) => satisfied(part, state))
  if (condition.tag !== 0xa4) return false
  const keyReference = condition.find(0x83)?.value[0]
  if (keyReference === undefined) return false
  const pin = findPin(state.profile, state.application, keyReference)
  if (!pin) return false
  return !pin.enabled || state.verified.has(pinKey(state.application, keyReference))
}

/**
 * Whether an operation on a file is open to the terminal (TS 102 221, 9.2: expanded format in EF.ARR). A file
 * whose rule cannot be found is closed.
 */
export function mayAccess(file: CardFile, operation: number, state: AccessState): boolean {
  const record = accessRecord(file)
  if (!record) return false
  let padding = record.length
  while (padding > 0 && record[padding - 1] === 0xff) padding--
  let elements: Tlv[]
  try {
    elements = readTlvs(record.subarray(0, padding))
  } catch {
    return false
  }
  // After an access mode stand the conditions of which one must hold.
  let concerns = false
  for (const element of elements) {
    const isAccessMode = element.tag === 0x80 || element.tag === 0x84
    if (isAccessMode) concerns = element.tag === 0x80 && ((element.value[0] ?? 0) & operation) !== 0
    else if (concerns && satisfied(element, state)) return true
  }
  return false
}
