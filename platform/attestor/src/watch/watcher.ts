import { type Clock, Failure, kindOf, type Log, type SettingsOf, sleepMs } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Domain } from '@gesim/proofs'
import type { JourneyEventOf, Running, Store, Tx } from '@gesim/store'
import { metrics } from '@opentelemetry/api'
import { sql } from 'kysely'
import { BOND_MICROS, collectAll, moveActs } from './acts.ts'
import { Alone } from './alone.ts'
import { calls } from './calls.ts'
import { decideRoot } from './decide.ts'
import type { Finding } from './inspect.ts'
import { type Look, Looker } from './look.ts'
import type { Call, PostedRoot, TreeSource, WatchChain } from './ports.ts'
import type { watcherSettings } from './settings.ts'
import {
  type ActRow,
  bondsSince,
  demandsOf,
  endRoot,
  hasOpenActs,
  openAct,
  openActs,
  openRoots,
  type RootRow,
  saveLook,
  saveOpened,
  saveOwn,
  savePostedRoot,
  saveRefused,
} from './table.ts'

const KINDS = ['epoch.closed', 'root.posted', 'demand.opened', 'transaction.refused'] as const
type Event = JourneyEventOf<(typeof KINDS)[number]>

const meter = metrics.getMeter('gesim.watcher')
const rootsCount = meter.createCounter('gesim_watcher_roots_total')
const actsCount = meter.createCounter('gesim_watcher_acts_total')

const ACT_KEY = /^watch\.wanted:(.+):\d+$/
const NO_FAULT = '0x00000000'
/** A slash may follow a fault so many slow windows after the root's own; what the chain refused all that time ends. */
const SLASH_WINDOWS = 2
/** A root whose data was not there is looked for again so often, at least. */
const RELOOK_POLLS = 3

interface Parts {
  store: Store
  chain: WatchChain
  sources: readonly TreeSource[]
  domain: Domain
  payOnUsage: Hex
  clock: Clock
  log: Log
  settings: SettingsOf<typeof watcherSettings>
}

/**
 * Watches every root that is posted, whoever posted it: recomputes it, proves what is false in it while there is time,
 * demands what is hidden, and brings home what came of it. Every state is a row and every step one commit under a lock that
 * one process holds; what is sent is wished for once and sent by the relayer.
 */
export class Watcher {
  readonly #parts: Parts
  readonly #looker: Looker
  readonly #alone: Alone
  /** Calls of open acts; after a restart their roots are looked at again. */
  readonly #calls = new Map<string, Call>()
  readonly #followed = new Set<string>()
  #complained = ''

  constructor(parts: Parts) {
    this.#parts = parts
    this.#looker = new Looker(parts)
    this.#alone = new Alone(parts.log)
  }

  start(): Running {
    const ending = new AbortController()
    const follower = this.follow()
    const loop = this.#loop(ending.signal)
    return {
      stop: async () => {
        ending.abort()
        await follower.stop()
        await loop
      },
    }
  }

