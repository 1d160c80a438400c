import { dataWithheld, faultsOf, inTime, leavesNeeded, punish } from './faults.ts'
import type { Random } from './random.ts'
import type { Rules } from './rules.ts'
import { cutoffOf, isSlowFinal, newest } from './settlement.ts'
import { type Leaf, type Market, openMarket, type Parameters, type Root } from './state.ts'

/** `honest`: every root is built by the rules. `poster`: one attestor posts what it likes. `quorum`: two thirds do. */
export type Poster = 'honest' | 'poster' | 'quorum'

export const CORRUPTIONS = ['over', 'unlikeClose', 'fell', 'inflated', 'phantom', 'tariff'] as const
export type Corruption = (typeof CORRUPTIONS)[number]

/** What is true about a traveller, whatever the chain says. */
export interface Traveller {
  honest: boolean
  /** Books whose carrier signed that its profile is installed: carriers sign anything. */
  consent: { book: number; until: number } | undefined
  /** The profile is on the device, and the traveller stands by the consent. */
  installed: boolean
  used: number
  finalAsked: boolean
  paidIn: number
  /** The most that a root said when an exit was requested: that much is the carrier's. */
  chargedAtRequest: number
  gotBack: number
}

/** What is true about a root. */
export interface Truth {
  corruption: Corruption | undefined
  /** The book in which it is wrong. */
  book: number
  /** Whose leaf, for an evidence challenge. */
  victim: number
  withheld: boolean
  demandedAt: number
}

export interface World {
  m: Market
  poster: Poster
  travellers: Traveller[]
  truths: Map<Root, Truth>
  /** Honest leaves as of the last cutoff, until posted or late. */
  built: { epoch: number; leaves: (Leaf | undefined)[]; phantom: number[] } | undefined
  corruptQuorums: number
  /** What once was true and must stay so: highest claims and totals seen. */
  seen: { claimed: number[]; total: number; closed: Set<number>; watermark: number[]; frozenAt: number[] }
}

export function newWorld(rules: Rules, p: Parameters, poster: Poster, books = 2): World {
  return {
    m: openMarket(rules, p, books, 3 * p.epoch + 2),
    poster,
    travellers: [],
    truths: new Map(),
    built: undefined,
    corruptQuorums: 0,
    seen: { claimed: [], total: 0, closed: new Set(), watermark: [], frozenAt: [] },
  }
}

/** What a traveller owes in truth: nothing before an installed profile is active. */
export function dueOf(w: World, id: number): number {
  const traveller = w.travellers[id]!
  const intent = w.m.intents[id]!
  return traveller.installed && intent.activatedAt !== 0 ? Math.max(traveller.used, intent.fee) : 0
}

/** Ticks, one by one: at a cutoff the honest poster reads the chain, and watchers do what cannot wait. */
export function tick(w: World, ticks: number): void {
  const { m } = w
  for (let i = 0; i < ticks; i++) {
    watch(w)
    m.now++
    if (m.now % m.p.epoch === 0) build(w, m.now / m.p.epoch - 1)
    for (let id = 0; id < m.intents.length; id++) {
      const traveller = w.travellers[id]!
      // Who sees nothing come of a consent, or the time for it over, takes the profile off again.
      const stale = traveller.consent !== undefined && traveller.consent.until < m.now
      const waiting = m.intents[id]!.activatedAt === 0
      if (traveller.honest && waiting && (stale || m.now > m.intents[id]!.provisionBy)) {
        traveller.installed = false
      }
    }
  }
}

/** The honest tree of an epoch, by the chain as of its cutoff. */
function build(w: World, epoch: number): void {
  const { m } = w
  const previous = m.roots.findLast((root) => !root.voided && !isLive(w, root))
  const leaves: (Leaf | undefined)[] = []
  for (let id = 0; id < m.intents.length; id++) {
    const intent = m.intents[id]!
    if (intent.activatedAt === 0) continue
    const before = previous?.leaves[id]
    const traveller = w.travellers[id]!
    const isFinal = intent.stage === 'closed' || (before?.isFinal ?? false) || traveller.finalAsked
    // A FINAL leaf stays as it is until the close: every close counts the watermark itself.
    let amount =
      before?.isFinal && m.rules.stopOnFinal
        ? before.amount
        : Math.max(traveller.used, intent.fee, intent.settled, before?.amount ?? 0)
    if (intent.stage === 'closed' && m.rules.closedLeaf) amount = intent.settled
    leaves[id] = { amount, coSigned: amount, byTariff: amount, isFinal }
  }
  w.built = { epoch, leaves, phantom: [] }
}

/** What a frozen book held is carried along, so that sums never fall. */
export function carryFrozen(w: World): void {
  const last = newest(w.m)
  const built = w.built!
  for (let book = 1; book < w.m.books.length; book++) {
    if (w.m.books[book]!.frozenFrom === 0) continue
    built.phantom[book] = last?.phantom[book] ?? 0
    w.m.intents.forEach((intent, id) => {
      if (intent.book === book) built.leaves[id] = last?.leaves[id]
    })
  }
}

/**
 * A watcher holds the data of every root that was published, sees every leaf, and needs no permission. It proves what
 * can be proved, and demands what must be shown, at the latest when a demand is still over before slow finality.
 */
