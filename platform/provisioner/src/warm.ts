import type { JourneyEventOf, Running, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { warmMissing } from './decide.ts'
import type { OrderReference, Reservation } from './ports.ts'
import { commitIccid, seal, unseal } from './seal.ts'
import type { Shared } from './shared.ts'
import type { OrderRow } from './table.ts'

interface WarmRow {
  readonly id: string
  readonly book: number
  readonly profile_type: string
  readonly state: 'wanted' | 'warm' | 'taken' | 'dropped'
  readonly sealed: string | null
}

const QUEUE = 'provisioner.warm'

/** An advised hour's profiles are kept that long beyond it, then given back. */
const KEEP_SECONDS = 3600

/** Keeps as many profiles reserved as the advisor advised, within the limit of the settings. */
export async function startWarm(shared: Shared): Promise<Running> {
  const { store } = shared
  const follower = store.follow({ reader: 'provisioner.warm', kinds: ['prewarm.advised'] }, (event, tx) =>
    want(shared, event, tx),
  )
  const worker = await store.work<{ id: string }>(QUEUE, (job, tx) => serveWarm(shared, job.id, tx))
  const expiry = store.schedule('provisioner.warm-expiry', 60, (tx) => dropExpired(shared, tx))
  return {
    async stop() {
      await Promise.all([follower.stop(), worker.stop(), expiry.stop()])
    },
  }
}

async function want(shared: Shared, event: JourneyEventOf<'prewarm.advised'>, tx: Tx): Promise<void> {
  const { book, profileType, hour, count } = event.body
  if (!shared.carriers.get(book)?.warms) return
  const until = new Date((hour + KEEP_SECONDS) * 1000)
  if (until.getTime() <= shared.clock.nowMs()) return
  const there = await sql<{ n: number }>`select count(*)::int as n from gesim.provisioner_warm
    where book = ${book} and profile_type = ${profileType} and state in ('wanted', 'warm')`.execute(tx)
  const missing = warmMissing(count, there.rows[0]!.n, shared.settings.warmMost)
  for (let i = 0; i < missing; i++) {
    const added = await sql<{
      id: string
    }>`insert into gesim.provisioner_warm (book, profile_type, state, until)
      values (${book}, ${profileType}, 'wanted', ${until}) returning id`.execute(tx)
    const { id } = added.rows[0]!
    await shared.store.enqueue(tx, QUEUE, { id }, { key: id })
  }
}

async function serveWarm(shared: Shared, id: string, tx: Tx): Promise<void> {
  const { rows } = await sql<WarmRow>`select * from gesim.provisioner_warm where id = ${id}`.execute(tx)
  const row = rows[0]
  const carrier = row && shared.carriers.get(row.book)
  if (!row || !carrier) return
  const reference: OrderReference = { call: `warm:${id}`, planId: '', profileType: row.profile_type }
  if (row.state === 'wanted') {
    const { handle, iccid } = await carrier.reserve(reference)
    const commit = iccid ? commitIccid(shared.settings.commitmentKey, iccid) : null
    const kept = await sql`update gesim.provisioner_warm set state = 'warm', iccid_commit = ${commit},
      sealed = ${seal(shared.settings.sealingKeys, id, JSON.stringify({ handle, iccid }))}
      where id = ${id} and state = 'wanted' and until > ${new Date(shared.clock.nowMs())} returning id`.execute(
      tx,
    )
    // Its time ran out while the carrier was asked.
    if (kept.rows.length > 0) return
    await carrier.cancel(reference, handle)
    await sql`delete from gesim.provisioner_warm where id = ${id} and state = 'wanted'`.execute(tx)
  } else if (row.state === 'dropped' && row.sealed) {
    await carrier.cancel(reference, reservationOf(shared, row).handle)
    await sql`delete from gesim.provisioner_warm where id = ${id}`.execute(tx)
  }
}

/**
 * Gives profiles back that nobody needed in time, and forgets those that were taken. One that is still being asked for
 * stays until the carrier has answered: it may have set a profile aside, and only its answer tells which to give back.
 */
async function dropExpired(shared: Shared, tx: Tx): Promise<void> {
  const now = new Date(shared.clock.nowMs())
  await sql`delete from gesim.provisioner_warm where state = 'taken' and until < ${now}`.execute(tx)
  const { rows } = await sql<{ id: string }>`update gesim.provisioner_warm set state = 'dropped'
    where state = 'warm' and until < ${now} returning id`.execute(tx)
  for (const { id } of rows) await shared.store.enqueue(tx, QUEUE, { id }, { key: `${id}:drop` })
}

/** A warm profile for an order, if there is one: taken in the order's own commit, so by one order only. */
export async function takeWarm(shared: Shared, tx: Tx, order: OrderRow): Promise<Reservation | undefined> {
  const { rows } = await sql<WarmRow>`update gesim.provisioner_warm set state = 'taken' where id = (
      select id from gesim.provisioner_warm
      where book = ${order.book} and profile_type = ${order.profile_type} and state = 'warm' and until > ${new Date(shared.clock.nowMs())}
      order by until limit 1 for update skip locked)
    returning *`.execute(tx)
  return rows[0] ? reservationOf(shared, rows[0]) : undefined
}

function reservationOf(shared: Shared, row: WarmRow): Reservation {
  return JSON.parse(unseal(shared.settings.sealingKeys, row.id, row.sealed ?? '')) as Reservation
}
