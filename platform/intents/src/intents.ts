import { type Clock, type Log, refuse, unreachable } from '@gesim/base'
import type { Hex, IntentState } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { type Cause, decide, type Wish } from './decide.ts'
import { noticeOf } from './notices.ts'
import type { IntentsChain } from './ports.ts'
import { notePaid } from './renewals/paid.ts'
import { endRunning, lookAt } from './renewals/table.ts'
import { countPaid } from './spending.ts'
import {
  addMove,
  addStep,
  factsOf,
  findIntent,
  forgetAccount,
  type IntentRow,
  lockIntent,
  saveChanges,
} from './table.ts'

const ENTITLE = 'intents.entitle'
const TIMER = 'intents.timer'

/** The events that move a purchase; `EVENTS` of platform/journey names the same. */
const FOLLOWED = [
  'intent.funded',
  'switch.decided',
  'profile.ordered',
  'order.failed',
  'profile.ready',
  'profile.downloaded',
  'profile.installed',
  'intent.activated',
  'intent.refunded',
  'service.connected',
  'usage.recorded',
  'charge.posted',
  'intent.closed',
  'chain.undone',
  'transaction.refused',
  'account.forgotten',
] as const

interface TimerJob {
  intentId: Hex
  timer: 'timer.lapse' | 'timer.provision' | 'timer.deadline'
}

export interface IntentsOptions {
  readonly store: Store
  readonly chain: IntentsChain
  readonly clock: Clock
  readonly log: Log
}

/** The shell around `decide`: reads the row, decides, writes row, step, move, events, timers in one transaction. */
export function makeIntents(options: IntentsOptions) {
  const { store, clock, log } = options
  const nowSeconds = () => Math.floor(clock.nowMs() / 1000)

  /** Takes a cause in, once. Returns the state after it, or undefined for an unknown intent. */
  async function take(
    tx: Tx,
    intentId: Hex,
    cause: Cause,
    name: string,
    seq: bigint,
    atMs: number,
  ): Promise<IntentState | undefined> {
    const row = await lockIntent(tx, intentId)
    if (!row) return undefined
    const decision = decide(factsOf(row), cause, nowSeconds())
    const to = decision.set.state ?? row.state
    if (!(await addMove(tx, intentId, name, row.state, to))) return row.state
    await saveChanges(tx, intentId, decision.set, seq)
    for (const step of decision.steps ?? []) await addStep(tx, intentId, step, atMs)
    for (const wish of decision.wishes ?? []) await carryOut(tx, row, decision.set.book ?? row.book, wish)
    const about = noticeOf(row, decision.set)
    if (about) await store.append(tx, 'notice.wanted', intentId, { account: row.payer, about })
    if (to !== row.state) log.info('moved', { intentId, from: row.state, to, event: cause.kind, seq })
    return to
  }

  async function carryOut(tx: Tx, row: IntentRow, book: number | null, wish: Wish): Promise<void> {
    const intentId = row.intent_id
    switch (wish.do) {
      case 'check-entitlement':
        return await store.enqueue(tx, ENTITLE, { intentId }, { key: intentId })
      case 'ask-switch':
        await store.append(tx, 'switch.wanted', intentId, {
          planId: row.plan.planId,
          country: row.country,
          books: row.books,
          refusedBooks: row.refused_books,
          qos: row.qos,
        })
        return
      case 'refund':
        await store.append(tx, 'refund.wanted', intentId, { terms: row.terms, why: wish.why })
        return
      case 'end-service':
        await store.append(tx, 'service.ended', intentId, { book: book ?? 0, why: wish.why })
        return
      case 'wait':
        return await wait(tx, intentId, wish.timer, wish.until)
    }
  }

  async function wait(tx: Tx, intentId: Hex, timer: TimerJob['timer'], until: number): Promise<void> {
    await store.enqueue(tx, TIMER, { intentId, timer } satisfies TimerJob, {
      key: `${intentId}:${timer}`,
      startAfterSeconds: Math.max(1, until - nowSeconds()),
    })
  }

  return {
    wait,

    /** Gives up a payment that was signed ahead: the chain was asked, nobody has made it. */
    async lapse(tx: Tx, intentId: Hex): Promise<void> {
      const nowMs = clock.nowMs()
      await take(tx, intentId, { kind: 'unpaid' }, `unpaid:${nowMs}`, 0n, nowMs)
    },

    /** Starts the reader, the workers of timers and of the entitlement check. */
    async start() {
      const follower = store.follow({ reader: 'intents', kinds: FOLLOWED }, async (event, tx) => {
        if (event.kind === 'account.forgotten') return await forgetAccount(tx, event.body.account)
        // A refused transaction names its intent in its key.
        const intentId =
          event.intentId ?? intentOfKey(event.kind === 'transaction.refused' ? event.body.key : '')
        if (!intentId) return
        if (event.kind === 'intent.funded') await notePaid(tx, store, intentId, event.atMs)
        await take(tx, intentId, event as Cause, `event:${event.seq}`, event.seq, event.atMs)
        if (event.kind === 'intent.funded') await countPaid(tx, intentId, event.body.fundedMicros, event.atMs)
        await lookAt(tx, store, intentId)
      })
      const entitle = await store.work<{ intentId: Hex }>(
        ENTITLE,
        async ({ intentId }, tx) => {
          const row = await findIntent(store.db, intentId)
          if (row?.state !== 'funded' || row.switch_wanted) return
          // Asked before anything is written, so that no transaction is held open over the network.
          if (!(await options.chain.isEntitled(row.payer)))
            throw unreachable('intents.not-entitled', { intentId, account: row.payer })
          await take(tx, intentId, { kind: 'entitled' }, 'entitled', 0n, clock.nowMs())
        },
        { concurrency: 2 },
      )
      const timers = await store.work<TimerJob>(TIMER, async ({ intentId, timer }, tx, job) => {
        await take(tx, intentId, { kind: timer }, `${timer}:${job.id}`, 0n, clock.nowMs())
        await lookAt(tx, store, intentId)
      })
      return {
        async stop() {
          await Promise.all([follower.stop(), entitle.stop(), timers.stop()])
        },
      }
    },

    /** The traveller's wish to end the service. Throws `intents.not-active`, `intents.over`. */
    async finish(intentId: Hex): Promise<IntentState> {
      return await store.tx(async (tx) => {
        const row = await lockIntent(tx, intentId)
        if (!row) throw refuse('intents.unknown', { intentId })
        // Asked twice, answered twice the same.
        if (row.state === 'finishing' || row.state === 'settled') return row.state
        if (row.state === 'refunded') throw refuse('intents.over', { intentId, state: row.state })
        if (row.state !== 'active') throw refuse('intents.not-active', { intentId, state: row.state })
        // Who ends a plan early has had enough of it.
        await endRunning(tx, store, { follows: intentId }, 'finished', clock.nowMs())
        return (
          (await take(tx, intentId, { kind: 'wish.finish' }, 'wish.finish', 0n, clock.nowMs())) ?? row.state
        )
      })
    },
  }
}

/** The intent in a relayer's key `<event kind>:<intent id>[:…]`; undefined for keys of epochs and accounts. */
function intentOfKey(key: string): Hex | undefined {
  return /(?:^|:)(0x[0-9a-f]{64})(?::|$)/.exec(key)?.[1] as Hex | undefined
}
