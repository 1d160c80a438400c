import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dataWithheld, leavesNeeded } from './faults.ts'
import { SEQUENCES_PATH, sequencesFile } from './fixture.ts'
import { play } from './fuzz.ts'
import { RULES, type Rule, rulesWithout } from './rules.ts'
import { perform, SCENES, Stage } from './scenes.ts'
import { SMALL } from './state.ts'
import type { Poster } from './world.ts'

const POSTERS: Poster[] = ['honest', 'poster', 'quorum']

/** Plays until a sequence breaks something; how many it took. */
function firstViolation(rule: Rule, most: number): { invariant: string; sequences: number } | undefined {
  const rules = rulesWithout(rule)
  for (let seed = 1; seed <= most; seed++) {
    for (const poster of POSTERS) {
      const violation = play(seed, rules, poster)
      if (violation) return { invariant: violation.invariant, sequences: seed }
    }
  }
  return undefined
}

/**
 * Without effect beside `trim` and `noShortPay`: a root that was built before a request and lands after it does what usage
 * does that was not built in yet, and both are trimmed. The contracts keep it: it costs nothing.
 */
const SUBSUMED: Rule[] = ['requestLockout']

/** Rules whose removal random play finds only once in a hundred thousand sequences: their scenes show it. */
const RARE = new Set(SCENES.map(({ rule }) => rule))

describe('the rules of money', () => {
  it.each(POSTERS)('break no invariant in 20,000 random sequences with a poster of kind %s', (poster) => {
    const rules = rulesWithout()
    for (let seed = 1; seed <= 20_000; seed++) {
      const violation = play(seed, rules, poster)
      expect(violation, violation?.trace.join('\n')).toBeUndefined()
    }
  })

  it.each(SCENES)('stop the theft that $rule is there for', (scene) => {
    expect(perform(scene, rulesWithout())).toBeUndefined()
  })

  it.each(SCENES)('let it happen without $rule', (scene) => {
    expect(perform(scene, rulesWithout(scene.rule))).toMatch(/^[1-8]b?: /)
  })

  it.each((Object.keys(RULES) as Rule[]).filter((rule) => !RARE.has(rule) && !SUBSUMED.includes(rule)))(
    'are all needed: random play finds the harm without %s',
    (rule) => {
      expect(firstViolation(rule, 20_000)?.invariant).toMatch(/^[1-8]b?: /)
    },
  )
})

describe('the sequences that the contracts replay', () => {
  it('are those of this model (node contracts/model/fixture.ts)', () => {
    const bare = (text: string) => text.replaceAll(/\s/g, '')
    const isFresh = bare(readFileSync(SEQUENCES_PATH, 'utf8')) === bare(sequencesFile())
    expect(isFresh, 'write the sequences again').toBe(true)
  })
})

describe('a demand for data that nobody answers', () => {
  it('takes a root that is not beyond challenge from the book, and exits do without its leaf', () => {
    const s = new Stage(rulesWithout(), 'quorum')
    const id = s.buys('honest', 10)
    const good = s.posts()
    const hidden = s.posts(true, [9], true)
    s.isProven(hidden)
    expect(s.leafEpochs()[0]).toBe(hidden.epoch)
    s.waits(SMALL.challenge + 1)
    expect(s.leafEpochs()).toEqual([good.epoch])
    s.asksToLeave(id)
    s.waits(SMALL.exit + 1)
    expect(s.leaves(id)).toBe(10)
  })

  it('excuses one intent from a final root, within the window of exits and for its payer alone', () => {
    const s = new Stage(rulesWithout(), 'honest')
    const id = s.buys('honest', 10)
    const root = s.posts()
    s.waits(SMALL.slow + 2)
    expect(dataWithheld(s.w.m, id, root)).toBe(0)
    expect(leavesNeeded(s.w.m, id)).toEqual([])
    s.asksToLeave(id)
    s.waits(SMALL.exit + 4)
    expect(s.leaves(id, false)).toBe('not-payer')
    expect(s.leaves(id)).toBe(10)
    expect(s.w.m.books[1]!.exits.used).toBe(10)
  })
})
