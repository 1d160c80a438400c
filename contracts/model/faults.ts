import { basisOf, freeze, isSlowFinal, voidRoot } from './settlement.ts'
import type { Leaf, Market, Outcome, Root } from './state.ts'

/**
 * The faults that code decides in a posted root, as [fault, book]. The state of the chain counts as of the cutoff, and
 * only in the direction in which growing excuses (0.1.9): a deposit may have grown since, a watermark may be newer.
 */
export function faultsOf(m: Market, root: Root): [fault: string, book: number][] {
  const found: [string, number][] = []
  for (let id = 0; id < root.leaves.length; id++) {
    const leaf = root.leaves[id]
    if (!leaf) continue
    const intent = m.intents[id]!
    const fault = faultOfLeaf(m, root, id, leaf)
    if (fault && !carriedAlong(m, root, intent.book)) found.push([fault, intent.book])
  }
  for (let book = 1; book < m.books.length; book++) {
    if ((root.phantom[book] ?? 0) > 0 && !carriedAlong(m, root, book)) found.push(['F5', book])
  }
  return found
}

/** What a frozen book holds is carried along as it is: nobody vouches for it, nobody is paid from it. */
function carriedAlong(m: Market, root: Root, book: number): boolean {
  const { frozenFrom } = m.books[book]!
  return frozenFrom !== 0 && frozenFrom <= root.epoch
}

function faultOfLeaf(m: Market, root: Root, id: number, leaf: Leaf): string | undefined {
  const intent = m.intents[id]!
  if (intent.activatedAt === 0 || intent.activatedAt >= root.cutoff) return 'F5'
  if (leaf.amount > intent.funded) return 'F2'
  const closed = intent.stage === 'closed' && (intent.closedAt < root.cutoff || !m.rules.asOfCutoff)
  if (closed && m.rules.closedLeaf && leaf.amount !== intent.settled) return 'F2'
  if (!closed && leaf.amount > leaf.byTariff && leaf.amount > intent.settled) return 'F4'
  for (const older of m.roots) {
    if (older === root || older.voided || older.epoch >= root.epoch || carriedAlong(m, older, intent.book))
      continue
    const before = older.leaves[id]
    if (!before) continue
    if (leaf.amount < before.amount || leaf.coSigned < before.coSigned) return 'F3'
    const byClose = closed && leaf.amount === intent.settled
    if (before.isFinal && (!leaf.isFinal || (leaf.amount !== before.amount && !byClose))) return 'F3'
  }
  return undefined
}

/** After a proof: with quorum the book is frozen for good, a root without quorum is taken back whole. */
export function punish(m: Market, root: Root, book: number): Outcome {
  const isAlone = root.quorumAfter === Number.POSITIVE_INFINITY
  const outcome = isAlone ? voidRoot(m, root) : freeze(m, book, root.epoch)
  m.record?.('punish', [root, book], outcome)
  return outcome
}

/** Whether a demand that is made now is over while the root can still be taken back. */
export function inTime(m: Market, root: Root): boolean {
  return !root.voided && m.now + m.p.challenge < root.postedAt + m.p.slow
}

/**
 * C1 after its time without an answer: a root that is not beyond challenge is taken from the book; one that is stays,
 * but this intent may close without a leaf in it.
 */
export function dataWithheld(m: Market, id: number, root: Root): Outcome {
  const intent = m.intents[id]!
  if (!m.rules.excuse) return 'no-way-out'
  if (isSlowFinal(m, root)) {
    intent.excused.add(root.epoch)
    return 0
  }
  return punish(m, root, intent.book)
}

/** The roots whose leaf an exit of this intent must show now. */
export function leavesNeeded(m: Market, id: number): Root[] {
  const intent = m.intents[id]!
  return basisOf(m, intent.book).roots.filter((root) => !intent.excused.has(root.epoch))
}
