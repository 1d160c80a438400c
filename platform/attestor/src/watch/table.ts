import type { DemandJson, EventBody, Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import type { Watch } from '@gesim/wire'
import { sql } from 'kysely'
import type { DemandCode, FaultCode } from './decide.ts'

export type RootState = 'new' | 'honest' | 'false' | 'hidden'
export type ActKind = 'proof' | 'slash' | 'restore' | 'reward' | 'allow' | 'demand' | 'timeout' | 'collect'

/** A root on chain that is watched. */
export interface RootRow {
  epoch: number
  root: Hex
  is_own: boolean
  posted_at: number
  state: RootState
  looked_at: Date | null
}

/** Something that is done about a root, or with what came of it. */
export interface ActRow {
  key: string
  kind: ActKind
  epoch: number | null
  root: Hex | null
  book: number | null
  code: FaultCode | DemandCode | null
  demand: DemandJson | null
  wished_at: Date | null
  refused_at: Date | null
  why: string | null
}

/** Notes a root that this database made: it is never demanded. */
export async function saveOwn(tx: Tx, { epoch, root }: EventBody<'epoch.closed'>): Promise<void> {
  await sql`insert into gesim.watcher_roots (epoch, root, is_own) values (${epoch}, ${root.toLowerCase()}, true)
    on conflict (epoch, root) do update set is_own = true`.execute(tx)
}

export async function savePostedRoot(
  tx: Tx,
  { epoch, root, postedAt }: EventBody<'root.posted'>,
): Promise<void> {
  await sql`insert into gesim.watcher_roots (epoch, root, posted_at)
    values (${epoch}, ${root.toLowerCase()}, ${postedAt})
    on conflict (epoch, root) do update set posted_at = excluded.posted_at, ended_at = null`.execute(tx)
}

export async function openRoots(db: Db): Promise<RootRow[]> {
  const { rows } = await sql<RootRow & { epoch: bigint; posted_at: bigint }>`
    select epoch, root, is_own, posted_at, state, looked_at from gesim.watcher_roots
    where posted_at is not null and ended_at is null order by epoch`.execute(db)
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch), posted_at: Number(row.posted_at) }))
}

/** Roots that were posted before an epoch, newest first; the chain says which of them counts. */
export async function rootsBefore(db: Db, epoch: number): Promise<{ epoch: number; root: Hex }[]> {
  const { rows } = await sql<{ epoch: bigint; root: Hex }>`
    select epoch, root from gesim.watcher_roots
    where posted_at is not null and epoch < ${epoch} order by epoch desc limit 8`.execute(db)
  return rows.map((row) => ({ epoch: Number(row.epoch), root: row.root }))
}

export async function saveLook(
  db: Db,
  row: Pick<RootRow, 'epoch' | 'root'>,
  look: { state: RootState; leaves: number | null; source: string | null; why: string | null; atMs: number },
): Promise<void> {
  await sql`update gesim.watcher_roots set state = ${look.state}, leaves = ${look.leaves}, source = ${look.source},
      why = ${look.why}, looked_at = to_timestamp(${look.atMs / 1000})
    where epoch = ${row.epoch} and root = ${row.root}`.execute(db)
}

export async function endRoot(db: Db, row: Pick<RootRow, 'epoch' | 'root'>, atMs: number): Promise<void> {
  await sql`update gesim.watcher_roots set ended_at = to_timestamp(${atMs / 1000})
    where epoch = ${row.epoch} and root = ${row.root}`.execute(db)
}

/** Opens an act; the same key again changes nothing. Returns whether it is new. */
export async function openAct(
  db: Db,
  act: Pick<ActRow, 'key' | 'kind'> & Partial<Pick<ActRow, 'epoch' | 'root' | 'book' | 'code' | 'demand'>>,
  bondMicros = 0n,
): Promise<boolean> {
  const demand = act.demand ? JSON.stringify(act.demand) : null
  const { rows } =
    await sql`insert into gesim.watcher_acts (key, kind, epoch, root, book, code, demand, bond_micros)
    values (${act.key}, ${act.kind}, ${act.epoch ?? null}, ${act.root ?? null}, ${act.book ?? null},
      ${act.code ?? null}, ${demand}::jsonb, ${bondMicros}::bigint)
    on conflict (key) do nothing returning key`.execute(db)
  return rows.length > 0
}

