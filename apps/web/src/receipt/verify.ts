import type { Addresses } from '@gesim/contracts'
import { checkReceipt, type ReceiptBundle } from '@gesim/proofs'
import type { PublicClient } from 'viem'
import { ask } from '../api/ask.ts'
import type { LogProof, Receipt } from '../api/shapes.ts'
import { bundleOf } from './bundle.ts'
import { chainFacts } from './chain-facts.ts'
import { CHECK_ORDER } from './check-order.ts'
import { logPart, newestEntry } from './log-proof.ts'
import { type Checked, checkPlan, checkTransaction } from './own-checks.ts'

/**
 * Every check of a receipt, in the order of the purchase. Signatures and sums are recomputed here; what only the chain
 * knows is asked of the chain. Throws only when the chain does not answer.
 */
export async function verifyReceipt(
  receipt: Receipt,
  client: PublicClient,
  addresses: Addresses,
): Promise<Checked[]> {
  const bundle = await withLog(receipt)
  // The operator names the escrow in the receipt; the one that counts is the network's.
  if (receipt.escrow.toLowerCase() !== addresses.escrow.toLowerCase())
    return [
      { check: 'terms', outcome: 'failed', facts: { escrow: receipt.escrow, expected: addresses.escrow } },
    ]
  const [fromProofs, ...ours] = await Promise.all([
    chainFacts(client, addresses, bundle).then((chain) => checkReceipt(bundle, chain)),
    checkTransaction(client, receipt, 'paid', 'IntentFunded'),
    checkTransaction(client, receipt, 'activated', 'IntentActivated'),
    checkTransaction(client, receipt, 'payout', 'CarrierPaid'),
    checkTransaction(client, receipt, 'returned', 'IntentClosed'),
    checkTransaction(client, receipt, 'refunded', 'IntentRefunded'),
  ])
  const all: Checked[] = [...fromProofs, checkPlan(receipt), ...ours]
  return all.filter((one) => isExpected(one, receipt)).sort((a, b) => placeOf(a.check) - placeOf(b.check))
}

function placeOf(check: string): number {
  return (CHECK_ORDER as readonly string[]).indexOf(check)
}

async function withLog(receipt: Receipt): Promise<ReceiptBundle> {
  const bundle = bundleOf(receipt)
  const leafHash = newestEntry(receipt)
  if (!leafHash) return bundle
  const proof = await ask<LogProof>('GET', `/v1/log/proofs/${leafHash}`)
  return { ...bundle, log: logPart(proof, receipt.intentId) }
}

/** A purchase that was taken back has nothing to say about usage; one that was used, nothing about a full return. */
function isExpected(one: Checked, receipt: Receipt): boolean {
  if (one.outcome !== 'skipped') return true
  const returned = receipt.state === 'refunded' || receipt.state === 'refunding'
  if (returned) return one.check === 'refunded'
  return one.check !== 'refunded'
}
