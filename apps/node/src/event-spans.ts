import type { Log } from '@gesim/base'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'
import type { Telemetry } from './telemetry.ts'

/** Tells every event of the journal from now on to the telemetry. Returns what ends it. */
export async function startEventSpans(store: Store, telemetry: Telemetry, log: Log): Promise<() => void> {
  const { rows } = await sql<{
    seq: bigint | string | null
  }>`select max(seq) as seq from gesim.journal`.execute(store.db)
  let after = BigInt(rows[0]?.seq ?? 0)
  let reading = Promise.resolve()
  const read = async () => {
    const events = await store.read({ after, limit: 500 })
    for (const event of events) telemetry.event(event)
    after = events.at(-1)?.seq ?? after
  }
  return store.onAppend(() => {
    reading = reading
      .then(read)
      .catch((error) => log.debug('the journal could not be read for traces', { error }))
  })
}
