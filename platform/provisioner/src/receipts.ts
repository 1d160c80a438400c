import { refuse } from '@gesim/base'
import type { Certificate } from '@gesim/crypto'
import type { Hex, ReceiptJson } from '@gesim/journey'
import { type Domain, digestOf, NO_DEVICE, receiptFromJson } from '@gesim/proofs'
import type { Tx } from '@gesim/store'
import type { ProvisioningRequest } from '@gesim/wire'
import { checkEvidence } from './evidence.ts'
import type { Keys } from './ports.ts'
import { apply } from './provisioner.ts'
import { commitIccid } from './seal.ts'
import type { Shared } from './shared.ts'
import * as table from './table.ts'

/** What checks receipts and consents. */
export interface Notary extends Shared {
  readonly keys: Keys
  readonly domain: Domain
  readonly issuers: readonly Certificate[]
}

/** A consent must outlive its way to the chain. */
const LEAST_CONSENT_SECONDS = 60

/**
 * Takes a carrier's receipt: of its own order, with evidence that a card installed that very profile, signed by a key
 * that the registry knows. Everything outside is asked before anything is written. The same receipt twice changes nothing.
 */
export async function takeReceipt(
  notary: Notary,
  books: readonly number[],
  request: ProvisioningRequest,
): Promise<{ receiptDigest: Hex; duplicate: boolean }> {
  const receipt = lowered(request.receipt)
  const key = lower(request.key)
  const signature = lower(request.signature)
  const { intentId, book } = receipt
  const order = await table.newestOrder(notary.store.db, intentId)
  const facts = order && (await table.factsOf(notary.store.db, intentId))
  if (!order || !facts) throw refuse('provisioner.unknown-intent', { intentId })
  if (!books.includes(book)) throw refuse('provisioner.not-your-order', { intentId, book })
  if (order.book !== book) throw refuse('provisioner.order-over', { intentId, book })
  if (order.state === 'failed' || order.state === 'closed')
    throw refuse('provisioner.order-over', { intentId, book })

  const digest = digestOf('ProvisioningReceipt', notary.domain, receiptFromJson(receipt))
  const known = await table.receiptOf(notary.store.db, intentId, order.attempt)
  if (known?.digest === digest) return { receiptDigest: digest, duplicate: true }
  if (known) throw refuse('provisioner.receipt-differs', { intentId })
  if (order.state !== 'ready' && order.state !== 'downloaded')
    throw refuse('provisioner.order-over', { intentId, book })
  const nowMs = notary.clock.nowMs()
  if (nowMs / 1000 >= facts.terms.provisionBy) throw refuse('provisioner.too-late', { intentId })

  const { hash, iccid } = checkEvidence(request.evidence, notary.issuers, nowMs)
  if (hash !== receipt.evidence) throw refuse('provisioner.evidence-differs', { intentId })
  if (commitIccid(notary.settings.commitmentKey, iccid) !== order.iccid_commit)
    throw refuse('provisioner.evidence-differs', { intentId })
  if (!(await notary.keys.signedBy(key, digest, signature)))
    throw refuse('provisioner.receipt-signature', { intentId })
  if (!(await notary.keys.isProvisioningKey(book, key)))
    throw refuse('provisioner.key-not-registered', { book })

  const row = { intent_id: intentId, attempt: order.attempt, digest, receipt, carrier_key: key, signature }
  return notary.store.tx((tx) => storeReceipt(notary, tx, row))
}

/** Stores a checked receipt if the order still waits for one. */
export async function storeReceipt(
  shared: Shared,
  tx: Tx,
  row: table.ReceiptRow,
): Promise<{ receiptDigest: Hex; duplicate: boolean }> {
  const { intent_id: intentId, digest, receipt } = row
  const order = await table.orderOf(tx, intentId, row.attempt, true)
  const known = await table.receiptOf(tx, intentId, row.attempt)
  if (known?.digest === digest) return { receiptDigest: digest, duplicate: true }
  if (known) throw refuse('provisioner.receipt-differs', { intentId })
  if (!order || !(await apply(shared, tx, order, 'receipt')))
    throw refuse('provisioner.order-over', { intentId, book: receipt.book })
  await table.addReceipt(tx, row)
  await shared.store.append(tx, 'profile.installed', intentId, {
    book: receipt.book,
    receiptDigest: digest,
    evidence: receipt.evidence,
  })
  return { receiptDigest: digest, duplicate: false }
}

