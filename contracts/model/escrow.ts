import { basisOf, counts, isFinal, isSlowFinal, laneOf, postingUntil } from './settlement.ts'
import {
  available,
  type Book,
  feesOf,
  type Intent,
  type Market,
  type Outcome,
  type Outflow,
  type Root,
} from './state.ts'

/** Whose words come with an activation. `consentUntil` undefined: nobody signed. */
export interface Words {
  receiptBook: number
  consentBook: number | undefined
  consentUntil: number
}

export function create(m: Market, fee: number, most: number, provisionBy: number): number {
  m.intents.push({
    fee,
    most,
    provisionBy,
    stage: 'created',
    funded: 0,
    settled: 0,
    book: 0,
    activatedAt: 0,
    closedAt: 0,
    charge: 0,
    hold: 0,
    finalizeAt: 0,
    countered: false,
    excused: new Set(),
  })
  return m.intents.length - 1
}

export function fund(m: Market, id: number, amount: number): Outcome {
  const intent = m.intents[id]!
  if (amount <= 0) return 'zero-amount'
  if (intent.stage === 'open') {
    const book = m.books[intent.book]!
    if (book.frozenFrom !== 0) return 'book-frozen'
    if (intent.funded + amount > intent.most) return 'deposit-exceeded'
    book.ceiling += amount
  } else {
    if (intent.stage !== 'created' && intent.stage !== 'held') return 'wrong-state'
    if (m.now > intent.provisionBy) return 'expired'
    if (intent.funded + amount > intent.most) return 'deposit-exceeded'
    intent.stage = 'held'
  }
  intent.funded += amount
  m.cash += amount
  return amount
}

export function activate(m: Market, id: number, number: number, words: Words): Outcome {
  const intent = m.intents[id]!
  const { rules } = m
  if (words.receiptBook !== number) return 'book-mismatch'
  if (rules.consent && words.consentBook !== number) return 'no-consent'
  if (rules.consent && rules.consentExpiry && words.consentUntil < m.now) return 'expired'
  if (intent.stage !== 'held' && rules.heldOnly) return 'wrong-state'
  if (m.now > intent.provisionBy && rules.provisionBy) return 'expired'
  if (intent.funded < intent.fee && rules.coversFee) return 'underfunded'
  const book = m.books[number]!
  if (book.frozenFrom !== 0 && rules.frozenActivate) return 'book-frozen'
  book.ceiling += intent.funded
  intent.stage = 'open'
  intent.book = number
  intent.activatedAt = m.now
  return 0
}

/** The way back while Held. */
export function refund(m: Market, id: number, byPayer: boolean): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'held') return 'wrong-state'
  if (!byPayer && m.now <= intent.provisionBy) return 'not-payer'
  const amount = intent.funded
  if (m.rules.idOnce) {
    intent.stage = 'closed'
    intent.closedAt = m.now
  } else {
    intent.stage = 'created'
    intent.funded = 0
  }
  m.cash -= amount
  m.toTravellers += amount
  return amount
}

export function claim(m: Market, root: Root, number: number): Outcome {
  const book = m.books[number]!
  if (!counts(book, root) || !isFinal(m, root)) return 'not-final'
  const totalFinal = isSlowFinal(m, root)
  const lane = laneOf(m, root, number, totalFinal ? 'amount' : 'coSigned')
  const due = m.rules.claimCeiling ? Math.min(lane, book.ceiling) : lane
  if (due <= book.claimed) return 0
  let gross = due - book.claimed
  if (!totalFinal) {
    const outflow = outflowOf(m, book)
    gross = Math.min(gross, outflow.cap - outflow.used)
    outflow.used += gross
    book.outflow = outflow
  }
  if (gross === 0) return 0
  book.claimedEpoch = root.epoch
  payCarrier(m, book, gross)
  return gross
}

/** A device voucher pays the carrier what roots do not hold yet. */
export function redeem(m: Market, id: number, voucher: number): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'open') return 'wrong-state'
  const highest = highestLeaf(m, id)
  if (typeof highest === 'string') return highest
  const book = m.books[intent.book]!
  const base = Math.max(m.rules.voucherAboveLeaf ? highest.leaf : 0, intent.settled)
  const to = Math.min(voucher, intent.funded)
  if (to <= base) return 'nothing-to-release'
  const paid = Math.min(to - base, available(book))
  const refused = spendOutflow(m, book, paid, highest.settled)
  if (refused) return refused
  payCarrier(m, book, paid)
  intent.settled = base + paid
  return paid
}

