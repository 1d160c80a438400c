import { bytesEqual } from '@gesim/base'
import { node } from '@gesim/tlv'
import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { type CardFile, isDirectory, walk } from './files.ts'
import { findPin } from './naa.ts'
import { moveTo, type Position, type TerminalState } from './position.ts'

const bytes16 = (value: number) => Uint8Array.of((value >> 8) & 0xff, value & 0xff)

function descriptorOf({ structure, recordBytes, body }: CardFile): Uint8Array {
  if (recordBytes && (structure === 'linear' || structure === 'cyclic')) {
    const records = Math.floor(body.content.length / recordBytes)
    return Uint8Array.of(structure === 'cyclic' ? 0x46 : 0x42, 0x21, ...bytes16(recordBytes), records & 0xff)
  }
  return Uint8Array.of(structure === 'ber-tlv' ? 0x79 : structure === 'transparent' ? 0x41 : 0x78, 0x21)
}

/** UICC characteristics of a directory: clock stop allowed, 1.8 and 3 V (TS 102 221, 11.1.1.4.6.1). */
const CHARACTERISTICS = node(0x80, Uint8Array.of(0x71))

/** The file control parameters of a file (TS 102 221, 11.1.1.3). */
export function fcpOf(file: CardFile, state: TerminalState): Uint8Array {
  const directory = isDirectory(file)
  const { body, specialFileInformation } = file
  const proprietary = directory
    ? CHARACTERISTICS
    : specialFileInformation === undefined
      ? undefined
      : node(0xc0, Uint8Array.of(specialFileInformation))
  return node(
    0x62,
    node(0x82, descriptorOf(file)),
    node(0x83, bytes16(file.structure === 'adf' ? CURRENT_ADF : file.fileId)),
    file.dfName && node(0x84, file.dfName),
    proprietary && node(0xa5, proprietary),
    node(0x8a, Uint8Array.of(file.active ? 5 : 4)),
    file.securityAttributes && node(0x8b, file.securityAttributes),
    directory ? pinStatus(file, state) : undefined,
    directory ? undefined : node(0x80, bytes16(body.content.length)),
    directory ? undefined : node(0x88, file.shortId ? Uint8Array.of(file.shortId << 3) : undefined),
  )
}

/** PIN status template (TS 102 221, 9.5.2): which PINs exist here and which are enabled. */
function pinStatus(directory: CardFile, state: TerminalState): Uint8Array {
  const application = state.profile.applications.find(({ adf }) => adf === directory)
  const references = [...(directory.pinStatusTemplate ?? [])]
  const enabled = new Uint8Array(Math.max(1, Math.ceil(references.length / 8)))
  references.forEach((reference, i) => {
    if (findPin(state.profile, application, reference)?.enabled) enabled[i >> 3]! |= 0x80 >> (i & 7)
  })
  const keys = references.map((reference) => node(0x83, Uint8Array.of(reference)))
  return node(0xc6, node(0x90, enabled), ...keys)
}

/** P2 of SELECT asks for the parameters (04), or for nothing (0C). */
function answerSelect(state: TerminalState, file: CardFile, p2: number): Response {
  const data = (p2 & 0x0c) === 0x0c ? new Uint8Array() : fcpOf(file, state)
  // TS 102 221, 10.2.1: 6283 warns of a file that is deactivated.
  return file.active ? ok(data) : { data, sw: 0x6283 }
}

/** SELECT by AID: a whole AID or its first bytes. `undefined` when this profile has no such application. */
export function selectByAid(
  state: TerminalState,
  position: Position,
  aid: Uint8Array,
  p2: number,
): Response | undefined {
  const found = state.profile.applications.find(({ adf }) => {
    const name = adf.dfName
    return (
      name && aid.length >= 5 && name.length >= aid.length && bytesEqual(name.subarray(0, aid.length), aid)
    )
  })
  if (!found) return undefined
  position.application = found
  moveTo(position, found.adf)
  return answerSelect(state, found.adf, p2)
}

const CURRENT_ADF = 0x7fff
const MF = 0x3f00

/** SELECT by file identifier, or by path (TS 102 221, 11.1.1). */
export function selectFile(state: TerminalState, position: Position, command: Command): Response {
  const { p1, data } = command
  const ids: number[] = []
  for (let i = 0; i + 1 < data.length; i += 2) ids.push(data[i]! * 256 + data[i + 1]!)
  const single = p1 === 0x00 || p1 === 0x01
  if (data.length % 2 || (single && data.length > 2)) throw new StatusWord(SW.wrongLength)
  const [first] = ids
  const { directory } = position
  const adf = position.application?.adf
  let found: CardFile | undefined
  if (p1 === 0x08 || p1 === 0x09) {
    const fromAdf = first === CURRENT_ADF
    const from = fromAdf ? adf : p1 === 0x08 ? state.profile.mf : directory
    found = from && walk(from, fromAdf || (p1 === 0x08 && first === MF) ? ids.slice(1) : ids)
  } else if (p1 === 0x00) {
    if (first === undefined || first === MF) found = state.profile.mf
    else if (first === CURRENT_ADF) found = adf
    else {
      // TS 102 221, 8.4.1: children of the current directory, its parent, its siblings, then the current one.
      found =
        walk(directory, [first]) ??
        (directory.parent?.fileId === first ? directory.parent : undefined) ??
        (directory.parent && walk(directory.parent, [first])) ??
        (directory.fileId === first ? directory : undefined)
    }
  } else if (p1 === 0x01) {
    const child = first === undefined ? undefined : walk(directory, [first])
    found = child && isDirectory(child) ? child : undefined
  } else if (p1 === 0x03) found = directory.parent
  else throw new StatusWord(SW.wrongP1P2)
  if (!found) throw new StatusWord(SW.fileNotFound)
  moveTo(position, found)
  return answerSelect(state, found, command.p2)
}

/** STATUS (TS 102 221, 11.1.2): the current directory, its AID, or nothing. */
export function statusOf(state: TerminalState, position: Position, { p1, p2 }: Command): Response {
  if (p1 > 2) throw new StatusWord(SW.wrongP1P2)
  if (p2 === 0x0c) return ok()
  if (p2 === 0x01) {
    const name = position.application?.adf.dfName
    return ok(name ? node(0x84, name) : undefined)
  }
  if (p2 !== 0x00) throw new StatusWord(SW.wrongP1P2)
  return ok(fcpOf(position.directory, state))
}