  /** Follows the journal only. */
  follow(): Running {
    return this.#parts.store.follow({ reader: 'watcher', kinds: KINDS }, (event, tx) =>
      onEvent(event, tx, this.#parts.settings.challenger),
    )
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { log, settings } = this.#parts
    while (!signal.aborted) {
      try {
        await this.step()
        this.#complained = ''
      } catch (error) {
        const code = error instanceof Failure ? error.code : String(error)
        const level = kindOf(error) === 'unreachable' ? 'warn' : 'error'
        // Once for a lasting cause.
        if (code !== this.#complained) log[level]('the watcher waits', { code, error })
        this.#complained = code
      }
      await sleepMs(settings.pollMs, signal).catch(() => {})
    }
  }

  /** Looks once at everything that could be next. One process of all does it at a time. */
  async step(): Promise<void> {
    await this.#parts.store.db.connection().execute(async (connection) => {
      const { rows } = await sql<{ mine: boolean }>`
        select pg_try_advisory_lock(hashtextextended('gesim.watcher', 0)) as mine`.execute(connection)
      if (!rows[0]!.mine) return
      try {
        await this.#stepAll()
      } finally {
        await sql`select pg_advisory_unlock(hashtextextended('gesim.watcher', 0))`.execute(connection)
      }
    })
  }

  async #stepAll(): Promise<void> {
    const { store, chain, clock } = this.#parts
    const roots = await openRoots(store.db)
    const acts = await openActs(store.db)
    if (roots.length === 0 && acts.length === 0) return
    const { slowSeconds } = await chain.parameters()
    const nowSeconds = (await chain.head()).timestamp
    for (const row of roots)
      await this.#alone.take(`root ${row.epoch} ${row.root}`, () =>
        this.#moveRoot(row, { nowSeconds, slowSeconds }),
      )
    const until = new Map(roots.map((row) => [row.root, row.posted_at + slowSeconds]))
    await this.#alone.take('collect', () => collectAll(this.#parts))
    await moveActs(
      {
        ...this.#parts,
        alone: this.#alone,
        callOf: (act) => this.#calls.get(act.key) ?? null,
        untilOf: (act) => {
          if (act.kind !== 'proof' && act.kind !== 'demand' && act.kind !== 'slash') return null
          const closes = until.get(act.root!) ?? nowSeconds
          return act.kind === 'slash' ? closes + SLASH_WINDOWS * slowSeconds : closes
        },
        onEnd: (act, outcome) => {
          this.#calls.delete(act.key)
          actsCount.add(1, { kind: act.kind, outcome })
        },
      },
      clock.nowMs(),
    )
  }

  async #moveRoot(row: RootRow, times: { nowSeconds: number; slowSeconds: number }): Promise<void> {
    const { store, chain, clock, settings } = this.#parts
    const isOver = times.nowSeconds >= row.posted_at + times.slowSeconds
    const isQuiet = row.state === 'honest' && !(await hasOpenActs(store.db, row))
    // Nothing more to learn about it until its time is over.
    if (isQuiet && !isOver) return
    // Posted long before there was a watcher.
    if (isOver && row.state === 'new') return await endRoot(store.db, row, clock.nowMs())
    await this.#followUp(row)
    const posted = await chain.rootOf(row.epoch)
    const nowMs = clock.nowMs()
    const [demands, bonds] = [await demandsOf(store.db, row), await bondsSince(store.db, nowMs)]
    const step = decideRoot({
      ...times,
      postedAt: row.posted_at,
      dueSeconds: settings.dueSeconds,
      isOnChain: posted?.root.toLowerCase() === row.root,
      wasLooked: await this.#isLooked(row, nowMs),
      isHidden: row.state === 'hidden',
      isOwn: row.is_own,
      openDemands: demands.open,
      demandsMade: demands.made,
      mostDemands: settings.demandsPerRoot,
      bondMicros: BOND_MICROS,
      leftTodayMicros: settings.challenger === null ? 0n : BigInt(settings.dailyMicros) - bonds,
    })
    if (step === 'look') await this.#look(row, posted!, nowMs)
    if (step === 'demand') await this.#demandHidden(row, demands.made)
    if (step === 'wait') await this.#findAgain(row)
    if (step === 'end' && !(await hasOpenActs(store.db, row))) await endRoot(store.db, row, nowMs)
  }

  /** Whether the last look still holds: hidden data may have come, and calls must be known. */
  async #isLooked(row: RootRow, nowMs: number): Promise<boolean> {
    if (row.looked_at === null) return false
    if (row.state === 'hidden')
      return nowMs < row.looked_at.getTime() + RELOOK_POLLS * this.#parts.settings.pollMs
    const open = await openActs(this.#parts.store.db)
    return open.every((act) => act.root !== row.root || !needsLook(act) || this.#calls.has(act.key))
  }

  async #look(row: RootRow, posted: PostedRoot, nowMs: number): Promise<void> {
    const { store } = this.#parts
    const look = await this.#looker.look(row, posted)
    const why = look.findings.map(({ code, book }) => `${code} in book ${book}`).join(', ') || null
    for (const finding of look.findings) await this.#openFor(row, finding, nowMs)
    for (const [one, other] of look.equivocations) {
      const key = `proof:F6:${row.epoch}:${one.attestor}`
      if (!(await this.#isWorth(key, one.attestor))) continue
      this.#calls.set(key, calls.equivocation(one, other))
      await openAct(store.db, { key, kind: 'proof', epoch: row.epoch, root: row.root, book: 0, code: 'F6' })
    }
    // A look for the calls alone, after the book was frozen, finds nothing more: the root stays what it was.
    if (row.state !== 'false') await saveLook(store.db, row, { ...look, why, atMs: nowMs })
    if (look.state === row.state && row.looked_at !== null) return
    rootsCount.add(1, { state: look.state })
    this.#tell(row, look, why)
  }

  #tell(row: RootRow, look: Look, why: string | null): void {
    const { log } = this.#parts
    const { epoch } = row
    if (look.state === 'honest') log.info('a root was recomputed', { epoch, count: look.leaves })
    if (look.state === 'false') log.error('a root has a fault', { code: 'watcher.fault-found', epoch, why })
    if (look.state !== 'hidden') return
    const code = row.is_own ? 'watcher.own-data-hidden' : 'watcher.data-hidden'
    log.error('the data of a root is not there', { code, epoch })
  }

  /** Opens what a finding asks for: a proof, or, if the budget allows, a demand for records. */
  async #openFor(row: RootRow, { code, book, call }: Finding, nowMs: number): Promise<void> {
    const { store, settings } = this.#parts
    const { epoch, root } = row
    if (code !== 'C2') {
      const key = `proof:${epoch}:${root}:${book}`
      this.#calls.set(key, call)
      await openAct(store.db, { key, kind: 'proof', epoch, root, book, code })
      return
    }
    const key = `demand:${epoch}:${root}:${book}:records`
    const left = BigInt(settings.dailyMicros) - (await bondsSince(store.db, nowMs))
    const isKnown = (await openActs(store.db)).some((act) => act.key === key)
    if (row.is_own || settings.challenger === null || (left < BOND_MICROS && !isKnown)) return
    this.#calls.set(key, call)
    await openAct(store.db, { key, kind: 'demand', epoch, root, book, code }, BOND_MICROS)
  }

  async #demandHidden(row: RootRow, made: number): Promise<void> {
    const { epoch, root } = row
    const finding = await this.#looker.hiddenLeaf(epoch, made)
    if (finding === null) return
    const key = `demand:${epoch}:${root}:${made}`
    this.#calls.set(key, finding.call)
    const act = { key, kind: 'demand', epoch, root, book: finding.book, code: 'C1' } as const
    await openAct(this.#parts.store.db, act, BOND_MICROS)
  }

  /** After a restart: what a demand that is not on chain yet asks for is found again. */
  async #findAgain(row: RootRow): Promise<void> {
    for (const act of await openActs(this.#parts.store.db)) {
      if (act.root !== row.root || act.code !== 'C1' || act.kind !== 'demand' || this.#calls.has(act.key))
        continue
      const finding = await this.#looker.hiddenLeaf(row.epoch, Number(act.key.split(':').at(-1)))
      if (finding?.book === act.book) this.#calls.set(act.key, finding.call)
    }
  }

  /** After a fault is proven, whoever proved it: everybody who signed the root is slashed, each once. */
  async #followUp(row: RootRow): Promise<void> {
    const { store, chain } = this.#parts
    const { epoch, root } = row
    const fault = await chain.faultOf(epoch, root)
    // A graver fault that is proven later takes the difference.
    const name = `${epoch}:${root}:${fault.bps}`
    if (fault.code === NO_FAULT || this.#followed.has(name)) return
    for (const signed of await chain.signedOf(epoch)) {
      if (signed.root.toLowerCase() !== root) continue
      const key = `slash:${name}:${signed.attestor}`
      if (!(await this.#isWorth(key, signed.attestor))) continue
      this.#calls.set(key, calls.slash(signed))
      const book = await this.#bookOf(row)
      await openAct(store.db, { key, kind: 'slash', epoch, root, book })
    }
    this.#followed.add(name)
  }

  /** Anybody can sign anything: only who has something to lose is worth a transaction. What is begun is finished. */
  async #isWorth(key: string, attestor: Hex): Promise<boolean> {
    const { store, chain } = this.#parts
    if ((await chain.slashableOf(attestor)) > 0n) return true
    return (await openActs(store.db)).some((act) => act.key === key)
  }

  /** The book that a proof or demand of ours was about; 0 where others proved it. */
  async #bookOf({ epoch, root }: RootRow): Promise<number> {
    const { rows } = await sql<{ book: number }>`select book from gesim.watcher_acts
      where epoch = ${epoch} and root = ${root} and book > 0 order by made_at limit 1`.execute(
      this.#parts.store.db,
    )
    return rows[0]?.book ?? 0
  }
}

const needsLook = (act: ActRow) => act.kind === 'proof' || (act.kind === 'demand' && act.code === 'C2')

async function onEvent(event: Event, tx: Tx, challenger: Hex | null): Promise<void> {
  switch (event.kind) {
    case 'epoch.closed':
      return await saveOwn(tx, event.body)
    case 'root.posted':
      return await savePostedRoot(tx, event.body)
    case 'demand.opened':
      // Another's demand is ended by whoever made it.
      if (event.body.demand.challenger.toLowerCase() !== challenger) return
      return await saveOpened(tx, event.body)
    case 'transaction.refused': {
      const key = ACT_KEY.exec(event.body.key)?.[1]
      if (key !== undefined) await saveRefused(tx, key, event.body.why)
    }
  }
}