/** Who agrees: the payer's own account, or a device that is paired with the purchase. */
export type Consenting =
  | { readonly is: 'payer'; readonly account: Hex }
  | { readonly is: 'device'; readonly device: Hex }

/** A consent as it comes in. */
export interface ConsentRequest {
  readonly receiptDigest: Hex
  readonly validUntil: number
  readonly signature: Hex
}

/** Takes the traveller's consent to the installed profile, and asks for the escrow to open. The same one twice changes nothing. */
export async function takeConsent(
  notary: Notary,
  intentId: Hex,
  who: Consenting,
  request: ConsentRequest,
): Promise<void> {
  const { db } = notary.store
  const facts = await table.factsOf(db, intentId)
  if (!facts) throw refuse('provisioner.unknown-intent', { intentId })
  const order = await table.newestOrder(db, intentId)
  const receipt = order && (await table.receiptOf(db, intentId, order.attempt))
  if (!order || !receipt || receipt.digest !== lower(request.receiptDigest))
    throw refuse('provisioner.no-receipt', { intentId })
  if (order.state === 'closed' || order.state === 'failed')
    throw refuse('provisioner.order-over', { intentId, book: order.book })
  if (order.state !== 'installed') return
  const nowSeconds = notary.clock.nowMs() / 1000
  if (nowSeconds >= facts.terms.provisionBy) throw refuse('provisioner.too-late', { intentId })
  if (request.validUntil < nowSeconds + LEAST_CONSENT_SECONDS)
    throw refuse('provisioner.consent-wrong', { intentId, why: 'it ends too soon' })

  const { validUntil } = request
  const receiptDigest = receipt.digest
  const consent = { intentId, book: order.book, receiptDigest, validUntil }
  const digest = digestOf('ActivationConsent', notary.domain, consent)
  const signature = lower(request.signature)
  const binding = await bindingFor(notary, intentId, who)
  const signer = who.is === 'payer' ? facts.payer : who.device
  if (!(await notary.keys.signedBy(signer, digest, signature)))
    throw refuse('provisioner.consent-wrong', { intentId, why: 'the signature is of somebody else' })

  await notary.store.tx(async (tx) => {
    const now = await table.orderOf(tx, intentId, order.attempt, true)
    // Another consent was faster, or a refund was: the first changes nothing, the second answers as gone.
    if (now?.state === 'consented' || now?.state === 'active') return
    if (!now || !(await apply(notary, tx, now, 'consent')))
      throw refuse('provisioner.order-over', { intentId, book: order.book })
    await table.addConsent(tx, receipt, { receiptDigest, validUntil }, signature, binding)
    await notary.store.append(tx, 'activation.wanted', intentId, {
      terms: facts.terms,
      books: facts.books,
      book: order.book,
      receipt: receipt.receipt,
      carrierKey: receipt.carrier_key,
      receiptSignature: receipt.signature,
      consent: { receiptDigest, validUntil },
      consentSignature: signature,
      binding,
    })
  })
}

async function bindingFor(
  notary: Notary,
  intentId: Hex,
  who: Consenting,
): Promise<{ device: Hex; validUntil: number; payerSignature: Hex }> {
  if (who.is === 'payer') return { ...NO_DEVICE }
  const row = await table.bindingOf(notary.store.db, intentId, who.device)
  const validUntil = Number(row?.valid_until ?? 0)
  if (!row?.payer_signature || validUntil * 1000 < notary.clock.nowMs())
    throw refuse('provisioner.device-not-bound', { intentId })
  return { device: row.device, validUntil, payerSignature: row.payer_signature }
}

function lower(hex: string): Hex {
  return hex.toLowerCase() as Hex
}

function lowered(receipt: ProvisioningRequest['receipt']): ReceiptJson {
  return {
    intentId: lower(receipt.intentId),
    book: receipt.book,
    eidCommit: lower(receipt.eidCommit),
    iccidCommit: lower(receipt.iccidCommit),
    profileHash: lower(receipt.profileHash),
    evidence: lower(receipt.evidence),
    installedAt: receipt.installedAt,
  }
}
