import { type Command, ok, type Response, StatusWord, SW } from '../apdu.ts'
import { retrieveData, setData } from './ber-tlv.ts'
import { runAuthenticate } from './challenge.ts'
import {
  increase,
  readBinary,
  readRecord,
  searchRecord,
  setActive,
  updateBinary,
  updateRecord,
} from './contents.ts'
import { getIdentity } from './identity.ts'
import { PIN_INSTRUCTIONS, pinCommand } from './pins.ts'
import type { Position, TerminalState } from './position.ts'
import { selectFile, statusOf } from './select.ts'

type Handler = (state: TerminalState, position: Position, command: Command) => Response

/** GET CHALLENGE (TS 102 221, 11.1.22): random octets, as many as asked for. */
const getChallenge: Handler = (state, _position, { p1, p2, le = 0 }) => {
  if (p1 !== 0 || p2 !== 0) throw new StatusWord(SW.wrongP1P2)
  if (le === 0 || le > 255) throw new StatusWord(SW.wrongLength)
  return ok(state.random(le))
}

/** The commands of TS 102 221, 11.1 and TS 31.102, 7 by their instruction. */
const HANDLERS: Readonly<Record<number, Handler>> = {
  4: (state, position, command) => setActive(state, position, command, false),
  50: increase,
  68: (state, position, command) => setActive(state, position, command, true),
  120: getIdentity,
  132: getChallenge,
  136: runAuthenticate,
  162: searchRecord,
  164: selectFile,
  176: readBinary,
  178: readRecord,
  203: retrieveData,
  214: updateBinary,
  219: setData,
  220: updateRecord,
  242: statusOf,
}

/** Runs a command on the file system of the enabled profile. Throws `StatusWord`. */
export function runUiccCommand(state: TerminalState, position: Position, command: Command): Response {
  const { ins } = command
  const handler = PIN_INSTRUCTIONS.has(ins) ? pinCommand : HANDLERS[ins]
  if (!handler) throw new StatusWord(SW.insNotSupported)
  return handler(state, position, command)
}
