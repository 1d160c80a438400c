import { isFailure, kindOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { JourneyEventOf, Running, StageContext, Tx } from '@gesim/store'
import { decide, type Fact, patienceOf, type Wish } from './decide.ts'
import type { Carrier, OrderReference, Release, Reservation } from './ports.ts'
import { commitIccid, seal, unseal } from './seal.ts'
import type { provisionerSettings } from './settings.ts'
import type { Shared } from './shared.ts'
import type { OrderRow } from './table.ts'
import * as table from './table.ts'
import { takeWarm } from './warm.ts'

/** What is sealed of an order: the carrier's word for the profile, and the traveller's code once there is one. */
interface Secret {
  readonly handle: string
  readonly activationCode?: string
}

const ORDER_QUEUE = 'provisioner.order'
const CANCEL_QUEUE = 'provisioner.cancel'
const KINDS = ['switch.decided', 'intent.activated', 'intent.refunded'] as const

interface OrderJob {
  readonly intentId: Hex
  readonly attempt: number
  /** Calls of this step that were not answered so far. */
  readonly silent: number
}

/** Follows what was decided and what the chain says, and works on orders. */
export async function startOrders(
  context: StageContext<typeof provisionerSettings>,
  shared: Shared,
): Promise<Running> {
  const { store } = context
  await store.tx((tx) => table.keepCarriers(tx, [...shared.carriers.values()]))
  const follower = store.follow({ reader: 'provisioner', kinds: KINDS }, (event, tx) =>
    hear(shared, event, tx),
  )
  const workers = await Promise.all([
    store.work<OrderJob>(ORDER_QUEUE, (job, tx) => workOn(shared, job, tx), { concurrency: 8 }),
    store.work<OrderJob>(CANCEL_QUEUE, (job, tx) => cancel(shared, job, tx), { concurrency: 2 }),
  ])
  return {
    async stop() {
      await Promise.all([follower.stop(), ...workers.map((worker) => worker.stop())])
    },
  }
}

async function hear(shared: Shared, event: JourneyEventOf<(typeof KINDS)[number]>, tx: Tx): Promise<void> {
  const { intentId } = event
  if (intentId === null) return
  if (event.kind === 'switch.decided') return order(shared, intentId, event.body.book, tx)
  if (event.kind === 'intent.refunded') await table.noteRefund(tx, intentId)
  const row = await table.newestOrder(tx, intentId, true)
  if (row) await apply(shared, tx, row, event.kind === 'intent.refunded' ? 'refunded' : 'activated')
}

/** Writes an order down and what shall be done about it; asks nobody yet. */
async function order(shared: Shared, intentId: Hex, book: number | null, tx: Tx): Promise<void> {
  if (book === null || (await table.wasRefunded(tx, intentId))) return
  const before = await table.newestOrder(tx, intentId, true)
  if (before && before.state !== 'failed') return
  const facts = await table.factsOf(tx, intentId)
  if (!facts) return
  const attempt = (before?.attempt ?? 0) + 1
  const giveUpAtMs = shared.clock.nowMs() + shared.settings.orderSeconds * 1000
  await table.addOrder(tx, {
    intentId,
    attempt,
    book,
    planId: facts.plan_id,
    profileType: facts.profile_type,
    giveUpAtMs,
  })
  await shared.store.append(tx, 'profile.ordered', intentId, { book, attempt })
  await enqueueOrder(shared, tx, { intentId, attempt, silent: 0 })
}

function enqueueOrder(shared: Shared, tx: Tx, job: OrderJob, afterMs = 0): Promise<void> {
  return shared.store.enqueue(tx, ORDER_QUEUE, job, {
    key: `${job.intentId}:${job.attempt}`,
    ...(afterMs > 0 ? { startAfterSeconds: afterMs / 1000 } : {}),
  })
}

/**
 * One step of an order: asks the carrier first, then writes. The row is locked only for writing: what happened
 * meanwhile (a refund, say) decides then what the answer means.
 */
async function workOn(shared: Shared, job: OrderJob, tx: Tx): Promise<void> {
  const before = await table.orderOf(tx, job.intentId, job.attempt)
  if (!before || (before.state !== 'ordering' && before.state !== 'reserved')) return
  const nowMs = shared.clock.nowMs()
  if (nowMs >= before.give_up_at.getTime()) return settle('out-of-time', 'provisioner.carrier-silent')
  const carrier = shared.carriers.get(before.book)
  if (!carrier) return settle('carrier-refused', 'provisioner.no-such-carrier')
  try {
    if (before.state === 'ordering') {
      const warm = await takeWarm(shared, tx, before)
      if (warm) return settle('reserved', undefined, { handle: warm.handle }, warm.iccid)
      const { handle, iccid } = await carrier.reserve(referenceOf(before))
      return settle('reserved', undefined, { handle }, iccid)
    }
    const { handle } = secretOf(shared, before)
    const release = await confirmOrReplace(carrier, before, handle)
    if ('replaced' in release)
      return settle('reserved', undefined, { handle: release.replaced.handle }, release.replaced.iccid)
    const { activationCode } = release
    return settle('confirmed', undefined, { handle: release.handle, activationCode }, release.iccid)
  } catch (error) {
    const code = isFailure(error) ? error.code : 'provisioner.carrier-refused'
    shared.log.warn('a carrier did not deliver', { intentId: job.intentId, book: before.book, code, error })
    if (kindOf(error) !== 'unreachable') return settle('carrier-refused', code)
    const silent = job.silent + 1
    const patience = patienceOf(silent, shared.clock.nowMs(), before.give_up_at.getTime())
    if (!patience.again) return settle('out-of-time', code)
    return enqueueOrder(shared, tx, { ...job, silent }, patience.afterMs)
  }

  async function settle(fact: Fact, code?: string, secret?: Secret, iccid?: string): Promise<void> {
    const row = await table.orderOf(tx, job.intentId, job.attempt, true)
    if (row) await apply(shared, tx, row, fact, { code, secret, iccid })
  }
}

/**
 * Confirms a profile. One that was reserved ahead of demand may be gone by now: then a fresh one is reserved for the order
 * itself. The same one again would be the carrier's contradiction, so its refusal stands.
 */
async function confirmOrReplace(
  carrier: Carrier,
  row: OrderRow,
  handle: string,
): Promise<Release | { readonly replaced: Reservation }> {
  try {
    return await carrier.confirm(referenceOf(row), { handle })
  } catch (error) {
    if (!isFailure(error, 'provisioner.profile-gone')) throw error
    const replaced = await carrier.reserve(referenceOf(row))
    if (replaced.handle === handle) throw error
    return { replaced }
  }
}

export interface Found {
  readonly code?: string | undefined
  readonly secret?: Secret | undefined
  readonly iccid?: string | undefined
}

/** Applies a fact to an order that this transaction has locked: the row, its events and its jobs commit together. */
export async function apply(
  shared: Shared,
  tx: Tx,
  row: OrderRow,
  fact: Fact,
  found: Found = {},
): Promise<boolean> {
  const move = decide(row.state, fact)
  if (!move) return false
  const { wishes } = move
  const keep = found.secret
    ? seal(shared.settings.sealingKeys, row.intent_id, JSON.stringify(found.secret))
    : undefined
  const cancelled = wishes.includes('cancel')
  // What can still be cancelled needs the handle; it is forgotten when the carrier has answered.
  const forget = wishes.includes('forget-code') && !cancelled
  await table.changeOrder(tx, row, {
    state: move.to,
    ...(found.code ? { code: found.code } : {}),
    ...(forget ? { sealed: null } : keep ? { sealed: keep } : {}),
    ...(found.iccid ? { iccidCommit: commitIccid(shared.settings.commitmentKey, found.iccid) } : {}),
    ...(cancelled ? { cancel: 'wanted' as const } : {}),
  })
  for (const wish of wishes) await grant(shared, tx, row, wish, found)
  return true
}

async function grant(shared: Shared, tx: Tx, row: OrderRow, wish: Wish, found: Found): Promise<void> {
  const { intent_id: intentId, book, attempt } = row
  const { store } = shared
  if (wish === 'confirm') await enqueueOrder(shared, tx, { intentId, attempt, silent: 0 })
  else if (wish === 'cancel')
    await store.enqueue(tx, CANCEL_QUEUE, { intentId, attempt, silent: 0 }, { key: `${intentId}:${attempt}` })
  else if (wish === 'say-ready') await store.append(tx, 'profile.ready', intentId, { book, attempt })
  else if (wish === 'say-downloaded') await store.append(tx, 'profile.downloaded', intentId, { book })
  else if (wish === 'say-failed') {
    const code = found.code ?? row.code ?? 'provisioner.carrier-silent'
    await store.append(tx, 'order.failed', intentId, { book, attempt, code })
  }
  // `say-installed` and `say-activation` carry what only the receipt and the consent know: said where they are stored.
}

/**
 * Gives an order back. Where the carrier never answered, its answer is not known: the same call, which is idempotent,
 * learns the profile first, so that nothing stays reserved for a purchase that went elsewhere.
 */
async function cancel(shared: Shared, job: OrderJob, tx: Tx): Promise<void> {
  const row = await table.orderOf(tx, job.intentId, job.attempt)
  if (row?.cancel !== 'wanted') return
  const carrier = shared.carriers.get(row.book)
  let result: OrderRow['cancel'] = 'done'
  if (!carrier) result = 'refused'
  else {
    try {
      const handle = row.sealed
        ? secretOf(shared, row).handle
        : (await carrier.reserve(referenceOf(row))).handle
      await carrier.cancel(referenceOf(row), handle)
    } catch (error) {
      if (kindOf(error) === 'unreachable') {
        const lastMs = row.give_up_at.getTime() + shared.settings.cancelHours * 3_600_000
        if (shared.clock.nowMs() < lastMs) throw error
        result = 'abandoned'
      } else result = 'refused'
      const code = isFailure(error) ? error.code : undefined
      shared.log.warn('an order was not cancelled', {
        intentId: row.intent_id,
        book: row.book,
        code,
        state: result,
      })
    }
  }
  const now = await table.orderOf(tx, job.intentId, job.attempt, true)
  if (now) await table.changeOrder(tx, now, { state: now.state, cancel: result, sealed: null })
}

/** What is sealed of an order. Throws `provisioner.sealed-differs`. */
export function secretOf(shared: Pick<Shared, 'settings'>, row: OrderRow): Secret {
  return JSON.parse(unseal(shared.settings.sealingKeys, row.intent_id, row.sealed ?? '')) as Secret
}

export function referenceOf(row: OrderRow): OrderReference {
  return { call: `${row.intent_id}:${row.book}`, planId: row.plan_id, profileType: row.profile_type }
}
