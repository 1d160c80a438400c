import { isFailure } from '@gesim/base'
import type { Hex, ReceiptJson } from '@gesim/journey'
import { type Domain, digestOf, receiptFromJson, ZERO_HASH } from '@gesim/proofs'
import type { Running, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { apply, referenceOf, secretOf } from './provisioner.ts'
import { storeReceipt } from './receipts.ts'
import type { Shared } from './shared.ts'
import * as table from './table.ts'

const QUEUE = 'provisioner.progress'
const EVERY_SECONDS = 10

/**
 * The operator as carrier of record for resellers, who send no notifications and have no key on chain: asks them how
 * far the downloads are, and signs the receipt itself once the supplier reports an installation.
 */
export async function startRecord(shared: Shared, domain: Domain): Promise<Running> {
  const { store } = shared
  const books = [...shared.carriers.values()].filter((one) => one.progress).map((one) => one.book)
  const poll = store.schedule('provisioner.progress', EVERY_SECONDS, async (tx) => {
    const { rows } = await sql<{ intent_id: Hex; attempt: number }>`select intent_id, attempt
      from gesim.provisioner_orders where book = any(${books}::int[]) and state in ('ready', 'downloaded')`.execute(
      tx,
    )
    for (const row of rows) await store.enqueue(tx, QUEUE, row, { key: `${row.intent_id}:${row.attempt}` })
  })
  const worker = await store.work<{ intent_id: Hex; attempt: number }>(QUEUE, (job, tx) =>
    look(shared, domain, job, tx),
  )
  return {
    async stop() {
      await Promise.all([poll.stop(), worker.stop()])
    },
  }
}

async function look(
  shared: Shared,
  domain: Domain,
  job: { intent_id: Hex; attempt: number },
  tx: Tx,
): Promise<void> {
  const order = await table.orderOf(tx, job.intent_id, job.attempt)
  const carrier = order && shared.carriers.get(order.book)
  if (!order?.sealed || !carrier?.progress || (order.state !== 'ready' && order.state !== 'downloaded'))
    return
  const progress = await carrier.progress(referenceOf(order), secretOf(shared, order).handle)
  const now = await table.orderOf(tx, job.intent_id, job.attempt, true)
  if (!now) return
  if (progress === 'downloaded') await apply(shared, tx, now, 'downloaded')
  if (progress === 'over')
    await apply(shared, tx, now, 'installation-failed', { code: 'provisioner.installation-failed' })
  if (progress !== 'installed') return
  const receipt = supplierReceipt(now, shared.clock.nowMs())
  const digest = digestOf('ProvisioningReceipt', domain, receiptFromJson(receipt))
  const privateKey = shared.settings.recordKey as Hex
  const signature = await sign({ hash: digest, privateKey, to: 'hex' })
  const key = privateKeyToAccount(privateKey).address.toLowerCase() as Hex
  try {
    await storeReceipt(shared, tx, {
      intent_id: now.intent_id,
      attempt: now.attempt,
      digest,
      receipt,
      carrier_key: key,
      signature,
    })
  } catch (error) {
    // Moved on meanwhile: nothing is owed.
    if (!isFailure(error, 'provisioner.order-over')) throw error
  }
}

/** A receipt of kind `supplierReported`: no card signed anything, and the evidence says so. */
function supplierReceipt(order: table.OrderRow, nowMs: number): ReceiptJson {
  const statement = { receiptKind: 'supplierReported', intentId: order.intent_id, book: order.book }
  return {
    intentId: order.intent_id,
    book: order.book,
    eidCommit: ZERO_HASH,
    iccidCommit: ZERO_HASH,
    profileHash: ZERO_HASH,
    evidence: keccak256(stringToHex(JSON.stringify(statement))),
    installedAt: Math.floor(nowMs / 1000),
  }
}
