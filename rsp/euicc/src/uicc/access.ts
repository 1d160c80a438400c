import { TEMPLATE_RULES } from '@gesim/saip'
import { readTlvs, type Tlv } from '@gesim/tlv'
import { type CardFile, walk } from './files.ts'
import { type Application, findPin, type InstalledProfile } from './naa.ts'

/**
 * What may be done with an elementary file: a bit of the access mode byte (TS 102 221, 9.2.3), or an instruction for
 * what has none.
 */
export type Operation = { readonly mode: number } | { readonly instruction: number }

export const ACCESS = {
  read: { mode: 0x01 },
  update: { mode: 0x02 },
  deactivate: { mode: 0x08 },
  activate: { mode: 0x10 },
  increase: { instruction: 0x32 },
} as const satisfies Record<string, Operation>

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

const ARR_BELOW_MF = 0x2f06
const ARR_ELSEWHERE = 0x6f06

/** EF.ARR and the record in it; a record alone means the EF.ARR of the place (interoperable profile format, Fcp). */
function reference(file: CardFile): { arrId: number; record: number } | undefined {
  const bytes = file.securityAttributes
  if (!bytes?.length) return undefined
  if (bytes.length < 3) {
    const below = file.structure === 'mf' || file.structure === 'adf' || file.parent?.structure === 'mf'
    return { arrId: below ? ARR_BELOW_MF : ARR_ELSEWHERE, record: bytes[0]! }
  }
  // TS 102 221, 9.2.7: three bytes name one record; more are pairs of a security environment and its record.
  return { arrId: bytes[0]! * 256 + bytes[1]!, record: bytes[bytes.length > 3 ? 3 : 2]! }
}

/** The record of EF.ARR that a file refers to: in its own directory, or further up, at last in the MF. */
function accessRecord(file: CardFile, mf: CardFile): Uint8Array | undefined {
  const referred = reference(file)
  if (!referred) return undefined
  const { arrId, record } = referred
  let directory: CardFile | undefined = file.structure === 'adf' ? file : file.parent
  while (directory) {
    const arr = walk(directory, [arrId])
    if (arr?.recordBytes) return recordOf(arr, arr.recordBytes, record)
    directory = directory.parent
  }
  const arr = walk(mf, [arrId])
  if (arr?.recordBytes) return recordOf(arr, arr.recordBytes, record)
  return file.securityAttributes?.length === 1 ? TEMPLATE_RULES.get(record) : undefined
}

function recordOf(arr: CardFile, recordBytes: number, record: number): Uint8Array | undefined {
  const bytes = arr.body.content.subarray((record - 1) * recordBytes, record * recordBytes)
  return bytes.length ? bytes : undefined
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
export function mayAccess(file: CardFile, operation: Operation, state: AccessState): boolean {
  const record = accessRecord(file, state.profile.mf)
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
    // Access mode data objects: 80 is the mode byte, 81 to 8F describe commands, 84 by their instruction.
    const isAccessMode = element.tag >= 0x80 && element.tag <= 0x8f
    if (isAccessMode) {
      const named = 'mode' in operation ? element.tag === 0x80 : element.tag === 0x84
      const [value] = element.value
      concerns =
        named &&
        ('mode' in operation
          ? ((value ?? 0) & operation.mode) !== 0
          : element.value.includes(operation.instruction))
    } else if (concerns && satisfied(element, state)) return true
  }
  return false
}
