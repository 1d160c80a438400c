import { broken, type Log, minBigint } from '@gesim/base'
import type { EventBody, JourneyEvent } from '@gesim/journey'
import { chargeMicros, evidenceOf, termsFromJson, ZERO_HASH } from '@gesim/proofs'
import type { Running, Store, Tx } from '@gesim/store'
import {
  onActivated,
  onCharged,
  onClosed,
  onFunded,
  onGas,
  onPaid,
  onRefunded,
  onRelayerPaid,
  onSwept,
  type Transfer,
} from './decide.ts'
import {
  type IntentRow,
  purseOf,
  readIntent,
  readTransfers,
  writeEpoch,
  writeIntent,
  writeRate,
  writeTransfers,
} from './table.ts'

const KINDS = [
  'activation.wanted',
  'intent.funded',
  'intent.activated',
  'intent.refunded',
  'intent.closed',
  'usage.recorded',
  'payout.claimed',
  'voucher.released',
  'fees.swept',
  'gas.charged',
  'relayer.paid',
  'root.posted',
  'rate.updated',
  'chain.undone',
] as const
type Kind = (typeof KINDS)[number]
type Event = { [K in Kind]: JourneyEvent<K> }[Kind]

/** Billing: usage to charges, and every movement of money to the ledger. */
export function startBilling(store: Store, log: Log): Running {
  return store.follow({ reader: 'billing', kinds: KINDS }, (event, tx) =>
    take(store, log, event as Event, tx),
  )
}

async function take(store: Store, log: Log, event: Event, tx: Tx): Promise<void> {
  switch (event.kind) {
    case 'activation.wanted':
      return await onPapers(event, tx)
    case 'intent.funded':
    case 'intent.refunded':
    case 'intent.closed':
      return await onMoney(event, tx)
    case 'intent.activated':
      return await onOpened(store, event, tx)
    case 'usage.recorded':
      return await onUsage(store, event, tx)
    case 'payout.claimed': {
      const { book, grossMicros, feeMicros } = event.body
      return await post(event, onPaid(book, BigInt(grossMicros), BigInt(feeMicros)), tx)
    }
    case 'voucher.released': {
      // The carrier was paid for a voucher before any root said so.
      const { book, paidMicros, feeMicros } = event.body
      return await post(event, onPaid(book, BigInt(paidMicros), BigInt(feeMicros)), tx)
    }
    case 'fees.swept':
      return await post(event, onSwept(event.body.source, BigInt(event.body.amountMicros)), tx)
    case 'gas.charged':
      return await post(event, onGas(BigInt(event.body.costMicros), BigInt(event.body.marginMicros)), tx)
    case 'relayer.paid':
      return await post(event, onRelayerPaid(BigInt(event.body.amountMicros)), tx)
    case 'root.posted':
      return await writeEpoch(tx, event.body)
    case 'chain.undone':
      return await onUndone(event, tx)
    case 'rate.updated':
      return await writeRate(tx, event.body.pair, event.body.rate, event.body.updatedAt)
    default:
      log.warn('an event that billing does not know', { event: (event as JourneyEvent).kind })
  }
}

/** The signed terms come with the wish to activate; a later wish for another carrier replaces the receipt. */
async function onPapers(event: JourneyEvent<'activation.wanted'>, tx: Tx): Promise<void> {
  const row = await readIntent(tx, event.intentId!)
  if (row.activated_at !== null) return
  row.terms = event.body.terms
  row.receipt_digest = event.body.consent.receiptDigest
  await writeIntent(tx, row)
}

async function onMoney(
  event: JourneyEvent<'intent.funded'> | JourneyEvent<'intent.refunded'> | JourneyEvent<'intent.closed'>,
  tx: Tx,
): Promise<void> {
  const row = await readIntent(tx, event.intentId!)
  let transfers: Transfer[]
  if (event.kind === 'intent.funded') {
    const funded = BigInt(event.body.fundedMicros)
    transfers = onFunded(purseOf(row), funded)
    row.payer = event.body.payer
    row.funded_micros = funded
  } else if (event.kind === 'intent.refunded') {
    transfers = onRefunded(BigInt(event.body.refundedMicros))
    row.closed = 'refunded'
  } else {
    const charged = BigInt(event.body.chargedMicros)
    transfers = onClosed(purseOf(row), charged, BigInt(event.body.refundedMicros))
    row.charged_micros = charged
    row.co_signed_micros = minBigint(row.co_signed_micros, charged)
    row.closed = 'closed'
  }
  await writeIntent(tx, row)
  await post(event, transfers, tx)
}