/** Opens an act that comes again and again: money that is there to be collected. */
export async function openAgain(
  db: Db,
  act: Pick<ActRow, 'key' | 'kind'> & Partial<Pick<ActRow, 'book'>>,
): Promise<void> {
  await sql`insert into gesim.watcher_acts (key, kind, book) values (${act.key}, ${act.kind}, ${act.book ?? null})
    on conflict (key) do update set state = 'open', done_at = null, wished_at = null, refused_at = null
      where gesim.watcher_acts.state <> 'open'`.execute(db)
}

export async function openActs(db: Db): Promise<ActRow[]> {
  const { rows } = await sql<ActRow & { epoch: bigint | null }>`
    select key, kind, epoch, root, book, code, demand, wished_at, refused_at, why from gesim.watcher_acts
    where state = 'open' order by made_at`.execute(db)
  return rows.map((row) => ({ ...row, epoch: row.epoch === null ? null : Number(row.epoch) }))
}

export async function endAct(db: Db, key: string, state: 'done' | 'failed', atMs: number): Promise<void> {
  await sql`update gesim.watcher_acts set state = ${state}, done_at = to_timestamp(${atMs / 1000})
    where key = ${key} and state = 'open'`.execute(db)
}

export async function saveWished(tx: Tx, key: string, atMs: number): Promise<void> {
  await sql`update gesim.watcher_acts set wished_at = to_timestamp(${atMs / 1000}), tries = tries + 1
    where key = ${key}`.execute(tx)
}

/** Returns whether the reason is another than before. */
export async function saveWhy(db: Db, key: string, why: string): Promise<boolean> {
  const { rows } = await sql`update gesim.watcher_acts set why = ${why}
    where key = ${key} and why is distinct from ${why} returning key`.execute(db)
  return rows.length > 0
}

export async function saveRefused(tx: Tx, key: string, why: string): Promise<void> {
  await sql`update gesim.watcher_acts set wished_at = null, refused_at = now(), why = ${why.slice(0, 400)}
    where key = ${key} and state = 'open'`.execute(tx)
}

/** A demand of ours is on chain: the act that wished for it is done, and its end is waited for. */
export async function saveOpened(
  tx: Tx,
  { demandId, kind, demand }: EventBody<'demand.opened'>,
): Promise<void> {
  const code = kind === 'data' ? 'C1' : 'C2'
  const { rows } = await sql`update gesim.watcher_acts set state = 'done', done_at = now()
    where key = (select key from gesim.watcher_acts where kind = 'demand' and state = 'open' and code = ${code}
      and epoch = ${demand.epoch} and root = ${demand.root.toLowerCase()} and book = ${demand.book} limit 1)
    returning key`.execute(tx)
  if (rows.length === 0) return
  const { epoch, book } = demand
  const root = demand.root.toLowerCase() as Hex
  await openAct(tx, { key: `timeout:${demandId}`, kind: 'timeout', epoch, root, book, code, demand })
}

export async function demandsOf(db: Db, { epoch, root }: Pick<RootRow, 'epoch' | 'root'>) {
  const { rows } = await sql<{ made: bigint; open: bigint }>`select
      count(*) filter (where kind = 'demand') as made, count(*) filter (where state = 'open') as open
    from gesim.watcher_acts where kind in ('demand', 'timeout') and epoch = ${epoch} and root = ${root}`.execute(
    db,
  )
  return { made: Number(rows[0]!.made), open: Number(rows[0]!.open) }
}

