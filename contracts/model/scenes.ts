import { activate, claim, create, fund, refund, refundConfirmed, refundFinal } from './escrow.ts'
import { closeInstant, finalizeExit, requestExit, trimExit } from './exits.ts'
import { broken, lossIn } from './invariants.ts'
import type { Rule, Rules } from './rules.ts'
import { basisOf, post } from './settlement.ts'
import { type Leaf, type Outcome, type Root, SMALL } from './state.ts'
import { carryFrozen, challenge, dueOf, newWorld, type Poster, tick, type World } from './world.ts'

/** The shortest thefts that rare rules prevent, told step by step. After each step all invariants are asked. */
export class Stage {
  readonly w: World
  violation: string | undefined
  constructor(rules: Rules, poster: Poster) {
    this.w = newWorld(rules, SMALL, poster)
  }

  private check(outcome: Outcome, id?: number): Outcome {
    if (id !== undefined && typeof outcome === 'number') this.w.travellers[id]!.gotBack += outcome
    this.violation ??= broken(this.w)
    return outcome
  }

  /** A purchase by a traveller whose profile is installed at once; active in the book unless that is 0. */
  buys(kind: 'honest' | 'sybil', paid: number, fee = 0, book = 1): number {
    const { m } = this.w
    const id = create(m, fee, paid, m.now + 50)
    const honest = kind === 'honest'
    this.w.travellers.push({
      honest,
      consent: { book: 1, until: m.now + 50 },
      installed: true,
      used: 0,
      finalAsked: false,
      paidIn: paid,
      chargedAtRequest: 0,
      gotBack: 0,
    })
    fund(m, id, paid)
    if (book !== 0) this.activates(id, book)
    return id
  }

  activates(id: number, book = 1): Outcome {
    const words = {
      receiptBook: book,
      consentBook: book,
      consentUntil: this.w.travellers[id]!.consent!.until,
    }
    return this.check(activate(this.w.m, id, book, words))
  }

  fundsAgain(id: number, paid: number): void {
    if (typeof this.check(fund(this.w.m, id, paid)) === 'number') this.w.travellers[id]!.paidIn += paid
  }

  takesBack(id: number): void {
    this.check(refund(this.w.m, id, true), id)
    this.w.travellers[id]!.installed = false
  }

  uses(id: number, amount: number): void {
    const mayStill = !this.w.travellers[id]!.finalAsked || !this.w.m.rules.stopOnFinal
    if (mayStill) this.w.travellers[id]!.used = amount
  }

  /** Goes to the next cutoff; the honest root is posted there, or the given amounts of a corrupt one. */
  posts(quorum = true, amounts?: number[], withheld = false): Root {
    const { w } = this
    tick(w, w.m.p.epoch - (w.m.now % w.m.p.epoch))
    carryFrozen(w)
    const built = w.built!
    const leaves: (Leaf | undefined)[] = amounts
      ? amounts.map((amount) => ({ amount, coSigned: amount, byTariff: amount, isFinal: false }))
      : [...built.leaves]
    const outcome = post(w.m, built.epoch, leaves, [...built.phantom], quorum)
    const root = w.m.roots.at(-1)!
    if (amounts) {
      w.truths.set(root, { corruption: 'inflated', book: 1, victim: 0, withheld, demandedAt: 0 })
      if (quorum) w.corruptQuorums++
    }
    this.check(outcome)
    return root
  }

  waits(ticks: number): void {
    tick(this.w, ticks)
    this.check(0)
  }

  claims(root: Root): Outcome {
    return this.check(claim(this.w.m, root, 1))
  }

  closes(id: number, charge: number): Outcome {
    return this.check(closeInstant(this.w.m, id, charge, true), id)
  }

  closesFinal(id: number, root: Root): Outcome {
    return this.check(refundFinal(this.w.m, id, root, true), id)
  }

  closesConfirmed(id: number, newer: Root, beyond: Root): Outcome {
    return this.check(refundConfirmed(this.w.m, id, newer, beyond), id)
  }

