import type { Hex, JourneyEvent } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'

/** Events as they are appended, to whoever watches an intent. */
export interface Live {
  watch(intentId: Hex, listener: (event: JourneyEvent) => void): () => void
  close(): void
}

/** An announced event is not yet readable while an older transaction is open; so it is looked for a little longer. */
const LOOK_AGAIN_MS = 25
const LOOK_LONGEST_MS = 1_000

/** One reader of the journal for all live pages of this process, however many watch. */
export async function openLive(store: Store): Promise<Live> {
  const listeners = new Map<Hex, Set<(event: JourneyEvent) => void>>()
  const { rows } = await sql<{ seq: bigint }>`select seq from gesim.journal
    where tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx desc, seq desc limit 1`.execute(store.db)
  let after = rows[0]?.seq ?? 0n
  let lookUntil = 0
  let looking = false
  let closed = false

  async function look(): Promise<void> {
    if (looking) return
    looking = true
    try {
      while (!closed && Date.now() < lookUntil) {
        const events = await store.read({ after, limit: 500 })
        for (const event of events) {
          after = event.seq
          if (event.intentId) for (const listener of listeners.get(event.intentId) ?? []) listener(event)
        }
        if (events.length === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      }
    } catch {
      // The database is away; whoever watches asks again by Last-Event-ID, and the next append wakes us.
    } finally {
      looking = false
    }
  }

  const forget = store.onAppend(() => {
    lookUntil = Date.now() + LOOK_LONGEST_MS
    void look()
  })
  return {
    watch(intentId, listener) {
      const set = listeners.get(intentId) ?? new Set()
      listeners.set(intentId, set)
      set.add(listener)
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(intentId)
      }
    },
    close() {
      closed = true
      forget()
    },
  }
}
