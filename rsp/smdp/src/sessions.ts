import { refuse } from '@gesim/base'
import type { Identity } from '@gesim/crypto'
import {
  type AuthenticatedEuicc,
  type AuthenticationSession,
  type Iccid,
  type ServerIdentity,
  transactionKey,
} from '@gesim/sgp22'

/** A certificate pair of this server under one issuer: to prove itself, and to bind packages. */
export interface SmdpIdentity extends ServerIdentity {
  readonly auth: Identity
  readonly binding: Identity
  /** Identifier in both certificates, dotted. */
  readonly oid: string
  readonly signBinding: (data: Uint8Array) => Promise<Uint8Array>
}

/** What is remembered between the functions of one download. One-time secrets are not among it. */
export interface Session {
  readonly authentication: AuthenticationSession<SmdpIdentity>
  readonly startedAtMs: number
  /** Present from authenticateClient on. */
  readonly client?: {
    readonly euicc: AuthenticatedEuicc
    readonly iccid: Iccid
    readonly smdpSignature2: Uint8Array
    /** The card was offered this earlier one-time key of its own. */
    readonly offeredOtpk?: Uint8Array
  }
  /** A package was bound: only cancelSession may follow. */
  readonly bound?: boolean
}

/** The sessions of one process, with a limit on their number and age. A phone that comes back too late begins again. */
export class Sessions {
  readonly #byTransaction = new Map<string, Session>()
  readonly #maxCount: number
  readonly #lifeMs: number
  readonly #nowMs: () => number

  constructor(limits: { readonly maxSessions: number; readonly sessionLifeMs: number }, nowMs: () => number) {
    this.#maxCount = limits.maxSessions
    this.#lifeMs = limits.sessionLifeMs
    this.#nowMs = nowMs
  }

  get count(): number {
    return this.#byTransaction.size
  }

  /** Keeps a session; the oldest ones make room for it. */
  put(session: Session): void {
    const key = transactionKey(session.authentication.transactionId)
    this.#byTransaction.delete(key)
    this.#byTransaction.set(key, session)
    // A map keeps the order of insertion: the first entries are the oldest.
    for (const [oldest, { startedAtMs }] of this.#byTransaction) {
      if (this.#byTransaction.size <= this.#maxCount && this.#nowMs() - startedAtMs <= this.#lifeMs) break
      this.#byTransaction.delete(oldest)
    }
  }

  /** The session of a transaction. Throws `sgp22.auth-transaction` when there is none any more. */
  require(transactionId: Uint8Array): Session {
    const session = this.#byTransaction.get(transactionKey(transactionId))
    if (!session || this.#nowMs() - session.startedAtMs > this.#lifeMs) throw refuse('sgp22.auth-transaction')
    return session
  }

  /** The same, taken away: a step is done once, and what fails ends the session. Throws `sgp22.auth-transaction`. */
  take(transactionId: Uint8Array): Session {
    const session = this.require(transactionId)
    this.#byTransaction.delete(transactionKey(transactionId))
    return session
  }
}
