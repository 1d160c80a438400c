import { type Calls, recorded } from './calls.ts'
import { exitCharge } from './exits.ts'
import { broken, paysTwice } from './invariants.ts'
import { everyoneLeaves } from './liveness.ts'
import { type Random, seeded } from './random.ts'
import type { Rules } from './rules.ts'
import { type Outcome, type Root, SMALL } from './state.ts'
import {
  CORRUPTIONS,
  carryFrozen,
  challenge,
  dueOf,
  hasLeaves,
  isLive,
  newWorld,
  type Poster,
  spoil,
  tick,
  type World,
  wouldFall,
} from './world.ts'

const {
  activate,
  attest,
  cancelExit,
  claim,
  closeInstant,
  counterExit,
  create,
  finalizeExit,
  fund,
  post,
  redeem,
  refund,
  refundConfirmed,
  refundFinal,
  requestExit,
  trimExit,
}: Calls = recorded()

const MOST_INTENTS = 5
const STEPS = 70

export interface Violation {
  seed: number
  invariant: string
  trace: string[]
}

/** One step of a sequence: what was tried and how it ended, for a trace that a person can read. */
type Step = (w: World, random: Random) => string | undefined

function say(action: string, outcome: Outcome): string | undefined {
  return typeof outcome === 'number' ? `${action} ${outcome}` : undefined
}

function someone(w: World, random: Random): number | undefined {
  return w.m.intents.length === 0 ? undefined : random.below(w.m.intents.length)
}

function payOut(w: World, id: number, outcome: Outcome): Outcome {
  if (typeof outcome === 'number') w.travellers[id]!.gotBack += outcome
  return outcome
}

const buy: Step = (w, random) => {
  if (w.m.intents.length >= MOST_INTENTS) return undefined
  const { unit } = w.m.p
  const most = unit * (4 + random.below(9))
  const fee = unit * random.below(Math.min(5, most / unit))
  const id = create(w.m, fee, most, w.m.now + 2 + random.below(8))
  w.travellers.push({
    honest: random.chance(2),
    consent: undefined,
    installed: false,
    used: 0,
    finalAsked: false,
    paidIn: 0,
    chargedAtRequest: 0,
    gotBack: 0,
  })
  const amount = random.chance(4) ? unit * (1 + random.below(most / unit)) : most
  w.travellers[id]!.paidIn += fund(w.m, id, amount) as number
  const kind = w.travellers[id]!.honest ? 'honest' : 'sybil'
  // Two of three are served at once: what is still Held can lose little.
  if (!random.chance(3)) {
    install(w, id, 1 + random.below(w.m.books.length - 1), 4)
    activateFor(w, id, w.travellers[id]!.consent!.book)
  }
  return `buy ${id} ${kind} fee=${fee} paid=${amount} of ${most} ${w.m.intents[id]!.stage}`
}

const topUp: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const outcome = fund(w.m, id, w.m.p.unit * (1 + random.below(6)))
  if (typeof outcome === 'number') w.travellers[id]!.paidIn += outcome
  return say(`fund ${id}`, outcome)
}

function install(w: World, id: number, book: number, ticks: number): void {
  const traveller = w.travellers[id]!
  traveller.consent = { book, until: w.m.now + ticks }
  traveller.installed = true
}

/** An app signs one consent at a time, for an installed profile of a waiting intent. */
const consent: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const { stage, provisionBy } = w.m.intents[id]!
  const traveller = w.travellers[id]!
  if (stage !== 'held' || w.m.now > provisionBy) return undefined
  if (traveller.consent && traveller.consent.until >= w.m.now) return undefined
  install(w, id, 1 + random.below(w.m.books.length - 1), random.below(5))
  return `consent ${id} book=${traveller.consent!.book} until=${traveller.consent!.until}`
}

function activateFor(w: World, id: number, book: number): Outcome {
  const { consent: words, honest } = w.travellers[id]!
  // Carriers sign receipts of profiles that nobody has, and sybils consent to anything.
  const outcome = activate(w.m, id, book, {
    receiptBook: book,
    consentBook: honest ? words?.book : book,
    consentUntil: honest ? (words?.until ?? -1) : w.m.now,
  })
  if (typeof outcome === 'number' && !honest) w.travellers[id]!.installed = true
  return outcome
}

const activateSome: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const book = 1 + random.below(w.m.books.length - 1)
  return say(`activate ${id} book=${book}`, activateFor(w, id, book))
}

const takeBack: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const outcome = payOut(w, id, refund(w.m, id, random.chance(2)))
  if (typeof outcome === 'number') w.travellers[id]!.installed = false
  return say(`refund ${id}`, outcome)
}

const use: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const traveller = w.travellers[id]!
  const intent = w.m.intents[id]!
  if (intent.stage !== 'open' || !traveller.installed) return undefined
  if (traveller.finalAsked && w.m.rules.stopOnFinal) return undefined
  traveller.used = Math.max(traveller.used, random.below(intent.funded + 1))
  return `use ${id} =${traveller.used}`
}

