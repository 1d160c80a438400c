import { close, highestLeaf, spendOutflow } from './escrow.ts'
import { counts } from './settlement.ts'
import { available, type Intent, type Market, type Outcome } from './state.ts'

/** Both sides' word, at once. */
export function closeInstant(m: Market, id: number, charge: number, byPayer: boolean): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'open') return 'wrong-state'
  if (!byPayer && m.rules.payerWord) return 'invalid-payer-signature'
  const highest = highestLeaf(m, id)
  if (typeof highest === 'string') return highest
  const least = Math.max(m.rules.closeLeaf ? highest.leaf : 0, watermark(m, intent), intent.fee)
  if (charge < least) return 'charge-too-low'
  if (charge > intent.funded) return 'charge-too-high'
  const refunded = intent.funded - charge
  const book = m.books[intent.book]!
  if (available(book) < refunded) return 'book-short'
  const refused = spendOutflow(m, book, refunded, highest.settled)
  if (refused) return refused
  return close(m, intent, book, refunded)
}

/** The payer states a charge; what is left above it, leaf, watermark and fee is held back. */
export function requestExit(m: Market, id: number, stated: number): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'open') return 'wrong-state'
  if (stated > intent.funded) return 'charge-too-high'
  const highest = highestLeaf(m, id, m.rules.requestLockout)
  if (typeof highest === 'string') return highest
  const book = m.books[intent.book]!
  const least = Math.max(stated, watermark(m, intent), exitFee(m, intent))
  const owed = Math.min(Math.max(least, m.rules.requestLeaf ? highest.leaf : 0), intent.funded)
  const hold = Math.min(intent.funded - owed, available(book))
  book.ceiling -= hold
  book.hold += hold
  intent.stage = 'exiting'
  intent.charge = m.rules.leafNotStored ? least : owed
  intent.hold = hold
  intent.finalizeAt = m.now + m.p.exit
  intent.countered = false
  return hold
}

/** A device voucher shown against an exit. */
export function counterExit(m: Market, id: number, voucher: number): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'exiting') return 'wrong-state'
  const charge = Math.min(voucher, intent.funded)
  if (charge <= intent.charge) return 'no-new-evidence'
  if (m.now >= intent.finalizeAt) return 'expired'
  const excess = intent.hold - (intent.funded - charge)
  if (excess > 0) moveHold(m, intent, excess)
  intent.charge = charge
  if (!intent.countered) {
    intent.countered = true
    intent.finalizeAt += m.p.counter
  }
  return charge
}

/** What an exit holds back beyond what its leaf in the root last claimed from leaves of the deposit. */
export function excessHold(m: Market, id: number): number {
  const intent = m.intents[id]!
  const book = m.books[intent.book]!
  const root = m.roots.find((other) => other.epoch === book.claimedEpoch && counts(book, other))
  const charge = Math.max(intent.charge, root?.leaves[id]?.amount ?? 0)
  return Math.max(0, intent.hold - Math.max(0, intent.funded - charge))
}

/** Usage that was posted after a request was claimed out of others' money: what the exit holds for it goes back. */
export function trimExit(m: Market, id: number): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'exiting' || !m.rules.trim) return 'wrong-state'
  const excess = excessHold(m, id)
  if (excess === 0) return 'no-new-evidence'
  moveHold(m, intent, excess)
  return excess
}

export function cancelExit(m: Market, id: number): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'exiting') return 'wrong-state'
  moveHold(m, intent, intent.hold)
  intent.stage = 'open'
  return 0
}

/** What an exit would charge now, or why it cannot end. */
export function exitCharge(m: Market, id: number): number | string {
  const intent = m.intents[id]!
  const highest = highestLeaf(m, id)
  if (typeof highest === 'string') return highest
  const leaf = m.rules.finalizeLeaf ? highest.leaf : 0
  return Math.min(Math.max(intent.charge, leaf, watermark(m, intent), exitFee(m, intent)), intent.funded)
}

export function finalizeExit(m: Market, id: number, byPayer: boolean): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'exiting') return 'wrong-state'
  if (m.now < intent.finalizeAt) return 'too-early'
  const highest = highestLeaf(m, id)
  if (typeof highest === 'string') return highest
  // A leaf that can still be challenged may be wrong: whether to end by it is for the payer to choose.
  if (!byPayer && !highest.settled && m.rules.payerFinalizes) return 'not-payer'
  const charge = exitCharge(m, id)
  if (typeof charge === 'string') return charge
  const book = m.books[intent.book]!
  // A drained book gives what it has in the end: nobody is locked in by somebody else's fault.
  const due = intent.funded - charge
  const refunded = Math.min(due, available(book) + intent.hold)
  const mayBeShort = byPayer && m.now >= intent.finalizeAt + m.p.exit
  if (refunded < due && !mayBeShort && m.rules.noShortPay) return 'book-short'
  const refused = spendOutflow(m, book, refunded, highest.settled, 'exits')
  if (refused) return refused
  moveHold(m, intent, intent.hold)
  return close(m, intent, book, refunded)
}

function watermark(m: Market, intent: Intent): number {
  return m.rules.closeWatermark ? intent.settled : 0
}

function exitFee(m: Market, intent: Intent): number {
  return m.rules.exitChargesFee ? intent.fee : 0
}

function moveHold(m: Market, intent: Intent, back: number): void {
  const book = m.books[intent.book]!
  intent.hold -= back
  book.hold -= back
  book.ceiling += back
}
