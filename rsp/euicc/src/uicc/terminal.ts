import { bytesEqual, concatBytes } from '@gesim/base'
import { node } from '@gesim/tlv'
import { authenticate, gsmAnswer } from '../aka/authenticate.ts'
import { type Command, ok, type Response, StatusWord, SW, status } from '../apdu.ts'
import { ACCESS, type AccessState, mayAccess, pinKey } from './access.ts'
import { type CardFile, isDirectory, walk } from './files.ts'
import { type Application, findPin, type InstalledProfile, type Pin } from './naa.ts'

/** Where one logical channel stands in the file system. */
export interface Position {
  directory: CardFile
  file?: CardFile
  application?: Application
  /** Current record of a file of records, from 1; 0 before the first. */
  record: number
}

/** What all channels share: the profile and the PINs that were shown. */
export interface TerminalState {
  readonly profile: InstalledProfile
  readonly verified: Set<string>
  /** Called when content, a PIN or a sequence number changed. */
  readonly changed: () => void
}

/** The status word of a selection that has a response waits for GET RESPONSE in the layer above. */
function fcpOf(file: CardFile, state: TerminalState): Uint8Array {
  const bytes16 = (value: number) => Uint8Array.of((value >> 8) & 0xff, value & 0xff)
  const directory = isDirectory(file)
  const { recordBytes, body } = file
  const records = recordBytes ? body.content.length / recordBytes : 0
  const descriptor = directory
    ? Uint8Array.of(0x78, 0x21)
    : recordBytes
      ? Uint8Array.of(
          file.structure === 'cyclic' ? 0x46 : 0x42,
          0x21,
          ...bytes16(recordBytes),
          records & 0xff,
        )
      : Uint8Array.of(file.structure === 'ber-tlv' ? 0x79 : 0x41, 0x21)
  const pins = directory ? pinStatus(file, state) : undefined
  return node(
    0x62,
    node(0x82, descriptor),
    node(0x83, bytes16(file.fileId)),
    file.dfName && node(0x84, file.dfName),
    node(0x8a, Uint8Array.of(5)),
    file.securityAttributes && node(0x8b, file.securityAttributes),
    pins,
    directory ? undefined : node(0x80, bytes16(body.content.length)),
    directory ? undefined : node(0x88, file.shortId ? Uint8Array.of(file.shortId << 3) : undefined),
  )
}

/** PIN status template (TS 102 221, 9.5.2): which PINs exist here and which are enabled. */
function pinStatus(directory: CardFile, state: TerminalState): Uint8Array {
  const application = state.profile.applications.find(({ adf }) => adf === directory)
  const references = [...(directory.pinStatusTemplate ?? [])]
  let enabled = 0
  references.forEach((reference, i) => {
    if (findPin(state.profile, application, reference)?.enabled) enabled |= 0x80 >> i
  })
  const keys = references.map((reference) => node(0x83, Uint8Array.of(reference)))
  return node(0xc6, node(0x90, Uint8Array.of(enabled)), ...keys)
}

function accessState(state: TerminalState, position: Position): AccessState {
  return { profile: state.profile, application: position.application, verified: state.verified }
}

function need(state: TerminalState, position: Position, file: CardFile, operation: number): void {
  if (!mayAccess(file, operation, accessState(state, position))) throw new StatusWord(SW.securityStatus)
}

export function startPosition(profile: InstalledProfile): Position {
  return { directory: profile.mf, record: 0 }
}

function moveTo(position: Position, file: CardFile): void {
  if (isDirectory(file)) {
    position.directory = file
    position.file = undefined
    if (file.structure === 'mf') return
  } else {
    position.file = file
    position.directory = file.parent ?? position.directory
  }
  position.record = 0
}

