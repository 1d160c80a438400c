import type { Clock, SettingsOf } from '@gesim/base'
import type { JourneyEventOf, Running, StageContext, Store, Tx } from '@gesim/store'
import { cohortOf, DEFAULT_ANOMALY_RULES, judgeRate, logRate } from './anomaly.ts'
import { advisePrewarm, HOUR_SECONDS, HOURS_PER_WEEK, withQuietHours } from './prewarm.ts'
import type { advisorSettings } from './settings.ts'
import * as table from './table.ts'

/** Version of the rules; kept with each decision. */
const RULES_VERSION = 1

type Settings = SettingsOf<typeof advisorSettings>

const KINDS = ['switch.decided', 'profile.ordered', 'usage.recorded'] as const
type Heard = JourneyEventOf<(typeof KINDS)[number]>

/** Starts the stage: it listens, flags what is unlike the rest, and says how many profiles the next hour will want. */
export async function start(context: StageContext<typeof advisorSettings>): Promise<Running> {
  const { store, settings, clock } = context
  const follower = store.follow({ reader: 'advisor', kinds: KINDS }, (event, tx) =>
    hear(store, settings, event, tx),
  )
  const forecaster = store.schedule('advisor.prewarm', settings.prewarmEverySeconds, (tx) =>
    forecast(store, settings, clock, tx),
  )
  return {
    async stop() {
      await Promise.all([follower.stop(), forecaster.stop()])
    },
  }
}

async function hear(store: Store, settings: Settings, event: Heard, tx: Tx): Promise<void> {
  if (event.kind === 'switch.decided') {
    const { book, reason, scores } = event.body
    await table.keepDecision(tx, {
      kind: 'switch',
      rulesVersion: event.version,
      intentId: event.intentId,
      book,
      choice: book === null ? 'no carrier is left' : `carrier ${book}`,
      why: reason,
      scores,
      inputs: { scores },
    })
  } else if (event.kind === 'profile.ordered') {
    const hour = Math.floor(event.atMs / 1000 / HOUR_SECONDS) * HOUR_SECONDS
    await table.countOrder(tx, event.body.book, hour)
  } else {
    await weighUsage(store, settings, event, tx)
  }
}

/** Compares the rate since the last record with the other rates of the carrier. Flags an intent once. */
async function weighUsage(
  store: Store,
  settings: Settings,
  event: JourneyEventOf<'usage.recorded'>,
  tx: Tx,
): Promise<void> {
  if (event.intentId === null) return
  const { book, seq, asOf } = event.body
  const bytes = BigInt(event.body.billableBytes)
  const before = await table.lastUsage(tx, event.intentId)
  // Late or equal records say nothing of a rate.
  if (before && (BigInt(asOf) <= before.as_of || bytes < before.bytes)) return
  let flagged = before?.flagged ?? false
  if (before) {
    const step = { bytes: bytes - before.bytes, seconds: asOf - Number(before.as_of) }
    const rate = logRate(step)
    const rates = await table.ratesOf(tx, book, settings.cohortSize)
    const rules = { ...DEFAULT_ANOMALY_RULES, falseAlarms: settings.falseAlarms }
    const cohort = cohortOf(rates, rules)
    const verdict = judgeRate(rate, cohort, rules)
    if (verdict.flagged && !flagged) {
      flagged = true
      const { score, threshold, why } = verdict
      await table.keepDecision(tx, {
        kind: 'anomaly',
        rulesVersion: RULES_VERSION,
        intentId: event.intentId,
        book,
        choice: 'look at it',
        why,
        inputs: { rate, rates },
      })
      await store.append(tx, 'anomaly.flagged', event.intentId, { score, threshold, why })
    }
    await table.addRate(tx, book, rate, settings.cohortSize)
  }
  await table.keepUsage(tx, event.intentId, { book, seq, bytes, asOf, flagged })
}

/** Advises for the next hour, each carrier that ever got an order. */
async function forecast(store: Store, settings: Settings, clock: Clock, tx: Tx): Promise<void> {
  const thisHour = Math.floor(clock.nowMs() / 1000 / HOUR_SECONDS) * HOUR_SECONDS
  const nextHour = thisHour + HOUR_SECONDS
  for (const book of await table.booksWithOrders(tx)) {
    const orders = await table.ordersOf(tx, book, nextHour - 8 * HOURS_PER_WEEK * HOUR_SECONDS)
    // The running hour counts once it has an order: it can only grow, so it never makes the advice too small.
    const history = withQuietHours(orders, orders.some((row) => row.hour === thisHour) ? nextHour : thisHour)
    const costs = { tooFew: settings.tooFewCost, tooMany: settings.tooManyCost }
    const advice = advisePrewarm(history, nextHour, costs)
    if (!(await table.keepPrewarm(tx, book, nextHour, advice.count))) continue
    const { hour, count, quantile, why } = advice
    await table.keepDecision(tx, {
      kind: 'prewarm',
      rulesVersion: RULES_VERSION,
      intentId: null,
      book,
      choice: count === 1 ? '1 profile' : `${count} profiles`,
      why,
      inputs: { history, costs },
    })
    await store.append(tx, 'prewarm.advised', null, {
      book,
      profileType: settings.profileType,
      hour,
      count,
      quantile,
      why,
    })
  }
}
