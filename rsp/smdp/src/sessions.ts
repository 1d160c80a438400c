import { refuse } from '@gesim/base'
import type { AuthenticationSession, Eid, EuiccInfo2, Iccid, SessionStore, StoredSession } from '@gesim/sgp22'
import type { Identities, SmdpIdentity } from './identities.ts'

/** A card that proved itself, and what it may have. */
export interface SessionClient {
  readonly eid: Eid
  readonly info: EuiccInfo2
  readonly euiccCertificate: Uint8Array
  readonly eumCertificate: Uint8Array
  readonly iccid: Iccid
  /** Names the order: a profile that was given back and ordered again is not this session's any more. */
  readonly orderKey: string
  readonly smdpSignature2: Uint8Array
  /** The card was offered this earlier one-time key of its own. */
  readonly offeredOtpk?: Uint8Array
}

/** Failures after which the user may type the code again. */
export type MistypedCode = 'smdp.confirmation-code-missing' | 'smdp.confirmation-code-refused'

/** What is remembered between the functions of one download: plain data, and no secret among it. */
export interface Session extends AuthenticationSession, StoredSession {
  /** Present from authenticateClient on. */
  readonly client?: SessionClient
  /** A package was bound: only cancelSession may follow. */
  readonly bound?: boolean
  /** The code was missing or wrong: how the card signed that attempt, and the failure that it was answered. */
  readonly mistyped?: { readonly euiccSignature2: Uint8Array; readonly failure: MistypedCode }
}

/** A session whose card proved itself. */
export type ClientSession = Session & { readonly client: SessionClient }

/**
 * Sessions with the identity that each was begun under. A step is done once, and what fails ends the session, so they are
 * taken away and put back. All throw `sgp22.auth-transaction` when there is no session at this step.
 */
export class Sessions {
  readonly #store: SessionStore<Session>
  readonly #identities: Identities

  constructor(store: SessionStore<Session>, identities: Identities) {
    this.#store = store
    this.#identities = identities
  }

  put(session: Session): Promise<void> {
    return this.#store.put(session)
  }

  /** Takes a session whose card has not proved itself yet. */
  takeOpened(transactionId: Uint8Array): Promise<Session> {
    return this.#takeAt(transactionId, ({ client }) => client === undefined)
  }

  /** Takes a session whose card may ask for its package. */
  async takeAuthenticated(transactionId: Uint8Array): Promise<ClientSession> {
    const isAtStep = ({ client, bound }: Session) => client !== undefined && !bound
    const session = await this.#takeAt(transactionId, isAtStep)
    return { ...session, client: session.client! }
  }

  /** A step out of order, such as one sent again, leaves the session as it is. */
  async #takeAt(transactionId: Uint8Array, isAtStep: (session: Session) => boolean): Promise<Session> {
    const session = await this.#store.take(transactionId)
    if (session && isAtStep(session)) return session
    if (session) await this.#store.put(session)
    throw refuse('sgp22.auth-transaction', { why: 'order' })
  }

  /** A session that may be cancelled; it stays. */
  async requireAuthenticated(transactionId: Uint8Array): Promise<ClientSession> {
    const session = await this.#store.find(transactionId)
    if (!session?.client) throw refuse('sgp22.auth-transaction', { why: 'order' })
    return { ...session, client: session.client }
  }

  /** Ends a session; false when somebody else did. */
  async end(transactionId: Uint8Array): Promise<boolean> {
    return (await this.#store.take(transactionId)) !== undefined
  }

  /** The identity under which a session was begun. */
  identityOf(session: Session): SmdpIdentity {
    const found = this.#identities.withCertificate(session.serverCertificate)
    if (!found) throw refuse('sgp22.auth-transaction', { why: 'certificate' })
    return found
  }
}
