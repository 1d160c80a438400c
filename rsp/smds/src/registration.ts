import { isFailure, type Log, refuse, unreachable } from '@gesim/base'
import {
  callFunction,
  type Eid,
  type Endpoint,
  ES12,
  ES15,
  endpoint,
  type Peer,
  type RequestOf,
} from '@gesim/sgp22'
import type { EventRecord, EventState } from './ports.ts'
import type { RequireRegistrar } from './registrars.ts'

/** The root SM-DS, and as whom it is called. */
export interface Root {
  readonly peer: Peer
  /** Identifier of this server, dotted. */
  readonly oid: string
}

/** What the functions for servers stand on. */
export interface RegistrationParts {
  readonly state: EventState
  readonly require: RequireRegistrar
  /** Own address, under which the root sends cards here. */
  readonly smdsAddress: string
  /** Absent: this server is the root. */
  readonly root?: Root
  readonly eventLifeMs: number
  readonly nowMs: () => number
  readonly log: Log
}

/** Most events that may wait for one card. */
export const MAX_EVENTS_OF_CARD = 1000

/** ES12 for SM-DP+s and ES15 for SM-DSs below this one (SGP.22 sections 5.9 and 5.10). */
export function registrationEndpoints(parts: RegistrationParts): Endpoint[] {
  const { state, root, smdsAddress, nowMs, log } = parts
  const headerOf = ({ oid }: Root, call: string) => ({
    functionRequesterIdentifier: oid,
    functionCallIdentifier: call,
  })

  async function register(owner: string, body: RequestOf<typeof ES12.registerEvent>): Promise<object> {
    const { eid, eventId, rspServerAddress, forwardingIndicator } = body
    const forwarded = forwardingIndicator && root !== undefined
    const expiresAtMs = nowMs() + parts.eventLifeMs
    if ((await state.list(eid, nowMs())).length >= MAX_EVENTS_OF_CARD) throw refuse('smds.too-many-events')
    if (!(await state.add(eid, { eventId, rspServerAddress, owner, forwarded, expiresAtMs })))
      throw refuse('smds.event-exists')
    if (!forwarded) return {}
    try {
      await callFunction(
        root.peer,
        ES15.registerEvent,
        // SGP.22 3.6.1.2: the root sends the card here, under the same identifier, and forwards no further.
        { eid, eventId, rspServerAddress: smdsAddress, forwardingIndicator: false },
        headerOf(root, `${eventId}-register`),
      )
    } catch (error) {
      // Nothing is kept of an event that the root does not know: the caller may try again.
      await state.remove(eid, eventId, owner)
      const answered = isFailure(error, 'sgp22.function-failed')
      throw unreachable(answered ? 'smds.root-refused' : 'smds.root-unavailable', {}, error)
    }
    return {}
  }

  async function forgetAtRoot(eid: Eid, { eventId, forwarded }: EventRecord): Promise<void> {
    if (!root || !forwarded) return
    await callFunction(
      root.peer,
      ES15.deleteEvent,
      { eid, eventId },
      headerOf(root, `${eventId}-delete`),
    ).catch((error: unknown) => log.warn('the root SM-DS keeps an event that is gone', { error }))
  }

  async function remove(owner: string, body: RequestOf<typeof ES12.deleteEvent>): Promise<object> {
    const removed = await state.remove(body.eid, body.eventId, owner)
    if (!removed) throw refuse('smds.no-event')
    await forgetAtRoot(body.eid, removed)
    return {}
  }

  return [
    endpoint(ES12.registerEvent, async (body, caller) => register(parts.require(caller, 'dp-tls'), body)),
    endpoint(ES12.deleteEvent, async (body, caller) => remove(parts.require(caller, 'dp-tls'), body)),
    endpoint(ES15.registerEvent, async (body, caller) => register(parts.require(caller, 'ds-tls'), body)),
    endpoint(ES15.deleteEvent, async (body, caller) => remove(parts.require(caller, 'ds-tls'), body)),
  ]
}
