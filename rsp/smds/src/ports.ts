import type { Eid } from '@gesim/sgp22'

/** A profile that waits for a card: at which server, under which identifier. */
export interface EventRecord {
  readonly eventId: string
  readonly rspServerAddress: string
  /** Identifier of the server that registered it, dotted: only that one may delete it. */
  readonly owner: string
  /** The root SM-DS was told too. */
  readonly forwarded: boolean
  readonly expiresAtMs: number
}

/** Where events are kept. Memory and Postgres implement it, under one test suite. */
export interface EventState {
  /** Keeps an event. Returns false, and keeps nothing, when the card has one with the identifier. */
  add(eid: Eid, event: EventRecord): Promise<boolean>
  /** Takes an event of an owner away and returns it. */
  remove(eid: Eid, eventId: string, owner: string): Promise<EventRecord | undefined>
  /** Events of a card that have not expired, the oldest first. */
  list(eid: Eid, nowMs: number): Promise<EventRecord[]>
  /** Forgets what expired. Returns how many. */
  forget(nowMs: number): Promise<number>
  close(): Promise<void>
}
