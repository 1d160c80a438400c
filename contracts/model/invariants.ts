import { claim } from './escrow.ts'
import { excessHold } from './exits.ts'
import { faultsOf } from './faults.ts'
import { feesOf, type Intent } from './state.ts'
import { dueOf, slippedThrough, type World } from './world.ts'

/**
 * What must hold after every action, by the numbers of the design's section 3.10. Returns what is broken. Number 4 is
 * the one for which the rules exist: an honest traveller gets back what was not used, whoever conspires.
 */
export function broken(w: World): string | undefined {
  return money(w) ?? travellers(w) ?? upwards(w) ?? roots(w)
}

function money(w: World): string | undefined {
  const { m } = w
  let owed = 0
  for (const intent of m.intents) if (intent.stage === 'held') owed += intent.funded
  for (let number = 1; number < m.books.length; number++) {
    const book = m.books[number]!
    let hold = 0
    for (const intent of m.intents)
      if (intent.book === number && intent.stage === 'exiting') hold += intent.hold
    if (book.claimed > book.ceiling) return '2: a book paid more than it has'
    if (book.hold !== hold) return '2: holds differ from the exits'
    owed += book.ceiling + book.hold - book.claimed + feesOf(m, book.claimed)
  }
  return m.cash === owed ? undefined : '1: solvency'
}

function isActive(intent: Intent): boolean {
  return intent.stage === 'open' || intent.stage === 'exiting'
}

function travellers(w: World): string | undefined {
  const { m } = w
  for (let id = 0; id < m.intents.length; id++) {
    const intent = m.intents[id]!
    const traveller = w.travellers[id]!
    const due = dueOf(w, id)
    if (isActive(intent)) {
      if (intent.funded < intent.fee) return "4b: the carrier's fee was never there"
      const isHoldingTooMuch = intent.hold > Math.max(0, intent.funded - traveller.chargedAtRequest)
      if (intent.stage === 'exiting' && w.poster === 'honest' && isHoldingTooMuch) {
        return '4b: an exit holds back what a root had charged'
      }
      // Whatever the roots say, this much every end charges.
      if (traveller.honest && Math.max(intent.fee, intent.settled) > due)
        return '4: owes what was never agreed to'
    }
    if (intent.stage === 'closed' && !w.seen.closed.has(id)) {
      w.seen.closed.add(id)
      const charged = intent.activatedAt === 0 ? 0 : intent.settled
      if (traveller.gotBack + charged !== traveller.paidIn)
        return '3: charged and refunded are not the deposit'
      if (intent.activatedAt !== 0 && charged < intent.fee)
        return '4b: the fee of an activation was not charged'
    }
    const cameAt = intent.activatedAt || Number.NEGATIVE_INFINITY
    const isLate = traveller.honest && cameAt > (w.seen.frozenAt[intent.book] ?? Number.POSITIVE_INFINITY)
    if (isLate && intent.stage === 'closed' && traveller.paidIn - due > traveller.gotBack) {
      return '4: a newcomer pays for an old fault'
    }
  }
  const bound = w.poster === 'quorum' ? w.corruptQuorums * MOST_WINDOWS * m.p.windowFloor : 0
  for (let number = 1; number < m.books.length; number++) {
    if (lossIn(w, number) > bound) return '4: money of an honest traveller is gone'
  }
  return undefined
}

/**
 * A lie of two thirds of the stake lives for `slow`, which touches three windows; closes and exits have one each. In
 * random sequences the share of a book never exceeds the window's floor.
 */
const MOST_WINDOWS = 6

/** What honest travellers of a book miss: what they did not get when they left, and what the book cannot give any more. */
export function lossIn(w: World, number: number): number {
  let short = 0
  let active = 0
  for (let id = 0; id < w.m.intents.length; id++) {
    const intent = w.m.intents[id]!
    const { honest, paidIn, gotBack } = w.travellers[id]!
    if (!honest || intent.book !== number) continue
    const mine = paidIn - dueOf(w, id)
    if (isActive(intent)) active += Math.max(0, mine - intent.hold)
    else short += Math.max(0, mine - gotBack)
  }
  const { ceiling, claimed } = w.m.books[number]!
  let excess = 0
  if (w.m.rules.trim) {
    w.m.intents.forEach((intent, id) => {
      if (intent.book === number && intent.stage === 'exiting') excess += excessHold(w.m, id)
    })
  }
  return short + Math.max(0, active - (ceiling - claimed) - excess)
}

function upwards(w: World): string | undefined {
  const { seen, m } = w
  for (let number = 1; number < m.books.length; number++) {
    const { claimed, frozenFrom } = m.books[number]!
    if (frozenFrom !== 0) seen.frozenAt[number] ??= m.now
    if (claimed < (seen.claimed[number] ?? 0)) return '5: claimed fell'
    seen.claimed[number] = claimed
  }
  for (let id = 0; id < m.intents.length; id++) {
    const intent = m.intents[id]!
    if (seen.closed.has(id) && intent.stage !== 'closed') return '3: a closed intent came back'
    if (intent.stage === 'open' && intent.settled < (seen.watermark[id] ?? 0)) return '5: a watermark fell'
    seen.watermark[id] = intent.settled
  }
  return undefined
}

function roots(w: World): string | undefined {
  if (slippedThrough(w)) return '6: a wrong root is beyond challenge'
  for (const root of w.m.roots) {
    if (root.voided || w.truths.has(root)) continue
    for (const [fault] of faultsOf(w.m, root)) return `6: an honest root is provable as ${fault}`
  }
  return undefined
}

/** 7: a claim that was just made pays nothing more. */
export function paysTwice(w: World, epoch: number, book: number): boolean {
  const root = w.m.roots.find((other) => other.epoch === epoch && !other.voided)
  if (!root) return false
  const before = w.m.toCarriers
  const more = claim(w.m, root, book)
  return typeof more === 'number' && more > 0 && w.m.toCarriers > before
}
