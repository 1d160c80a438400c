import type { Clock, SettingsOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db, JourneyEventOf, Running, StageContext, Store, Tx } from '@gesim/store'
import {
  type Candidate,
  chooseCarrier,
  DEFAULT_WEIGHTS,
  decideMove,
  type Move,
  type Serving,
  type Weights,
} from './decide.ts'
import { qosOf, type Sample } from './quality.ts'
import type { smartSwitchSettings } from './settings.ts'
import {
  addSamples,
  dropOldSamples,
  estimatesIn,
  keepDecision,
  keepWish,
  type Wish,
  wishOf,
} from './table.ts'

export type Settings = SettingsOf<typeof smartSwitchSettings>

/** Starts the stage: it answers wishes, and decides again when an order failed. */
export async function start(context: StageContext<typeof smartSwitchSettings>): Promise<Running> {
  const { store, settings } = context
  const follower = store.follow(
    { reader: 'smart-switch', kinds: ['switch.wanted', 'order.failed', 'preference.changed'] },
    (event, tx) =>
      event.kind === 'preference.changed'
        ? noteChange(event, tx)
        : decideOn(store, context.clock, settings, event, tx),
  )
  const cleaner = store.schedule('smart-switch.drop-samples', 3600, (tx) =>
    dropOldSamples(tx, settings.keepSamplesHours),
  )
  return {
    async stop() {
      await Promise.all([follower.stop(), cleaner.stop()])
    },
  }
}

/** What matters most from now on. Nothing is chosen by it alone: the carrier that serves goes on until there is a question. */
async function noteChange(event: JourneyEventOf<'preference.changed'>, tx: Tx): Promise<void> {
  if (event.intentId === null) return
  const wish = await wishOf(tx, event.intentId)
  // Before the first question there is no wish: it comes with that question, which names the preference itself.
  if (wish) await keepWish(tx, event.intentId, { ...wish, qos: event.body.qos })
}

type Asking = JourneyEventOf<'switch.wanted' | 'order.failed'>

async function decideOn(
  store: Store,
  clock: Clock,
  settings: Settings,
  event: Asking,
  tx: Tx,
): Promise<void> {
  const intentId = event.intentId
  if (intentId === null) return
  const before = await wishOf(tx, intentId)
  const wish = wishAfter(before, event)
  if (!wish) return
  const choice = chooseCarrier(
    await candidatesFor(tx, wish.books, wish.region, settings),
    wish.refusedBooks,
    qosOf(wish.qos),
    clock.nowMs(),
    weightsOf(settings),
  )
  await keepWish(tx, intentId, wish)
  await keepDecision(tx, intentId, choice)
  await store.append(tx, 'switch.decided', intentId, {
    book: choice.book,
    reason: choice.reason,
    scores: choice.scores.map((score) => ({ ...score })),
    ...(choice.facts ? { facts: choice.facts } : {}),
  })
}

/**
 * The wish after an event, or undefined when the event asks for nothing: a carrier that was refused already is not
 * refused again, so that a late or repeated failure cannot jump over a carrier that has just been chosen.
 */
function wishAfter(before: Wish | undefined, event: Asking): Wish | undefined {
  if (event.kind === 'switch.wanted') {
    const { planId, country, books, refusedBooks, qos } = event.body
    const refused = new Set([...(before?.refusedBooks ?? []), ...refusedBooks])
    return { planId, region: country, qos, books, refusedBooks: [...refused] }
  }
  if (!before || before.refusedBooks.includes(event.body.book)) return undefined
  return { ...before, refusedBooks: [...before.refusedBooks, event.body.book] }
}

async function candidatesFor(
  db: Db | Tx,
  books: readonly number[],
  region: string,
  settings: Settings,
): Promise<Candidate[]> {
  const estimates = await estimatesIn(db, region)
  return books.map((book) => ({
    book,
    estimate: estimates.get(book),
    pricePerGbMicros: settings.prices.get(book) ?? 0n,
  }))
}

function weightsOf(settings: Settings): Weights {
  return {
    ...DEFAULT_WEIGHTS,
    switchSeconds: settings.switchSeconds,
    horizonSeconds: settings.horizonSeconds,
  }
}

/** Stores a carrier's measurements. Returns how many were new. */
export function takeSamples(store: Store, samples: readonly Sample[]): Promise<number> {
  return store.tx((tx) => addSamples(tx, samples))
}

/** Whether a phone in service should move, from what is measured now. */
export async function adviseMove(
  store: Store,
  settings: Settings,
  question: {
    serving: Serving
    books: readonly number[]
    region: string
    qos: string | undefined
    intentId: Hex | undefined
  },
  nowMs: number,
): Promise<Move> {
  const known = question.qos === undefined && question.intentId
  const qos = known ? (await wishOf(store.db, known))?.qos : question.qos
  const candidates = await candidatesFor(store.db, question.books, question.region, settings)
  return decideMove(question.serving, candidates, qosOf(qos ?? 'balanced'), nowMs, weightsOf(settings))
}