/** Whether something is still to be done about a root. */
export async function hasOpenActs(
  db: Db,
  { epoch, root }: Pick<RootRow, 'epoch' | 'root'>,
): Promise<boolean> {
  const { rows } = await sql`select from gesim.watcher_acts
    where state = 'open' and epoch = ${epoch} and root = ${root} limit 1`.execute(db)
  return rows.length > 0
}

/** Bonds put up in the 24 hours before a time. */
export async function bondsSince(db: Db, nowMs: number): Promise<bigint> {
  const { rows } = await sql<{ bonds: bigint }>`select coalesce(sum(bond_micros), 0)::bigint as bonds
    from gesim.watcher_acts where kind = 'demand' and state <> 'failed'
      and made_at > to_timestamp(${nowMs / 1000}) - interval '24 hours'`.execute(db)
  return rows[0]!.bonds
}

/** Books in which a fault of ours was proven: restitution may lie there for them. */
export async function provenBooks(db: Db): Promise<number[]> {
  const { rows } = await sql<{ book: number }>`select distinct book from gesim.watcher_acts
    where kind = 'slash' and state = 'done' and book > 0`.execute(db)
  return rows.map(({ book }) => book)
}

export async function readWatch(
  db: Db,
  limit: number,
  times: { nowMs: number; dailyMicros: bigint },
): Promise<Watch> {
  const [totals, roots, acts, bonds] = await Promise.all([
    sql<{ checked: bigint; wrong: bigint; hidden: bigint; proven: bigint; demands: bigint }>`select
      count(*) filter (where state in ('honest', 'false')) as checked,
      count(*) filter (where state = 'false') as wrong,
      count(*) filter (where state = 'hidden' and ended_at is null) as hidden,
      (select count(*) from gesim.watcher_acts where kind = 'proof' and state = 'done') as proven,
      (select count(*) from gesim.watcher_acts where kind = 'timeout' and state = 'open') as demands
      from gesim.watcher_roots where posted_at is not null`.execute(db),
    sql<
      Omit<RootRow, 'epoch' | 'posted_at'> & {
        epoch: bigint
        posted_at: bigint
        leaves: number | null
        source: string | null
        why: string | null
        open: boolean
      }
    >`
      select epoch, root, is_own, posted_at, state, looked_at, leaves, source, why, ended_at is null as open
      from gesim.watcher_roots where posted_at is not null order by epoch desc limit ${limit}`.execute(db),
    sql<
      Pick<ActRow, 'key' | 'kind' | 'book' | 'code' | 'why'> & {
        epoch: bigint | null
        state: 'open' | 'done' | 'failed'
        bond_micros: bigint
        tries: number
        made_at: Date
        done_at: Date | null
      }
    >`
      select key, kind, epoch, book, code, state, bond_micros, tries, why, made_at, done_at
      from gesim.watcher_acts order by made_at desc limit ${limit}`.execute(db),
    bondsSince(db, times.nowMs),
  ])
  const sums = totals.rows[0]!
  const left = times.dailyMicros > bonds ? times.dailyMicros - bonds : 0n
  return {
    totals: {
      checked: Number(sums.checked),
      wrong: Number(sums.wrong),
      hidden: Number(sums.hidden),
      proven: Number(sums.proven),
      openDemands: Number(sums.demands),
      bondsMicros: bonds.toString(),
      leftTodayMicros: left.toString(),
    },
    roots: roots.rows.map(({ epoch, root, is_own, posted_at, state, leaves, source, why, open }) => ({
      epoch: Number(epoch),
      root,
      own: is_own,
      state,
      postedAt: Number(posted_at),
      leaves,
      source,
      why,
      open,
    })),
    acts: acts.rows.map(
      ({ key, kind, code, epoch, book, state, bond_micros, tries, why, made_at, done_at }) => ({
        key,
        kind,
        code,
        epoch: epoch === null ? null : Number(epoch),
        book,
        state,
        bondMicros: bond_micros.toString(),
        tries,
        why,
        atMs: made_at.getTime(),
        doneAtMs: done_at?.getTime() ?? null,
      }),
    ),
  }
}
