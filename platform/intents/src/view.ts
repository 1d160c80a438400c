import { type FailureCatalogue, maxBigint, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { termsFromJson } from '@gesim/proofs'
import type { Store } from '@gesim/store'
import type { Intent, TimelineEntry, Usage } from '@gesim/wire'
import { sql } from 'kysely'
import { intentsFailures } from './failures.ts'
import type { Present } from './switching.ts'
import { type IntentRow, type StepRow, stepsOf } from './table.ts'

const TEXTS: FailureCatalogue = intentsFailures

/** Purchases as a traveller sees them. */
export async function viewIntents(store: Store, rows: readonly IntentRow[]): Promise<Intent[]> {
  const ids = rows.map((row) => row.intent_id)
  const steps = await stepsOf(store.db, ids)
  const paired = await pairedOf(store, ids)
  const ordered = await orderedOf(store, rows)
  return rows.map((row) =>
    viewIntent(
      row,
      steps.filter((step) => step.intent_id === row.intent_id),
      paired.get(row.intent_id) ?? { paired: false, bound: false },
      ordered.get(row.renewal_id ?? ''),
    ),
  )
}

async function pairedOf(
  store: Store,
  ids: readonly Hex[],
): Promise<Map<Hex, { paired: boolean; bound: boolean }>> {
  const { rows } = await sql<{ intent_id: Hex; bound: boolean }>`
    select intent_id, bool_or(payer_signature is not null) as bound from gesim.intents_devices
    where intent_id = any(${ids as Hex[]}::text[]) group by intent_id`.execute(store.db)
  return new Map(rows.map((row) => [row.intent_id, { paired: true, bound: row.bound }]))
}

/** When the orders were given that bought some of the purchases by themselves. */
async function orderedOf(store: Store, rows: readonly IntentRow[]): Promise<Map<string, number>> {
  const ids = rows.flatMap((row) => row.renewal_id ?? [])
  if (ids.length === 0) return new Map()
  const found = await sql<{ renewal_id: string; created_at: Date }>`select renewal_id, created_at
    from gesim.intents_renewals where renewal_id = any(${ids}::text[])`.execute(store.db)
  return new Map(found.rows.map((row) => [row.renewal_id, row.created_at.getTime()]))
}

/** One purchase from its rows. Pure. */
function viewIntent(
  row: IntentRow,
  steps: readonly StepRow[],
  device: { paired: boolean; bound: boolean },
  orderedAtMs: number | undefined,
): Intent {
  const failure = row.failure && failureOf(row.failure)
  return {
    intentId: row.intent_id,
    state: row.state,
    plan: row.plan,
    qos: row.qos,
    ...(row.book === null
      ? {}
      : {
          book: row.book,
          carrier: {
            book: row.book,
            why: row.carrier_why ?? '',
            ...(row.carrier_facts ? { facts: row.carrier_facts } : {}),
          },
        }),
    terms: row.terms,
    books: row.books,
    planSalt: row.plan_salt,
    fundedMicros: row.funded_micros,
    chargedMicros: row.charged_micros,
    refundedMicros: row.refunded_micros,
    provisionBy: Number(row.provision_by),
    deadline: Number(row.deadline),
    createdAtMs: row.created_at.getTime(),
    timeline: steps.map(toEntry),
    usage: usageOf(row),
    ...(failure ? { failure } : {}),
    ...(row.receipt_digest ? { receiptDigest: row.receipt_digest } : {}),
    consentWanted: row.state === 'installed' && row.receipt_digest !== null && !device.bound,
    ...(row.renewal_id && orderedAtMs !== undefined
      ? { renewed: { renewalId: row.renewal_id, orderedAtMs } }
      : {}),
    paired: device.paired,
    seq: row.seq.toString(),
  }
}

function toEntry(step: StepRow): TimelineEntry {
  return {
    step: step.step,
    atMs: step.at.getTime(),
    actor: step.actor,
    ...(step.tx_hash ? { txHash: step.tx_hash } : {}),
    ...(step.gas_used ? { gasUsed: step.gas_used } : {}),
    ...(step.note ? { note: step.note } : {}),
  }
}

function usageOf(row: IntentRow): Usage | null {
  const usage = row.usage
  if (!usage) return null
  const device = BigInt(usage.deviceBytes)
  const carrier = BigInt(usage.carrierBytes)
  return {
    bytes: usage.billableBytes,
    amountMicros: row.charged_micros,
    asOfMs: usage.asOf * 1000,
    source: device > 0n && carrier > 0n ? 'co-signed' : carrier > 0n ? 'carrier' : 'device',
    deviceBytes: usage.deviceBytes,
    carrierBytes: usage.carrierBytes,
    seq: usage.seq,
  }
}

/** A failure in words. One that another stage named is told by what it means for the traveller. */
function failureOf(failure: { code: string; note?: string }): Intent['failure'] {
  const text = TEXTS[failure.code as `${string}.${string}`]
  const note = failure.note ? ` (${failure.note})` : ''
  if (text) return { code: failure.code, says: `${text.says}${note}`.slice(0, 400), remedy: text.remedy }
  return {
    code: failure.code,
    says: 'A carrier did not deliver; the next one is being asked. Your money is still held for you.',
    remedy: 'Nothing to do.',
  }
}

const RUNNING = ['funded', 'ordered', 'ready', 'installed', 'active']

/** A purchase as it is compared with other carriers. Throws `intents.over`, `intents.no-network-yet`. */
export function presentOf(row: IntentRow, nowMs: number): Present {
  const { state, book } = row
  if (state !== 'drafted' && !RUNNING.includes(state))
    throw refuse('intents.over', { intentId: row.intent_id, state })
  if (book === null || state === 'drafted')
    throw refuse('intents.no-network-yet', { intentId: row.intent_id })
  const activated = state === 'active'
  return {
    book,
    qos: row.qos,
    tariff: termsFromJson(row.terms),
    installed: activated || state === 'installed',
    activated,
    usedBytes: BigInt(row.usage?.billableBytes ?? '0'),
    fundedMicros: BigInt(row.funded_micros),
    // The fee is earned with the activation, before the first usage is charged.
    chargedMicros: maxBigint(BigInt(row.charged_micros), activated ? BigInt(row.terms.activationFee) : 0n),
    secondsLeft: Math.max(0, Number(row.deadline) - Math.floor(nowMs / 1000)),
  }
}
