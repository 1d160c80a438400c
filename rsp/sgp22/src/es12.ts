import { parseEid } from './identifiers.ts'
import { flag, parsed, rspFunction, text } from './members.ts'

const registration = {
  eid: parsed(parseEid),
  rspServerAddress: text(255, /^[A-Za-z0-9.-]+(?::\d{1,5})?$/),
  eventId: text(255, /^[A-Z0-9-]+$/),
  /** Whether a root SM-DS shall be told. */
  forwardingIndicator: flag,
}
const deletion = { eid: parsed(parseEid), eventId: text(255, /^[A-Z0-9-]+$/) }

/** What an SM-DP+ asks of an SM-DS (SGP.22 section 5.9). */
export const ES12 = {
  registerEvent: rspFunction('es12', 'registerEvent', registration, {}),
  deleteEvent: rspFunction('es12', 'deleteEvent', deletion, {}),
} as const