/** The ordinary end: a FINAL leaf in a final root. */
export function refundFinal(m: Market, id: number, root: Root, byPayer: boolean): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'open') return 'wrong-state'
  const leaf = finalLeaf(m, id, root, m.books[intent.book]!.claimedEpoch)
  if (typeof leaf === 'string') return leaf
  const slow = isSlowFinal(m, root)
  if (!byPayer && !slow && m.rules.payerFinalizes) return 'not-payer'
  return endByLeaf(m, intent, leaf, slow)
}

/**
 * The same end by anyone, although the book has claimed since the root that is beyond challenge: a newer root repeats
 * its leaf.
 */
export function refundConfirmed(m: Market, id: number, newer: Root, beyond: Root): Outcome {
  const intent = m.intents[id]!
  if (intent.stage !== 'open') return 'wrong-state'
  const leaf = finalLeaf(m, id, newer, m.books[intent.book]!.claimedEpoch)
  if (typeof leaf === 'string') return leaf
  const confirmed = finalLeaf(m, id, beyond, 0)
  if (typeof confirmed === 'string') return confirmed
  if (!isSlowFinal(m, beyond)) return 'not-final'
  if (leaf !== confirmed && m.rules.confirmedLeaf) return 'leaves-differ'
  return endByLeaf(m, intent, leaf, true)
}

/** The charge of an intent's FINAL leaf in a final root that is no older than `notBefore`. */
function finalLeaf(m: Market, id: number, root: Root, notBefore: number): number | string {
  if (root.epoch < notBefore) return 'stale-epoch'
  if (postingUntil(m) !== 0 && m.rules.closeLockout) return 'posting-window'
  if (!counts(m.books[m.intents[id]!.book]!, root) || !isFinal(m, root)) return 'not-final'
  const leaf = root.leaves[id]
  return leaf?.isFinal ? leaf.amount : 'leaf-not-final'
}

function endByLeaf(m: Market, intent: Intent, leaf: number, slow: boolean): Outcome {
  const book = m.books[intent.book]!
  const charge = Math.max(leaf, m.rules.closeWatermark ? intent.settled : 0, intent.fee)
  if (charge > intent.funded) return 'charge-too-high'
  const refunded = intent.funded - charge
  if (available(book) < refunded) return 'book-short'
  const refused = spendOutflow(m, book, refunded, slow)
  if (refused) return refused
  return close(m, intent, book, refunded)
}

/** The highest leaf of an intent over the roots that count, or why nobody may close now. */
export function highestLeaf(
  m: Market,
  id: number,
  locks: boolean = m.rules.closeLockout,
): { leaf: number; settled: boolean } | string {
  const intent = m.intents[id]!
  const basis = basisOf(m, intent.book)
  if (basis.lockedUntil !== 0 && locks) return 'posting-window'
  let leaf = 0
  let { settled } = basis
  for (const root of basis.roots) {
    // An excuse is worth no more than the cap: whoever hides a leaf and asks for it gains little.
    if (intent.excused.has(root.epoch)) settled = false
    else leaf = Math.max(leaf, root.leaves[id]?.amount ?? 0)
  }
  return { leaf, settled }
}

export function close(m: Market, intent: Intent, book: Book, refunded: number): number {
  book.ceiling -= refunded
  intent.settled = intent.funded - refunded
  intent.stage = 'closed'
  intent.closedAt = m.now
  m.cash -= refunded
  m.toTravellers += refunded
  return refunded
}

export function outflowOf(m: Market, book: Book, of: 'outflow' | 'exits' = 'outflow'): Outflow {
  const { ceiling, hold, claimed } = book
  const { used, cap, since } = book[of]
  if (since !== 0 && m.now < since + m.p.window) return { used, cap, since }
  const share = Math.floor(((ceiling + hold - claimed) * m.p.windowBps) / 10_000)
  return { used: 0, cap: Math.max(share, m.p.windowFloor), since: m.now }
}

/** Counts what leaves a book while its latest root can still be challenged; says why when it may not. */
export function spendOutflow(
  m: Market,
  book: Book,
  amount: number,
  settled: boolean,
  of: 'outflow' | 'exits' = 'outflow',
): string | undefined {
  if (settled || amount === 0 || !m.rules.outflowOfCloses) return undefined
  const window = m.rules.exitWindow ? of : 'outflow'
  const outflow = outflowOf(m, book, window)
  if (outflow.used + amount > outflow.cap) return 'outflow-cap'
  outflow.used += amount
  book[window] = outflow
  return undefined
}

function payCarrier(m: Market, book: Book, gross: number): void {
  const fee = feesOf(m, book.claimed + gross) - feesOf(m, book.claimed)
  book.claimed += gross
  m.cash -= gross - fee
  m.toCarriers += gross - fee
}