  asksToLeave(id: number, stated = dueOf(this.w, id)): Outcome {
    return this.check(requestExit(this.w.m, id, stated))
  }

  leaves(id: number, byPayer = true): Outcome {
    return this.check(finalizeExit(this.w.m, id, byPayer), id)
  }

  trims(id: number): Outcome {
    return this.check(trimExit(this.w.m, id))
  }

  isProven(root: Root): void {
    challenge(this.w, root)
    this.waits(0)
  }

  leafEpochs(): number[] {
    return basisOf(this.w.m, 1).roots.map((root) => root.epoch)
  }
}

export interface Scene {
  rule: Rule
  poster: Poster
  play(s: Stage): void
}

export const SCENES: Scene[] = [
  {
    rule: 'idOnce',
    poster: 'honest',
    // The same terms are funded again, and the words of their first life still fit.
    play(s) {
      const id = s.buys('honest', 6, 2, 0)
      s.takesBack(id)
      s.fundsAgain(id, 6)
      s.activates(id)
    },
  },
  {
    rule: 'finalizeLeaf',
    poster: 'honest',
    play(s) {
      s.buys('honest', 10)
      const sybil = s.buys('sybil', 10)
      s.uses(sybil, 8)
      const root = s.posts()
      s.waits(2)
      s.claims(root)
      s.asksToLeave(sybil, 0)
      s.waits(SMALL.exit + SMALL.slow)
      s.leaves(sybil)
    },
  },
  {
    rule: 'leafNotStored',
    poster: 'poster',
    // One dishonest attestor posts a wrong leaf; it is taken back, but an exit began in between.
    play(s) {
      const id = s.buys('honest', 10)
      s.posts(false, [6])
      s.waits(2)
      s.asksToLeave(id)
      s.waits(SMALL.slow)
      s.leaves(id)
    },
  },
  {
    rule: 'payerFinalizes',
    poster: 'poster',
    play(s) {
      const id = s.buys('honest', 10)
      s.waits(2)
      s.asksToLeave(id)
      s.waits(6)
      s.posts(false, [6])
      s.waits(3)
      s.leaves(id, false)
    },
  },
  {
    rule: 'frozenActivate',
    poster: 'quorum',
    // A drained book would pay its old debts with a newcomer's money.
    play(s) {
      const first = s.buys('honest', 12)
      const sybil = s.buys('sybil', 12)
      const root = s.posts(true, [12, 0])
      s.waits(2)
      s.claims(root)
      s.isProven(root)
      s.waits(SMALL.challenge + 3)
      s.asksToLeave(sybil, 0)
      s.waits(SMALL.exit)
      s.leaves(sybil)
      const newcomer = s.buys('honest', 12)
      s.asksToLeave(first)
      s.asksToLeave(newcomer)
      s.waits(SMALL.exit + 1)
      s.leaves(first)
      s.waits(SMALL.exit + 2)
      s.leaves(newcomer)
    },
  },
  {
    rule: 'highestLeaf',
    poster: 'poster',
    // What was claimed from the root before is gone; a root of one dishonest attestor says nothing was used.
    play(s) {
      s.buys('honest', 12)
      const sybil = s.buys('sybil', 12)
      s.uses(sybil, 12)
      const root = s.posts()
      s.waits(2)
      s.claims(root)
      s.posts(false, [12, 0])
      s.waits(2)
      s.closes(sybil, 0)
    },
  },
  {
    rule: 'outflowOfCloses',
    poster: 'quorum',
    // Two thirds of the stake lie for one root: without the cap the sybils of a claimed book all leave at once.
    play(s) {
      for (let i = 0; i < 4; i++) s.buys('honest', 12)
      const sybils = [0, 1, 2, 3].map(() => s.buys('sybil', 12))
      for (const id of sybils) s.uses(id, 12)
      const good = s.posts()
      s.waits(SMALL.slow)
      s.claims(good)
      const wrong = s.posts(true, [12, 12, 12, 12, 0, 0, 0, 1])
      s.waits(2)
      s.claims(wrong)
      for (const id of sybils) s.closes(id, id === 7 ? 1 : 0)
      for (const id of sybils) s.closesFinal(id, wrong)
      if (lossIn(s.w, 1) > 3 * SMALL.windowFloor) s.violation ??= '4: more is gone than three windows let out'
    },
  },
  {
    rule: 'confirmedLeaf',
    poster: 'quorum',
    // The sybils' leaves are beyond challenge and claimed; a lying quorum lowers them: all of them leave at once.
    play(s) {
      for (let i = 0; i < 4; i++) s.buys('honest', 12)
      const sybils = [0, 1, 2, 3].map(() => s.buys('sybil', 12))
      for (const id of sybils) {
        s.uses(id, 12)
        s.w.travellers[id]!.finalAsked = true
      }
      const good = s.posts()
      s.waits(SMALL.slow)
      s.claims(good)
      const wrong = s.posts(true, [12, 12, 12, 12, 0, 0, 0, 1])
      for (const leaf of wrong.leaves) leaf!.isFinal = true
      s.waits(2)
      s.claims(wrong)
      for (const id of sybils) s.closesConfirmed(id, wrong, good)
      if (lossIn(s.w, 1) > 3 * SMALL.windowFloor) s.violation ??= '4: more is gone than three windows let out'
    },
  },
  {
    rule: 'stopOnFinal',
    poster: 'honest',
    // The root with the FINAL leaf is final, the next with more is posted: whoever closes by the first takes twice.
    play(s) {
      s.buys('honest', 10)
      const sybil = s.buys('sybil', 10)
      s.uses(sybil, 4)
      s.w.travellers[sybil]!.finalAsked = true
      const root = s.posts()
      s.waits(2)
      s.uses(sybil, 9)
      const next = s.posts()
      s.closesFinal(sybil, root)
      s.waits(SMALL.slow)
      s.claims(next)
    },
  },
  {
    rule: 'closedLeaf',
    poster: 'honest',
    play(s) {
      s.buys('honest', 10)
      const sybil = s.buys('sybil', 10)
      s.uses(sybil, 8)
      s.closes(sybil, 0)
      const root = s.posts()
      s.waits(SMALL.slow)
      s.claims(root)
    },
  },
  {
    rule: 'noShortPay',
    poster: 'honest',
    // Usage that was not posted yet is claimed out of others' money while the exit holds back its own.
    play(s) {
      const honest = s.buys('honest', 10)
      const sybil = s.buys('sybil', 10)
      s.uses(sybil, 8)
      s.asksToLeave(sybil, 0)
      const root = s.posts()
      s.waits(2)
      s.claims(root)
      s.asksToLeave(honest)
      s.waits(SMALL.exit + 3)
      s.leaves(honest)
      s.trims(sybil)
      s.leaves(honest)
    },
  },
  {
    rule: 'trim',
    poster: 'honest',
    play(s) {
      s.buys('honest', 10)
      const sybil = s.buys('sybil', 10)
      s.uses(sybil, 8)
      s.asksToLeave(sybil, 0)
      const root = s.posts()
      s.waits(2)
      s.claims(root)
    },
  },
  {
    rule: 'exitWindow',
    poster: 'honest',
    // A carrier and a sybil refill one deposit for ever, and an honest exit finds every window full.
    play(s) {
      const honest = s.buys('honest', 12)
      s.posts()
      s.waits(2)
      s.asksToLeave(honest)
      s.waits(SMALL.exit)
      let left: Outcome = 'never'
      for (let window = 0; window < 8 && typeof left !== 'number'; window++) {
        s.posts()
        s.waits(2)
        s.closes(s.buys('sybil', 12), 0)
        left = s.leaves(honest)
        s.waits(2)
      }
      if (typeof left !== 'number') s.violation ??= `8: kept in by other people's closes: ${left}`
    },
  },
]

/** What broke when the scene is played without its rule, or with it. */
export function perform(scene: Scene, rules: Rules): string | undefined {
  const stage = new Stage(rules, scene.poster)
  scene.play(stage)
  return stage.violation
}
