import { StatusWord, SW } from '../apdu.ts'
import { mayAccess, type Operation, pinKey } from './access.ts'
import { type CardFile, isDirectory, USABLE_INACTIVE } from './files.ts'
import { type Application, findPin, type InstalledProfile } from './naa.ts'

/** Where one logical channel stands in the file system. */
export interface Position {
  directory: CardFile
  file?: CardFile
  application?: Application
  /** Current record of a file of records, from 1; 0 before the first. */
  record: number
  /** What is left of a data object that is read or written block by block. */
  transfer?: { readonly file: CardFile; rest: Uint8Array; readonly length: number; readonly writing: boolean }
}

/** What all channels share: the profile and the PINs that were shown. */
export interface TerminalState {
  readonly profile: InstalledProfile
  readonly verified: Set<string>
  /** Called when content, a PIN or a sequence number changed. */
  readonly changed: () => void
  readonly random: (length: number) => Uint8Array
}

export function startPosition(profile: InstalledProfile): Position {
  return { directory: profile.mf, record: 0 }
}

export function moveTo(position: Position, file: CardFile): void {
  position.transfer = undefined
  position.record = 0
  if (isDirectory(file)) {
    position.directory = file
    position.file = undefined
    return
  }
  position.file = file
  position.directory = file.parent ?? position.directory
}

/** Throws 6982 when the terminal may not do this with a file. */
export function need(state: TerminalState, position: Position, file: CardFile, operation: Operation): void {
  const { profile, verified } = state
  if (!mayAccess(file, operation, { profile, application: position.application, verified }))
    throw new StatusWord(SW.securityStatus)
}

/** Throws 6984 for a deactivated file, apart from those that may be used nevertheless. */
export function needActive(file: CardFile): void {
  if (!file.active && !((file.specialFileInformation ?? 0) & USABLE_INACTIVE))
    throw new StatusWord(SW.invalidated)
}

/** Selects by short identifier in the current directory. Throws 6A82. */
export function selectShort(position: Position, shortId: number): CardFile {
  const found = position.directory.children.find((child) => child.shortId === shortId)
  if (!found) throw new StatusWord(SW.fileNotFound)
  moveTo(position, found)
  return found
}

/** Throws 6986 when no elementary file is selected. */
export function currentFile(position: Position): CardFile {
  if (!position.file) throw new StatusWord(SW.noCurrentFile)
  return position.file
}

const LAST_APPLICATION_PIN = 0x08

/** Whether the PIN of an application was shown or is not asked for (TS 31.102, 7.1.1). */
export function applicationPinShown(state: TerminalState, application: Application): boolean {
  const references = [...(application.adf.pinStatusTemplate ?? [])]
  const reference = references.find((each) => each >= 1 && each <= LAST_APPLICATION_PIN)
  if (reference === undefined) return true
  const pin = findPin(state.profile, application, reference)
  return !pin?.enabled || state.verified.has(pinKey(application, reference))
}
