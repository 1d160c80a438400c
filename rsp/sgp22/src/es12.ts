import { parseEid } from './identifiers.ts'
import { flag, parsed, rspFunction, text } from './members.ts'

// Of other servers: any identifier that can be read aloud is passed on as it is.
const eventId = text(255, /^[\x21-\x7e]+$/)
const registration = {
  eid: parsed(parseEid),
  rspServerAddress: text(255, /^[A-Za-z0-9.-]+(?::\d{1,5})?$/),
  eventId,
  /** Whether a root SM-DS shall be told. */
  forwardingIndicator: flag,
}
const deletion = { eid: parsed(parseEid), eventId }

/** What an SM-DP+ asks of an SM-DS (SGP.22 section 5.9). */
export const ES12 = {
  registerEvent: rspFunction('es12', 'registerEvent', registration, {}),
  deleteEvent: rspFunction('es12', 'deleteEvent', deletion, {}),
} as const
