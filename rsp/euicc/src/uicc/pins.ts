import { bytesEqual } from '@gesim/base'
import { type Command, ok, type Response, StatusWord, SW, status } from '../apdu.ts'
import { pinKey } from './access.ts'
import { findPin, type Pin, type Puk } from './naa.ts'
import type { Position, TerminalState } from './position.ts'

const PIN_BYTES = 8

const VERIFY = 0x20
const CHANGE = 0x24
const DISABLE = 0x26
const ENABLE = 0x28
const UNBLOCK = 0x2c

export const PIN_INSTRUCTIONS: ReadonlySet<number> = new Set([VERIFY, CHANGE, DISABLE, ENABLE, UNBLOCK])

const triesStatus = (triesLeft: number) => (triesLeft ? SW.triesLeft | Math.min(triesLeft, 15) : SW.blocked)

/** Compares a code and counts the tries. Throws the status word of a refusal. */
function present(state: TerminalState, code: Pin | Puk, value: Uint8Array): void {
  if (code.triesLeft === 0) throw new StatusWord(SW.blocked)
  const right = bytesEqual(code.value, value)
  code.triesLeft = right ? code.triesAtMost : code.triesLeft - 1
  state.changed()
  if (!right) throw new StatusWord(triesStatus(code.triesLeft))
}

/**
 * VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN (TS 102 221, 11.1.9 to 11.1.13). Without data, VERIFY and UNBLOCK
 * tell how many tries are left.
 */
export function pinCommand(state: TerminalState, position: Position, command: Command): Response {
  const { ins, p1, p2, data } = command
  if (p1 !== 0) throw new StatusWord(SW.wrongP1P2)
  const pin = findPin(state.profile, position.application, p2)
  if (!pin) throw new StatusWord(SW.dataNotFound)
  const shown = pinKey(position.application, p2)
  if (ins === VERIFY && data.length === 0) return status(triesStatus(pin.triesLeft))
  if (ins === UNBLOCK) return unblock(state, pin, shown, data)
  if (data.length !== (ins === CHANGE ? 2 * PIN_BYTES : PIN_BYTES)) throw new StatusWord(SW.wrongLength)
  if (pin.triesLeft === 0) throw new StatusWord(SW.blocked)
  // Only an enabled PIN is shown, changed or disabled; only a disabled one is enabled.
  if (pin.enabled === (ins === ENABLE)) throw new StatusWord(SW.invalidated)
  if (ins === CHANGE && !pin.mayChange) throw new StatusWord(SW.conditions)
  if ((ins === DISABLE || ins === ENABLE) && !pin.mayDisable) throw new StatusWord(SW.conditions)
  try {
    present(state, pin, data.subarray(0, PIN_BYTES))
  } catch (error) {
    state.verified.delete(shown)
    throw error
  }
  if (ins === CHANGE) pin.value = data.slice(PIN_BYTES)
  if (ins === DISABLE) pin.enabled = false
  if (ins === ENABLE) pin.enabled = true
  state.verified.add(shown)
  state.changed()
  return ok()
}

/** A right PUK gives the PIN a new value and its tries back, and enables it. */
function unblock(state: TerminalState, pin: Pin, shown: string, data: Uint8Array): Response {
  const puk = pin.unblockedBy === undefined ? undefined : state.profile.puks.get(pin.unblockedBy)
  if (!puk) throw new StatusWord(SW.conditions)
  if (data.length === 0) return status(triesStatus(puk.triesLeft))
  if (data.length !== 2 * PIN_BYTES) throw new StatusWord(SW.wrongLength)
  present(state, puk, data.subarray(0, PIN_BYTES))
  pin.value = data.slice(PIN_BYTES)
  pin.triesLeft = pin.triesAtMost
  pin.enabled = true
  state.verified.add(shown)
  state.changed()
  return ok()
}
