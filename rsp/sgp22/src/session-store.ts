/** What every session has. */
export interface StoredSession {
  readonly transactionId: Uint8Array
  /** When the first function was called: the age of the whole session counts from there. */
  readonly startedAtMs: number
}

/** How many sessions a server keeps, and for how long. */
export interface SessionLimits {
  readonly maxSessions: number
  readonly sessionLifeMs: number
}

/** Where a server keeps what it must know between the functions of one transaction. Sessions are plain data. */
export interface SessionStore<Session extends StoredSession> {
  /** Keeps a session; when there are too many, the oldest make room. */
  put(session: Session): Promise<void>
  /** The session of a transaction, unless it is over or too old. */
  find(transactionId: Uint8Array): Promise<Session | undefined>
  /** The same, taken away: of two callers at once one gets it. */
  take(transactionId: Uint8Array): Promise<Session | undefined>
  count(): Promise<number>
}

/** Sessions in this process. A phone whose session is lost with it begins again. */
export function memorySessions<Session extends StoredSession>(
  limits: SessionLimits,
  nowMs: () => number,
): SessionStore<Session> {
  const byTransaction = new Map<string, Session>()
  const isOver = ({ startedAtMs }: Session) => nowMs() - startedAtMs > limits.sessionLifeMs
  const keyOf = (transactionId: Uint8Array) => Buffer.from(transactionId).toString('hex')
  // A map keeps the order of insertion: its first entry is the oldest. One iterator is kept over all calls, since a new one
  // walks over the holes that taken sessions left at the front, each time.
  let entries = byTransaction.entries()
  let oldest = entries.next()

  function makeRoom(): void {
    for (;;) {
      if (oldest.done) {
        entries = byTransaction.entries()
        oldest = entries.next()
        if (oldest.done) return
      }
      const [key, session] = oldest.value
      if (byTransaction.get(key) === session) {
        if (byTransaction.size <= limits.maxSessions && !isOver(session)) return
        byTransaction.delete(key)
      }
      oldest = entries.next()
    }
  }

  function find(key: string): Session | undefined {
    const session = byTransaction.get(key)
    return session && !isOver(session) ? session : undefined
  }

  return {
    put: async (session) => {
      const key = keyOf(session.transactionId)
      byTransaction.delete(key)
      byTransaction.set(key, session)
      makeRoom()
    },
    find: async (transactionId) => find(keyOf(transactionId)),
    take: async (transactionId) => {
      const key = keyOf(transactionId)
      const session = find(key)
      byTransaction.delete(key)
      return session
    },
    count: async () => byTransaction.size,
  }
}