const askFinal: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined || w.m.intents[id]!.stage !== 'open') return undefined
  w.travellers[id]!.finalAsked = true
  return `final ${id}`
}

const wait: Step = (w, random) => {
  const ticks = random.chance(3) ? 1 + random.below(w.m.p.epoch) : 1
  tick(w, ticks)
  return `wait ${ticks} (now ${w.m.now})`
}

/** To the next cutoff, where roots are built. */
const waitForCutoff: Step = (w) => {
  const ticks = w.m.p.epoch - (w.m.now % w.m.p.epoch)
  tick(w, ticks)
  return `wait ${ticks} for the cutoff (now ${w.m.now})`
}

const postHonest: Step = (w, random) => {
  const { built } = w
  // Whoever knows a root to be wrong proves it first: nothing honest can stand on it.
  if (!built || [...w.truths.keys()].some((root) => isLive(w, root))) return undefined
  carryFrozen(w)
  if (w.truths.size > 0 && wouldFall(w)) return undefined
  const quorum = !random.chance(4)
  return say(
    `post ${built.epoch} quorum=${quorum} ${amounts(built.leaves)}`,
    post(w.m, built.epoch, [...built.leaves], [...built.phantom], quorum),
  )
}

const postCorrupt: Step = (w, random) => {
  if (w.poster === 'honest' || !w.built || !random.chance(2)) return undefined
  const { leaves, phantom } = w.built
  w.built.leaves = [...leaves]
  w.built.phantom = [...phantom]
  carryFrozen(w)
  const corruption = random.pick(CORRUPTIONS)
  let truth = spoil(w, random, corruption)
  if (random.chance(4)) {
    const victim = random.below(Math.max(1, w.m.intents.length))
    const book = w.m.intents[victim]?.book ?? 0
    if (book !== 0 && (!truth || truth.book === book))
      truth = { corruption: truth?.corruption, book, victim, withheld: true, demandedAt: 0 }
  }
  const { epoch, leaves: wrong, phantom: extra } = w.built
  w.built = { epoch, leaves, phantom }
  if (!truth) return undefined
  const quorum = w.poster === 'quorum' && random.chance(2)
  const outcome = post(w.m, epoch, wrong, [...extra], quorum)
  if (typeof outcome === 'number') {
    w.truths.set(w.m.roots.at(-1)!, truth)
    if (quorum) w.corruptQuorums++
  }
  const what = `${truth.corruption ?? ''}${truth.withheld ? ' withheld' : ''} in ${truth.book}`
  return say(`post corrupt ${epoch} ${what} quorum=${quorum} ${amounts(wrong)}`, outcome)
}

function amounts(leaves: readonly ({ amount: number; isFinal: boolean } | undefined)[]): string {
  return `[${Array.from(leaves, (leaf) => (leaf ? `${leaf.amount}${leaf.isFinal ? 'F' : ''}` : '-')).join(' ')}]`
}

const attestSome: Step = (w, random) => {
  const root = w.m.roots.at(-1)
  if (!root || isLive(w, root) || w.truths.has(root) || !random.chance(2)) return undefined
  return say(`attest ${root.epoch}`, attest(w.m, root))
}

const watchSome: Step = (w, random) => {
  const roots = [...w.truths.keys()].filter((root) => isLive(w, root))
  if (roots.length === 0 || !random.chance(6)) return undefined
  const root = random.pick(roots)
  challenge(w, root)
  return `challenge ${root.epoch}`
}

function someRoot(w: World, random: Random): Root | undefined {
  const { roots } = w.m
  return roots.length === 0 ? undefined : roots[Math.max(0, roots.length - 1 - random.below(3))]
}

const claimSome: Step = (w, random) => {
  const root = someRoot(w, random)
  if (!root) return undefined
  const book = 1 + random.below(w.m.books.length - 1)
  const outcome = claim(w.m, root, book)
  if (typeof outcome === 'number' && paysTwice(w, root.epoch, book)) return 'twice'
  return outcome === 0 ? undefined : say(`claim book=${book} epoch=${root.epoch}`, outcome)
}

const redeemSome: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const traveller = w.travellers[id]!
  const voucher = traveller.honest ? dueOf(w, id) : w.m.p.unit * (1 + random.below(12))
  return say(`voucher ${id} ${voucher} pays`, redeem(w.m, id, voucher))
}

const closeFinal: Step = (w, random) => {
  const id = someone(w, random)
  const root = someRoot(w, random)
  if (id === undefined || !root) return undefined
  const { honest } = w.travellers[id]!
  const byPayer = random.chance(2)
  // An honest traveller does not agree to a leaf above what is due, nor can show one that is hidden.
  const seesThrough = w.truths.get(root)?.withheld !== true && (root.leaves[id]?.amount ?? 0) <= dueOf(w, id)
  if (honest && byPayer && !seesThrough) return undefined
  return say(
    `refundFinal ${id} epoch=${root.epoch} payer=${byPayer}`,
    payOut(w, id, refundFinal(w.m, id, root, byPayer)),
  )
}

