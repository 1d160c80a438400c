import { concatBytes } from '@gesim/base'
import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { ACCESS } from './access.ts'
import type { CardFile } from './files.ts'
import { currentFile, need, needActive, type Position, selectShort, type TerminalState } from './position.ts'

/** As many octets as there are: what Le 00 asks for. */
const ALL = 256

/**
 * The octets that Le asks for. Le 00 takes what there is; a Le that does not fit is answered 6Cxx with the one that
 * does (TS 102 221, 10.2.1.5).
 */
function asked(command: Command, available: Uint8Array, exact: boolean): Uint8Array {
  const le = command.le ?? ALL
  if (le >= ALL) return available.slice(0, le === ALL ? ALL : available.length)
  if (exact ? le !== available.length : le > available.length)
    throw new StatusWord(SW.exactLength | (available.length & 0xff))
  return available.slice(0, le)
}

function binaryTarget(position: Position, command: Command): { file: CardFile; offset: number } {
  const { p1, p2 } = command
  const file = p1 & 0x80 ? selectShort(position, p1 & 0x1f) : currentFile(position)
  if (file.structure !== 'transparent') throw new StatusWord(SW.wrongStructure)
  const offset = p1 & 0x80 ? p2 : p1 * 256 + p2
  if (offset >= file.body.content.length) throw new StatusWord(SW.offset)
  needActive(file)
  return { file, offset }
}

/** READ BINARY (TS 102 221, 11.1.3). */
export function readBinary(state: TerminalState, position: Position, command: Command): Response {
  const { file, offset } = binaryTarget(position, command)
  need(state, position, file, ACCESS.read)
  return ok(asked(command, file.body.content.subarray(offset), false))
}

/** UPDATE BINARY (TS 102 221, 11.1.4). */
export function updateBinary(state: TerminalState, position: Position, command: Command): Response {
  const { file, offset } = binaryTarget(position, command)
  need(state, position, file, ACCESS.update)
  if (offset + command.data.length > file.body.content.length) throw new StatusWord(SW.wrongLength)
  file.body.content.set(command.data, offset)
  state.changed()
  return ok()
}

interface Records {
  readonly file: CardFile
  readonly length: number
  readonly count: number
}

function recordsOf(position: Position, shortId: number): Records {
  const file = shortId ? selectShort(position, shortId) : currentFile(position)
  const length = file.recordBytes
  const isRecords = file.structure === 'linear' || file.structure === 'cyclic'
  if (!length || !isRecords) throw new StatusWord(SW.wrongStructure)
  needActive(file)
  return { file, length, count: Math.floor(file.body.content.length / length) }
}

const recordAt = ({ file, length }: Records, record: number) =>
  file.body.content.subarray((record - 1) * length, record * length)

/** The record that P1 and the mode in P2 name: 2 next, 3 previous, 4 absolute or, with P1 00, the current one. */
function wantedRecord(position: Position, command: Command, { file, count }: Records): number {
  const mode = command.p2 & 7
  const { record } = position
  const around = file.structure === 'cyclic'
  if (mode === 2) {
    if (record < count) return record + 1
    return around ? 1 : notFound()
  }
  if (mode === 3) {
    // Without a current record the previous one is the last.
    if (record === 0) return count
    if (record > 1) return record - 1
    return around ? count : notFound()
  }
  if (mode !== 4) throw new StatusWord(SW.wrongP1P2)
  const wanted = command.p1 || record
  return wanted >= 1 && wanted <= count ? wanted : notFound()
}

function notFound(): never {
  throw new StatusWord(SW.recordNotFound)
}

/** READ RECORD (TS 102 221, 11.1.5). */
export function readRecord(state: TerminalState, position: Position, command: Command): Response {
  const records = recordsOf(position, command.p2 >> 3)
  const record = wantedRecord(position, command, records)
  need(state, position, records.file, ACCESS.read)
  const data = asked(command, recordAt(records, record), true)
  if ((command.p2 & 7) !== 4) position.record = record
  return ok(data)
}

/** The newest record of a cyclic file is the first; the oldest falls out. */
function pushRecord(file: CardFile, record: Uint8Array): void {
  const { content } = file.body
  file.body.content = concatBytes(record, content.subarray(0, content.length - record.length))
}

/** UPDATE RECORD (TS 102 221, 11.1.6). A cyclic file takes the mode "previous" only: its oldest record. */
export function updateRecord(state: TerminalState, position: Position, command: Command): Response {
  const records = recordsOf(position, command.p2 >> 3)
  const { file, length } = records
  const cyclic = file.structure === 'cyclic'
  if (cyclic && (command.p2 & 7) !== 3) throw new StatusWord(SW.wrongP1P2)
  const record = cyclic ? 1 : wantedRecord(position, command, records)
  need(state, position, file, ACCESS.update)
  if (command.data.length !== length) throw new StatusWord(SW.wrongLength)
  if (cyclic) pushRecord(file, command.data)
  else recordAt(records, record).set(command.data)
  if ((command.p2 & 7) !== 4) position.record = record
  state.changed()
  return ok()
}

