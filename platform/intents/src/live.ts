import { sleepMs } from '@gesim/base'
import type { Hex, JourneyEvent } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'

/** Events as they are appended, to whoever watches an intent. */
export interface Live {
  watch(intentId: Hex, listener: (event: JourneyEvent) => void): () => void
  close(): void
}

/**
 * An announced event is not yet readable while an older transaction is open, and the end of that one announces nothing. So it
 * is looked for: often at first, then now and then until none waits. A transaction may be open for as long as a job takes.
 */
const LOOK_AGAIN_MS = 25
const LOOK_OFTEN_MS = 1_000
const LOOK_LATER_MS = 250

/** Whether events are there that nobody may read yet. */
async function someWait(store: Store): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`select exists (select from gesim.journal
    where tx >= pg_snapshot_xmin(pg_current_snapshot())) as some`.execute(store.db)
  return rows[0]!.some
}

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
      while (!closed) {
        const often = Date.now() < lookUntil
        // Asked before the reading: what comes between the two is announced.
        const waits = often || (await someWait(store))
        const events = await store.read({ after, limit: 500 })
        for (const event of events) {
          after = event.seq
          if (event.intentId) for (const listener of listeners.get(event.intentId) ?? []) listener(event)
        }
        if (events.length > 0) continue
        if (!waits && Date.now() >= lookUntil) break
        await sleepMs(often ? LOOK_AGAIN_MS : LOOK_LATER_MS)
      }
    } catch {
      // The database is away; whoever watches asks again by Last-Event-ID, and the next append wakes us.
    } finally {
      looking = false
    }
  }

  const forget = store.onAppend(() => {
    lookUntil = Date.now() + LOOK_OFTEN_MS
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