function watch(w: World): void {
  const { m } = w
  for (const [root, truth] of w.truths) {
    if (!isLive(w, root)) continue
    const lastCall = m.now + m.p.challenge + 1 >= root.postedAt + m.p.slow
    if (truth.demandedAt !== 0 && m.now >= truth.demandedAt + m.p.challenge) timeout(w, root, truth)
    else if (lastCall) challenge(w, root)
  }
}

/** Proves a wrong root, or opens the demand that its poster cannot answer. */
export function challenge(w: World, root: Root): void {
  const truth = w.truths.get(root)!
  const wrong = wrongness(w, root, truth)
  if (wrong === 'proof') {
    punish(w.m, root, truth.book)
  } else if (wrong === 'demand' && truth.demandedAt === 0 && inTime(w.m, root)) {
    truth.demandedAt = w.m.now
  }
}

function timeout(w: World, root: Root, truth: Truth): void {
  if (truth.withheld) dataWithheld(w.m, truth.victim, root)
  else if (wrongness(w, root, truth)) punish(w.m, root, truth.book)
}

/** What is wrong in a root, as of now: deposits and usage may have grown into it. */
function wrongness(w: World, root: Root, truth: Truth): 'proof' | 'demand' | undefined {
  if (truth.withheld) return 'demand'
  if (faultsOf(w.m, root).some(([, book]) => book === truth.book)) return 'proof'
  const beyondEvidence = w.m.intents.some((intent, id) => {
    const isOurs = w.travellers[id]!.honest && intent.book === truth.book
    return isOurs && (root.leaves[id]?.amount ?? 0) > Math.max(dueOf(w, id), intent.settled)
  })
  return beyondEvidence ? 'demand' : undefined
}

/** Whether the root is wrong and still counts where it is wrong. */
export function isLive(w: World, root: Root): boolean {
  const truth = w.truths.get(root)
  if (!truth || root.voided || !w.m.roots.includes(root)) return false
  const { frozenFrom } = w.m.books[truth.book]!
  return (frozenFrom === 0 || frozenFrom > root.epoch) && wrongness(w, root, truth) !== undefined
}

/** No attestor signs below what stands in a root that counts: such a leaf is a fault, whoever was wrong before. */
export function wouldFall(w: World): boolean {
  const { leaves } = w.built!
  return w.m.roots.some((root) =>
    root.leaves.some((leaf, id) => {
      const book = w.m.books[w.m.intents[id]!.book]!
      const isBinding = !root.voided && root.epoch < w.built!.epoch && book.frozenFrom === 0
      const closed = w.m.intents[id]!.stage === 'closed'
      if (!leaf || !isBinding) return false
      const next = leaves[id]?.amount ?? 0
      return next < leaf.amount || (leaf.isFinal && !closed && next !== leaf.amount && w.m.rules.stopOnFinal)
    }),
  )
}

/** Whether a traveller can show the leaves that a close needs: hidden ones only their friends have. */
export function hasLeaves(w: World, id: number): boolean {
  return leavesNeeded(w.m, id).every((root) => !w.truths.get(root)?.withheld)
}

/** Takes an honest tree and spoils it. Undefined when there is nothing to spoil that way. */
export function spoil(w: World, random: Random, corruption: Corruption): Truth | undefined {
  const { m } = w
  const built = w.built!
  const truth = (book: number, victim: number): Truth => ({
    corruption,
    book,
    victim,
    withheld: false,
    demandedAt: 0,
  })
  if (corruption === 'phantom') {
    const book = 1 + random.below(m.books.length - 1)
    if (m.books[book]!.frozenFrom !== 0) return undefined
    built.phantom[book] = m.p.unit * (1 + random.below(12))
    return truth(book, 0)
  }
  const id = random.below(Math.max(1, m.intents.length))
  const intent = m.intents[id]
  if (!intent) return undefined
  const leaf = built.leaves[id]
  if (!leaf || m.books[intent.book]!.frozenFrom !== 0) return undefined
  const set = (amount: number, byTariff = amount, isFinal = leaf.isFinal): Truth => {
    built.leaves[id] = { amount, coSigned: amount, byTariff, isFinal }
    return truth(intent.book, id)
  }
  const closed = intent.stage === 'closed' && intent.closedAt < cutoffOf(m, built.epoch)
  if (corruption === 'over') return set(intent.funded + m.p.unit * (1 + random.below(8)))
  if (corruption === 'unlikeClose')
    return closed && leaf.amount > 0 ? set(random.below(leaf.amount)) : undefined
  if (corruption === 'fell') return regress(w, random, id, set)
  if (closed || leaf.amount >= intent.funded) return undefined
  const more = leaf.amount + 1 + random.below(intent.funded - leaf.amount)
  if (more <= intent.settled) return undefined
  if (corruption === 'tariff') return set(more, leaf.amount)
  // The carrier made the bytes up; a sybil would sign them, an honest device did not.
  return w.travellers[id]!.honest ? set(more, more, random.chance(2) || leaf.isFinal) : undefined
}

function regress(w: World, random: Random, id: number, set: (amount: number) => Truth): Truth | undefined {
  const before = w.m.roots.findLast((root) => !root.voided)?.leaves[id]
  return before && before.amount > 0 ? set(random.below(before.amount)) : undefined
}

/** No root may be beyond challenge while it is wrong in a book that trusts it. */
export function slippedThrough(w: World): boolean {
  for (const root of w.truths.keys()) if (isSlowFinal(w.m, root) && isLive(w, root)) return true
  return false
}