/** INCREASE (TS 102 221, 11.1.8): the newest record plus a value becomes a new record. */
export function increase(state: TerminalState, position: Position, command: Command): Response {
  if (command.p2 !== 0 || (command.p1 !== 0 && (command.p1 & 0xe0) !== 0x80))
    throw new StatusWord(SW.wrongP1P2)
  const { file, length } = recordsOf(position, command.p1 & 0x1f)
  if (file.structure !== 'cyclic') throw new StatusWord(SW.wrongStructure)
  need(state, position, file, ACCESS.increase)
  const { data } = command
  if (data.length === 0 || data.length > length) throw new StatusWord(SW.wrongLength)
  const sum = file.body.content.slice(0, length)
  let carry = 0
  for (let i = 1; i <= length; i++) {
    carry += sum[length - i]! + (data[data.length - i] ?? 0)
    sum[length - i] = carry & 0xff
    carry >>= 8
  }
  if (carry) throw new StatusWord(SW.maximumReached)
  pushRecord(file, sum)
  position.record = 1
  state.changed()
  return ok(concatBytes(sum, data))
}

/** What a search begins with: which records, in which order, and from where in each. */
interface Search {
  readonly pattern: Uint8Array
  readonly forward: boolean
  readonly from: number
  readonly startOf: (record: Uint8Array) => number
}

/** Simple and enhanced search (TS 102 221, 11.1.7.2). */
function readSearch(position: Position, command: Command, count: number): Search {
  const mode = command.p2 & 7
  const { data } = command
  const { record } = position
  if (mode === 4 || mode === 5) {
    const from = command.p1 || record || (mode === 4 ? 1 : count)
    return { pattern: data, forward: mode === 4, from, startOf: () => 0 }
  }
  if (mode !== 6) throw new StatusWord(SW.wrongP1P2)
  if (data.length < 3) throw new StatusWord(SW.wrongLength)
  const [indication = 0, place = 0] = data
  const kind = indication & 7
  if (kind < 4) throw new StatusWord(SW.wrongData)
  const forward = kind === 4 || kind === 6
  const fromP1 = command.p1 || record || (forward ? 1 : count)
  const beside = forward ? (record || 0) + 1 : (record || count + 1) - 1
  // Bit 4: the second octet is a value, and the search begins after its first occurrence; else it is an offset.
  const startOf = (bytes: Uint8Array) => {
    if (!(indication & 8)) return place
    const at = bytes.indexOf(place)
    return at < 0 ? bytes.length : at + 1
  }
  return { pattern: data.subarray(2), forward, from: kind < 6 ? fromP1 : beside, startOf }
}

/** SEARCH RECORD (TS 102 221, 11.1.7): the numbers of the records that hold the pattern; 6282 when none does. */
export function searchRecord(state: TerminalState, position: Position, command: Command): Response {
  const records = recordsOf(position, command.p2 >> 3)
  const { count, file } = records
  if (command.data.length === 0) throw new StatusWord(SW.wrongLength)
  const { pattern, forward, from, startOf } = readSearch(position, command, count)
  need(state, position, file, ACCESS.read)
  const found: number[] = []
  for (let record = from; record >= 1 && record <= count; record += forward ? 1 : -1) {
    const bytes = recordAt(records, record)
    if (holds(bytes.subarray(startOf(bytes)), pattern)) found.push(record)
  }
  if (found.length === 0) throw new StatusWord(SW.endReached)
  position.record = found[0]!
  return ok(Uint8Array.from(found))
}

function holds(bytes: Uint8Array, pattern: Uint8Array): boolean {
  for (let at = 0; at + pattern.length <= bytes.length; at++)
    if (pattern.every((byte, i) => bytes[at + i] === byte)) return true
  return false
}

/** DEACTIVATE FILE and ACTIVATE FILE (TS 102 221, 11.1.14, 11.1.15), of the current elementary file. */
export function setActive(
  state: TerminalState,
  position: Position,
  command: Command,
  active: boolean,
): Response {
  const { p1, p2, data } = command
  if (p1 !== 0 || p2 !== 0) throw new StatusWord(SW.wrongP1P2)
  if (data.length !== 0 && data.length !== 2) throw new StatusWord(SW.wrongLength)
  const id = data.length ? data[0]! * 256 + data[1]! : undefined
  const file =
    id === undefined
      ? currentFile(position)
      : position.directory.children.find((child) => child.fileId === id && !child.children.length)
  if (!file) throw new StatusWord(SW.fileNotFound)
  need(state, position, file, active ? ACCESS.activate : ACCESS.deactivate)
  file.active = active
  state.changed()
  return ok()
}
