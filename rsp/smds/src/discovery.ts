import { refuse } from '@gesim/base'
import {
  type AuthenticationPorts,
  type AuthenticationSession,
  authenticateClient,
  type ES11,
  initiateAuthentication,
  type RequestOf,
  type ResponseOf,
  type SessionStore,
  type StoredSession,
} from '@gesim/sgp22'
import type { EventState } from './ports.ts'

/** What is remembered between the two functions. */
export type Session = AuthenticationSession & StoredSession

/** What the functions for phones stand on. */
export interface DiscoveryParts {
  readonly state: EventState
  readonly sessions: SessionStore<Session>
  readonly authentication: AuthenticationPorts
  readonly nowMs: () => number
}

export type Discovery = {
  readonly [Name in keyof typeof ES11]: (
    body: RequestOf<(typeof ES11)[Name]>,
  ) => Promise<ResponseOf<(typeof ES11)[Name]>>
}

/** The two functions of ES11 (SGP.22 section 5.8), whatever the binding. They throw refusals with a status code. */
export function discovery(parts: DiscoveryParts): Discovery {
  const { state, sessions, authentication, nowMs } = parts
  return {
    async initiateAuthentication(body) {
      const { session, response } = await initiateAuthentication(authentication, body)
      await sessions.put({ ...session, startedAtMs: nowMs() })
      return response
    },

    async authenticateClient(body) {
      const session = await sessions.take(body.transactionId)
      if (!session) throw refuse('sgp22.auth-transaction')
      const euicc = authenticateClient(authentication, session, body.authenticateServerResponse)
      const wanted = euicc.euiccSigned1.context.matchingId
      const events = (await state.list(euicc.eid, nowMs())).filter(
        ({ eventId }) => !wanted || eventId === wanted,
      )
      if (wanted && events.length === 0) throw refuse('smds.no-event')
      const eventEntries = events.map(({ eventId, rspServerAddress }) => ({ eventId, rspServerAddress }))
      return { transactionId: session.transactionId, eventEntries }
    },
  }
}