/** The activation fee is earned at once: a prepaid plan is charged in full here. */
async function onOpened(store: Store, event: JourneyEvent<'intent.activated'>, tx: Tx): Promise<void> {
  const row = await readIntent(tx, event.intentId!)
  const opening = onActivated(purseOf(row), event.body.book)
  row.book = event.body.book
  row.activated_at = BigInt(event.body.activatedAt)
  const evidence = evidenceOf(ZERO_HASH, ZERO_HASH, row.receipt_digest ?? ZERO_HASH)
  const none = { billableBytes: '0', coSignedBytes: '0', seq: 0, evidence, final: false }
  await charge(store, event, row, none, opening, tx)
}

async function onUsage(store: Store, event: JourneyEvent<'usage.recorded'>, tx: Tx): Promise<void> {
  const row = await readIntent(tx, event.intentId!)
  // What closed on chain is charged there: nothing can be added.
  if (row.closed !== null) return
  await charge(store, event, row, event.body, [], tx)
}

/**
 * The chain took an event back: what it moved goes back the same way, and the intent stands as before it. The charge
 * of an activation that is gone goes with it; what was charged since cannot be there without an activation.
 */
async function onUndone(event: JourneyEvent<'chain.undone'>, tx: Tx): Promise<void> {
  const undone = await readTransfers(tx, BigInt(event.body.seq))
  await post(
    event,
    undone.map(({ from, to, amountMicros, why }) => ({
      from: to,
      to: from,
      amountMicros,
      why: `undone: ${why}`,
    })),
    tx,
  )
  if (event.intentId === null) return
  const row = await readIntent(tx, event.intentId)
  const funded = undone.find((one) => one.why === 'funded')
  if (funded) row.funded_micros -= funded.amountMicros
  if (event.body.event === 'intent.activated')
    Object.assign(row, { activated_at: null, book: null, charged_micros: 0n, co_signed_micros: 0n })
  if (event.body.event === 'intent.closed' || event.body.event === 'intent.refunded') row.closed = null
  await writeIntent(tx, row)
}

async function charge(
  store: Store,
  event: Event,
  row: IntentRow,
  usage: Pick<EventBody<'usage.recorded'>, 'billableBytes' | 'coSignedBytes' | 'seq' | 'evidence' | 'final'>,
  before: readonly Transfer[],
  tx: Tx,
): Promise<void> {
  if (row.terms === null || row.book === null)
    throw broken('billing.no-terms', { intentId: row.intent_id, event: event.kind })
  const terms = termsFromJson(row.terms)
  const amountMicros = chargeMicros(terms, BigInt(usage.billableBytes), true, row.funded_micros)
  const coSignedMicros = minBigint(
    chargeMicros(terms, BigInt(usage.coSignedBytes), true, row.funded_micros),
    amountMicros,
  )
  const transfers = [...before, ...onCharged(purseOf(row), amountMicros, usage.final)]
  row.charged_micros = amountMicros
  row.co_signed_micros = coSignedMicros
  row.used_bytes = BigInt(usage.billableBytes)
  row.seq = BigInt(usage.seq)
  row.evidence = usage.evidence
  row.final ||= usage.final
  await writeIntent(tx, row)
  await post(event, transfers, tx)
  await store.append(tx, 'charge.posted', row.intent_id, {
    book: row.book,
    amountMicros: amountMicros.toString(),
    coSignedMicros: coSignedMicros.toString(),
    bytesUsed: usage.billableBytes,
    seq: usage.seq,
    evidence: usage.evidence,
    final: row.final,
  })
}

async function post(event: Event, transfers: readonly Transfer[], tx: Tx): Promise<void> {
  const txHash = 'txHash' in event.body ? event.body.txHash : undefined
  const cause = { seq: event.seq, atMs: event.atMs, intentId: event.intentId }
  await writeTransfers(tx, txHash === undefined ? cause : { ...cause, txHash }, transfers)
}
