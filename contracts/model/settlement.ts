import type { Book, Leaf, Market, Outcome, Root } from './state.ts'

export function cutoffOf(m: Market, epoch: number): number {
  return (epoch + 1) * m.p.epoch
}

export function newest(m: Market): Root | undefined {
  for (let i = m.roots.length - 1; i >= 0; i--) if (!m.roots[i]!.voided) return m.roots[i]
  return undefined
}

/** The end of the posting window while a root is due, or there without quorum; 0 otherwise. */
export function postingUntil(m: Market): number {
  const running = Math.floor(m.now / m.p.epoch)
  const until = running * m.p.epoch + m.p.posting
  if (running === 0 || m.now > until) return 0
  const last = newest(m)
  if (last && last.epoch >= running - 1 && last.quorumAfter !== Number.POSITIVE_INFINITY) return 0
  return until
}

export function isSlowFinal(m: Market, root: Root): boolean {
  return !root.voided && m.now >= root.postedAt + m.p.slow
}

export function isFinal(m: Market, root: Root): boolean {
  if (root.voided) return false
  return isSlowFinal(m, root) || m.now >= root.postedAt + root.quorumAfter + m.p.fast
}

/** Whether the root counts for a book. */
export function counts(book: Book, root: Root): boolean {
  return !root.voided && (book.frozenFrom === 0 || root.epoch < book.frozenFrom)
}

export function laneOf(m: Market, root: Root, book: number, lane: 'amount' | 'coSigned'): number {
  let sum = root.phantom[book] ?? 0
  for (let i = 0; i < root.leaves.length; i++) {
    const leaf = root.leaves[i]
    if (leaf && m.intents[i]!.book === book) sum += leaf[lane]
  }
  return sum
}

function totalOf(root: Root): number {
  let sum = 0
  for (const leaf of root.leaves) sum += leaf?.amount ?? 0
  for (const value of root.phantom) sum += value
  return sum
}

/** Posts the root of an epoch. One with quorum replaces one without while the window is open. */
export function post(
  m: Market,
  epoch: number,
  leaves: (Leaf | undefined)[],
  phantom: number[],
  quorum: boolean,
): Outcome {
  const cutoff = cutoffOf(m, epoch)
  if (m.now < cutoff || m.now > cutoff + m.p.posting) return 'outside-window'
  const root: Root = {
    epoch,
    cutoff,
    postedAt: m.now,
    quorumAfter: quorum ? 0 : Number.POSITIVE_INFINITY,
    voided: false,
    leaves,
    phantom,
  }
  const same = m.roots.find((other) => other.epoch === epoch)
  if (same) {
    if (same.quorumAfter !== Number.POSITIVE_INFINITY) return same.voided ? 'voided' : 'not-after-latest'
    if (!quorum) return 'no-more-weight'
  }
  const before = m.roots.findLast((other) => !other.voided && other !== same)
  if (before && before.epoch >= epoch) return 'not-after-latest'
  if (before && totalOf(root) < totalOf(before)) return 'sums-fell'
  if (same) m.roots.splice(m.roots.indexOf(same), 1)
  m.roots.push(root)
  return 0
}

export function attest(m: Market, root: Root): Outcome {
  if (root.voided) return 'voided'
  if (root.quorumAfter !== Number.POSITIVE_INFINITY) return 'no-more-weight'
  root.quorumAfter = m.now - root.postedAt
  return 0
}

export interface Basis {
  /** Newest first: latest, latest final, last claimed from; equal ones once. */
  roots: Root[]
  /** The latest is beyond every challenge. */
  settled: boolean
  lockedUntil: number
}

/** What closes, exits and vouchers of a book rest on (0.1.11). */
export function basisOf(m: Market, number: number): Basis {
  const book = m.books[number]!
  const roots: Root[] = []
  let last: Root | undefined
  for (let i = m.roots.length - 1; i >= 0; i--) {
    const root = m.roots[i]!
    if (!counts(book, root)) continue
    last ??= root
    if (root === last) roots.push(root)
    if (!m.rules.highestLeaf) break
    if (isFinal(m, root)) {
      if (root !== last) roots.push(root)
      break
    }
  }
  if (m.rules.highestLeaf && book.claimedEpoch !== 0) {
    const claimed = m.roots.find((root) => root.epoch === book.claimedEpoch)
    if (claimed && counts(book, claimed) && !roots.includes(claimed)) roots.push(claimed)
  }
  return { roots, settled: !last || isSlowFinal(m, last), lockedUntil: postingUntil(m) }
}

export function freeze(m: Market, number: number, epoch: number): Outcome {
  const book = m.books[number]!
  const root = m.roots.find((other) => other.epoch === epoch)
  if (!root || root.voided) return 'unknown-epoch'
  if (isSlowFinal(m, root)) return 'already-final'
  if (book.frozenFrom === 0 || book.frozenFrom > epoch) book.frozenFrom = epoch
  return 0
}

export function voidRoot(m: Market, root: Root): Outcome {
  if (root.voided) return 'voided'
  if (isSlowFinal(m, root)) return 'already-final'
  root.voided = true
  return 0
}
