import { isFailure, kindOf, type Log, unreachable } from '@gesim/base'
import { callFunction, ES2PLUS, ES12, type Peer, parseEid, readBody } from '@gesim/sgp22'
import { callIdOf, type EventRegistry } from './es2plus.ts'
import type { Operators } from './operators.ts'
import type { PendingMessage, SmdpState } from './ports.ts'

/** How this server reaches others. */
export interface Outside {
  /** Identifier of this server, dotted. */
  readonly smdpOid: string
  /** Own address, as the SM-DS tells it to phones. */
  readonly smdpAddress: string
  /** Certificate, key and trusted authorities for the servers of operators. */
  readonly toOperators: Omit<Peer, 'url'>
  /** The same for SM-DSs. */
  readonly toSmds: Omit<Peer, 'url'>
  /** Whether an SM-DS shall tell its root, which is whom cards ask first. */
  readonly forwardEvents: boolean
}

/** The SM-DS over ES12. An event that is known already, or gone already, is fine: the call was a retry. */
export function smdsOver(outside: Outside): EventRegistry {
  const peerOf = (address: string): Peer => ({ ...outside.toSmds, url: `https://${address}` })
  const headerOf = (call: string) => ({
    functionRequesterIdentifier: outside.smdpOid,
    functionCallIdentifier: call,
  })
  const unless = (error: unknown, reason: string) => {
    if (
      isFailure(error, 'sgp22.function-failed') &&
      error.facts.subject === '8.9.5' &&
      error.facts.reason === reason
    )
      return
    const answered = isFailure(error, 'sgp22.function-failed')
    throw unreachable(answered ? 'smdp.smds-refused' : 'smdp.smds-unavailable', {}, error)
  }
  return {
    async registerEvent(smdsAddress, { eid, eventId }) {
      const { smdpAddress: rspServerAddress, forwardEvents: forwardingIndicator } = outside
      const event = { eid, rspServerAddress, eventId, forwardingIndicator }
      await callFunction(
        peerOf(smdsAddress),
        ES12.registerEvent,
        event,
        headerOf(`${eventId}-register`),
      ).catch((error: unknown) => unless(error, '3.3'))
    },
    async deleteEvent(smdsAddress, { eid, eventId }) {
      const event = { eid, eventId }
      await callFunction(peerOf(smdsAddress), ES12.deleteEvent, event, headerOf(`${eventId}-delete`)).catch(
        (error: unknown) => unless(error, '3.9'),
      )
    },
  }
}

const FIRST_WAIT_MS = 250
const MOST_WAIT_MS = 600_000
const MAX_ATTEMPTS = 200
const BATCH = 32

/** What a courier stands on. */
export interface CourierParts {
  readonly state: SmdpState
  readonly operators: Operators
  readonly events: EventRegistry
  readonly outside: Outside
  readonly nowMs: () => number
  readonly log: Log
}

/** Delivers what other servers must be told, in order for each, again and again until they took it. */
export class Courier {
  readonly #parts: CourierParts
  #again = false
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #stopped = false

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  /** Looks for due messages now and then on its own. */
  start(everyMs: number): void {
    this.#timer = setInterval(() => void this.deliver(), everyMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#round
  }

  /** Delivers everything that is due. While a round runs, one more is made after it, however often it is asked for. */
  deliver(): Promise<void> {
    this.#again = true
    this.#round ??= this.#rounds().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      await this.#deliverAll().catch((error: unknown) => {
        this.#parts.log.error('messages cannot be delivered', { error })
      })
    }
  }

  async #deliverAll(): Promise<void> {
    const { state, nowMs } = this.#parts
    while (!this.#stopped) {
      const due = await state.dueMessages(nowMs(), BATCH)
      if (due.length === 0) return
      await Promise.all(due.map((message) => this.#deliverOne(message)))
    }
  }

  async #deliverOne(message: PendingMessage): Promise<void> {
    const { state, nowMs, log } = this.#parts
    try {
      await this.#send(message)
      await state.settleMessage(message.id)
    } catch (error) {
      // A refusal does not get better by repeating, but an operator's server may refuse while it starts.
      if (message.attempts >= MAX_ATTEMPTS) {
        log.error('a message was given up', { kind: message.kind, attempt: message.attempts, error })
        return state.settleMessage(message.id)
      }
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(message.attempts, 20), MOST_WAIT_MS)
      log.warn('a message was not taken', {
        kind: message.kind,
        attempt: message.attempts,
        why: kindOf(error),
      })
      await state.settleMessage(message.id, nowMs() + waitMs)
    }
  }

  async #send(message: PendingMessage): Promise<void> {
    const { operators, events, outside } = this.#parts
    const body: unknown = JSON.parse(message.body)
    if (message.kind === 'delete-event') {
      const { eid, eventId } = body as { eid: string; eventId: string }
      return events.deleteEvent(message.target, { eid: parseEid(eid), eventId })
    }
    const url = operators.notifyUrlOf(message.target)
    // Nobody to tell: the operator reads the evidence itself.
    if (!url) return
    const fn = ES2PLUS.handleDownloadProgressInfo
    const header = {
      functionRequesterIdentifier: outside.smdpOid,
      functionCallIdentifier: callIdOf(message),
    }
    await callFunction({ ...outside.toOperators, url }, fn, readBody(fn.request, body), header)
  }
}