const closeConfirmed: Step = (w, random) => {
  const id = someone(w, random)
  const newer = someRoot(w, random)
  const kept = w.m.roots.filter((root) => !root.voided)
  const beyond = kept.length === 0 ? undefined : random.pick(kept)
  if (id === undefined || !newer || !beyond) return undefined
  return say(
    `refundConfirmed ${id} epochs=${newer.epoch},${beyond.epoch}`,
    payOut(w, id, refundConfirmed(w.m, id, newer, beyond)),
  )
}

const closeTogether: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const { honest } = w.travellers[id]!
  if (honest && !hasLeaves(w, id)) return undefined
  const signs = !honest || !random.chance(4)
  const charge = honest && signs ? dueOf(w, id) : w.m.p.unit * random.below(13)
  return say(`closeInstant ${id} at ${charge} back`, payOut(w, id, closeInstant(w.m, id, charge, signs)))
}

const leaveSoon: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const { honest } = w.travellers[id]!
  if (honest && !hasLeaves(w, id)) return undefined
  const stated = honest ? dueOf(w, id) : w.m.p.unit * random.below(3)
  const charged = Math.max(0, ...w.m.roots.map((root) => (root.voided ? 0 : (root.leaves[id]?.amount ?? 0))))
  const outcome = requestExit(w.m, id, stated)
  if (typeof outcome === 'number') w.travellers[id]!.chargedAtRequest = charged
  return say(`requestExit ${id} at ${stated} hold`, outcome)
}

const contradict: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const voucher = w.travellers[id]!.honest ? dueOf(w, id) : w.m.p.unit * (1 + random.below(12))
  return say(`counterExit ${id}`, counterExit(w.m, id, voucher))
}

const trim: Step = (w, random) => {
  const id = someone(w, random)
  return id === undefined ? undefined : say(`trimExit ${id}`, trimExit(w.m, id))
}

const stay: Step = (w, random) => {
  const id = someone(w, random)
  return id === undefined ? undefined : say(`cancelExit ${id}`, cancelExit(w.m, id))
}

const leave: Step = (w, random) => {
  const id = someone(w, random)
  if (id === undefined) return undefined
  const byPayer = random.chance(2)
  const charge = exitCharge(w.m, id)
  // The payer waits while a root that is being challenged would charge too much; others may try any time.
  const isFair = typeof charge === 'number' && charge <= dueOf(w, id)
  const waits = Math.max(...w.m.roots.map((root) => (isLive(w, root) ? 1 : 0)), 0) === 1
  if (w.travellers[id]!.honest && byPayer && ((!isFair && waits) || !hasLeaves(w, id))) return undefined
  return say(`finalizeExit ${id} payer=${byPayer} back`, payOut(w, id, finalizeExit(w.m, id, byPayer)))
}

const STEPS_BY_WEIGHT: Step[] = [
  ...Array<Step>(5).fill(buy),
  topUp,
  ...Array<Step>(2).fill(consent),
  ...Array<Step>(3).fill(activateSome),
  takeBack,
  ...Array<Step>(5).fill(use),
  askFinal,
  ...Array<Step>(5).fill(wait),
  ...Array<Step>(4).fill(waitForCutoff),
  ...Array<Step>(6).fill(postHonest),
  ...Array<Step>(4).fill(postCorrupt),
  attestSome,
  watchSome,
  ...Array<Step>(5).fill(claimSome),
  ...Array<Step>(3).fill(redeemSome),
  ...Array<Step>(3).fill(closeFinal),
  ...Array<Step>(2).fill(closeConfirmed),
  ...Array<Step>(3).fill(closeTogether),
  ...Array<Step>(3).fill(leaveSoon),
  contradict,
  trim,
  stay,
  ...Array<Step>(3).fill(leave),
]

/** One random sequence. Undefined when nothing broke. */
export function play(seed: number, rules: Rules, poster: Poster): Violation | undefined {
  return playIn(newWorld(rules, SMALL, poster), seed, STEPS)
}

/** The same in a world that the caller has made and may listen to. */
export function playIn(w: World, seed: number, steps: number): Violation | undefined {
  const random = seeded(seed)
  const trace: string[] = []
  for (let i = 0; i < steps; i++) {
    const said = random.pick(STEPS_BY_WEIGHT)(w, random)
    if (said === undefined) continue
    trace.push(said)
    const invariant = said === 'twice' ? '7: a claim paid twice' : broken(w)
    if (invariant) return { seed, invariant, trace }
  }
  w.m.record = undefined
  const stuck = everyoneLeaves(w)
  return stuck ? { seed, invariant: stuck, trace } : undefined
}

/** Many sequences; stops at the first violation unless all are to be counted. */
export function playMany(
  from: number,
  count: number,
  rules: Rules,
  poster: Poster,
): { violations: number; first: Violation | undefined } {
  let violations = 0
  let first: Violation | undefined
  for (let seed = from; seed < from + count; seed++) {
    const violation = play(seed, rules, poster)
    if (!violation) continue
    violations++
    first ??= violation
  }
  return { violations, first }
}