function answerSelect(state: TerminalState, file: CardFile, p2: number): Response {
  return (p2 & 0x0c) === 0x0c ? ok() : ok(fcpOf(file, state))
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

function selectFile(state: TerminalState, position: Position, command: Command): Response {
  const ids: number[] = []
  for (let i = 0; i + 1 < command.data.length; i += 2) ids.push(command.data[i]! * 256 + command.data[i + 1]!)
  const [first] = ids
  const adf = position.application?.adf
  let found: CardFile | undefined
  if (command.p1 === 0x08 || command.p1 === 0x09) {
    const fromAdf = first === CURRENT_ADF
    const from = fromAdf ? adf : command.p1 === 0x08 ? state.profile.mf : position.directory
    found = from && walk(from, fromAdf || first === 0x3f00 ? ids.slice(1) : ids)
  } else if (command.p1 === 0x00) {
    if (first === undefined || first === 0x3f00) found = state.profile.mf
    else if (first === CURRENT_ADF) found = adf
    else {
      // TS 102 221, 8.4.1: children of the current directory, its parent, its siblings, then the current one.
      const { directory } = position
      found =
        walk(directory, [first]) ??
        (directory.parent?.fileId === first ? directory.parent : undefined) ??
        (directory.parent && walk(directory.parent, [first])) ??
        (directory.fileId === first ? directory : undefined)
    }
  } else if (command.p1 === 0x03) found = position.directory.parent
  else throw new StatusWord(SW.wrongP1P2)
  if (!found) throw new StatusWord(SW.fileNotFound)
  moveTo(position, found)
  return answerSelect(state, found, command.p2)
}

function bySfi(position: Position, shortId: number): CardFile {
  const found = position.directory.children.find((child) => child.shortId === shortId)
  if (!found) throw new StatusWord(SW.fileNotFound)
  moveTo(position, found)
  return found
}

function binaryTarget(position: Position, command: Command): { file: CardFile; offset: number } {
  const { p1, p2 } = command
  const file = p1 & 0x80 ? bySfi(position, p1 & 0x1f) : position.file
  if (!file) throw new StatusWord(SW.noCurrentFile)
  if (file.structure !== 'transparent') throw new StatusWord(0x6981)
  const offset = p1 & 0x80 ? p2 : p1 * 256 + p2
  if (offset > file.body.content.length) throw new StatusWord(SW.offset)
  return { file, offset }
}

function readBinary(state: TerminalState, position: Position, command: Command): Response {
  const { file, offset } = binaryTarget(position, command)
  need(state, position, file, ACCESS.read)
  const most = command.le ?? 256
  return ok(file.body.content.slice(offset, offset + most))
}

function updateBinary(state: TerminalState, position: Position, command: Command): Response {
  const { file, offset } = binaryTarget(position, command)
  need(state, position, file, ACCESS.update)
  if (offset + command.data.length > file.body.content.length) throw new StatusWord(SW.wrongLength)
  file.body.content.set(command.data, offset)
  state.changed()
  return ok()
}

function recordTarget(
  position: Position,
  command: Command,
): { file: CardFile; start: number; length: number } {
  const sfi = command.p2 >> 3
  const file = sfi ? bySfi(position, sfi) : position.file
  if (!file) throw new StatusWord(SW.noCurrentFile)
  const length = file.recordBytes
  if (!length) throw new StatusWord(0x6981)
  const count = Math.floor(file.body.content.length / length)
  const mode = command.p2 & 7
  let record = command.p1
  if (mode === 2) record = position.record >= count ? 1 : position.record + 1
  else if (mode === 3) record = position.record <= 1 ? count : position.record - 1
  else if (mode !== 4) throw new StatusWord(SW.wrongP1P2)
  else if (record === 0) record = position.record || 1
  if (record < 1 || record > count) throw new StatusWord(SW.recordNotFound)
  if (mode !== 4) position.record = record
  return { file, start: (record - 1) * length, length }
}

function readRecord(state: TerminalState, position: Position, command: Command): Response {
  const { file, start, length } = recordTarget(position, command)
  need(state, position, file, ACCESS.read)
  return ok(file.body.content.slice(start, start + length))
}

function updateRecord(state: TerminalState, position: Position, command: Command): Response {
  const file = command.p2 >> 3 ? undefined : position.file
  if (file?.structure === 'cyclic' && file.recordBytes) {
    need(state, position, file, ACCESS.update)
    if (command.data.length !== file.recordBytes) throw new StatusWord(SW.wrongLength)
    // The newest record of a cyclic file is the first; the oldest falls out.
    const { content } = file.body
    file.body.content = concatBytes(command.data, content.subarray(0, content.length - file.recordBytes))
  } else {
    const target = recordTarget(position, command)
    need(state, position, target.file, ACCESS.update)
    if (command.data.length !== target.length) throw new StatusWord(SW.wrongLength)
    target.file.body.content.set(command.data, target.start)
  }
  state.changed()
  return ok()
}

/** AUTHENTICATE (TS 31.102, 7.1.2): 3G context (81) and GSM context (80). */
function runAuthenticate(state: TerminalState, position: Position, command: Command): Response {
  const authenticator = position.application?.authenticator
  if (!authenticator) throw new StatusWord(SW.conditions)
  const { data } = command
  const rand = data.subarray(1, 17)
  if (data[0] !== 16 || rand.length !== 16) throw new StatusWord(SW.wrongData)
  const { functions, sequence, delta } = authenticator
  if ((command.p2 & 0x7f) === 0) {
    const { sres, kc } = gsmAnswer(functions.f2345(rand))
    return ok(concatBytes(Uint8Array.of(4), sres, Uint8Array.of(8), kc))
  }
  if ((command.p2 & 0x7f) !== 1) throw new StatusWord(SW.wrongP1P2)
  const autn = data.subarray(18, 34)
  if (data[17] !== 16 || autn.length !== 16) throw new StatusWord(SW.wrongData)
  const outcome = authenticate(functions, sequence, rand, autn, delta)
  if (outcome.result === 'mac-failure') throw new StatusWord(SW.authenticationMac)
  if (outcome.result === 'synchronise')
    return ok(concatBytes(Uint8Array.of(0xdc, outcome.auts.length), outcome.auts))
  state.changed()
  const { res, ck, ik } = outcome.answer
  const { kc } = gsmAnswer(outcome.answer)
  const parts = [res, ck, ik, kc].map((part) => concatBytes(Uint8Array.of(part.length), part))
  return ok(concatBytes(Uint8Array.of(0xdb), ...parts))
}

function currentPin(state: TerminalState, position: Position, keyReference: number): Pin {
  const pin = findPin(state.profile, position.application, keyReference)
  if (!pin) throw new StatusWord(SW.dataNotFound)
  return pin
}

/** Compares a PIN and counts the tries. Throws the status word of a refusal. */
function present(state: TerminalState, pin: Pin, value: Uint8Array): void {
  if (value.length !== 8) throw new StatusWord(SW.wrongLength)
  if (pin.triesLeft === 0) throw new StatusWord(SW.blocked)
  const right = bytesEqual(pin.value, value)
  pin.triesLeft = right ? pin.triesAtMost : pin.triesLeft - 1
  state.changed()
  if (!right) throw new StatusWord(pin.triesLeft ? 0x63c0 | pin.triesLeft : SW.blocked)
}

function pinCommand(state: TerminalState, position: Position, command: Command): Response {
  const { ins, p2, data } = command
  const pin = currentPin(state, position, p2)
  const shown = pinKey(position.application, p2)
  if (ins === 0x20 && data.length === 0) return status(pin.triesLeft ? 0x63c0 | pin.triesLeft : SW.blocked)
  if (ins === 0x2c) return unblock(state, pin, shown, data)
  if (ins !== 0x28 && !pin.enabled) throw new StatusWord(SW.invalidated)
  if (ins === 0x28 && pin.enabled) throw new StatusWord(SW.invalidated)
  if ((ins === 0x26 || ins === 0x28) && !pin.mayDisable) throw new StatusWord(SW.conditions)
  if (ins === 0x24 && data.length !== 16) throw new StatusWord(SW.wrongLength)
  present(state, pin, data.subarray(0, 8))
  if (ins === 0x24) pin.value = data.slice(8)
  if (ins === 0x26) pin.enabled = false
  if (ins === 0x28) pin.enabled = true
  state.verified.add(shown)
  state.changed()
  return ok()
}

function unblock(state: TerminalState, pin: Pin, shown: string, data: Uint8Array): Response {
  const puk = pin.unblockedBy === undefined ? undefined : state.profile.puks.get(pin.unblockedBy)
  if (!puk) throw new StatusWord(SW.conditions)
  if (data.length === 0) return status(puk.triesLeft ? 0x63c0 | puk.triesLeft : SW.blocked)
  if (data.length !== 16) throw new StatusWord(SW.wrongLength)
  if (puk.triesLeft === 0) throw new StatusWord(SW.blocked)
  if (!bytesEqual(puk.value, data.subarray(0, 8))) {
    puk.triesLeft--
    state.changed()
    throw new StatusWord(puk.triesLeft ? 0x63c0 | puk.triesLeft : SW.blocked)
  }
  pin.value = data.slice(8)
  pin.triesLeft = pin.triesAtMost
  pin.enabled = true
  state.verified.add(shown)
  state.changed()
  return ok()
}

const PIN_INSTRUCTIONS = new Set([0x20, 0x24, 0x26, 0x28, 0x2c])

/** Runs a command on the file system of the enabled profile. Throws `StatusWord`. */
export function runUiccCommand(state: TerminalState, position: Position, command: Command): Response {
  const { ins } = command
  if (ins === 0xa4) return selectFile(state, position, command)
  if (ins === 0xb0) return readBinary(state, position, command)
  if (ins === 0xb2) return readRecord(state, position, command)
  if (ins === 0xd6) return updateBinary(state, position, command)
  if (ins === 0xdc) return updateRecord(state, position, command)
  if (ins === 0x88) return runAuthenticate(state, position, command)
  if (ins === 0xf2) return (command.p2 & 0x0c) === 0x0c ? ok() : ok(fcpOf(position.directory, state))
  if (PIN_INSTRUCTIONS.has(ins)) return pinCommand(state, position, command)
  throw new StatusWord(SW.insNotSupported)
}
