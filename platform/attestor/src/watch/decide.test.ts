import { describe, expect, it } from 'vitest'
import { decideAct, decideRoot, equivocations, isWithRelayer } from './decide.ts'

describe('what to do about a root', () => {
  const seen = {
    nowSeconds: 1_100,
    postedAt: 1_000,
    slowSeconds: 400,
    dueSeconds: 60,
    isOnChain: true,
    wasLooked: true,
    isHidden: true,
    isOwn: false,
    openDemands: 0,
    demandsMade: 0,
    mostDemands: 2,
    bondMicros: 5n,
    leftTodayMicros: 10n,
  }

  it.each([
    ['a leaf is demanded when nobody served the data in the time that is due', {}, 'demand'],
    ['it is looked at first', { wasLooked: false }, 'look'],
    ['data that was found is not demanded', { isHidden: false }, 'wait'],
    ['nothing is demanded of a root of our own', { isOwn: true }, 'wait'],
    ['nothing is demanded before the data is due', { nowSeconds: 1_059 }, 'wait'],
    ['nothing is demanded while a demand stands open', { openDemands: 1 }, 'wait'],
    ['no more is demanded of one root than configured', { demandsMade: 2 }, 'wait'],
    ['no bond is put up beyond the budget of the day', { leftTodayMicros: 4n }, 'wait'],
    ['an end that would come after the window is not begun', { nowSeconds: 1_300 }, 'wait'],
    ['after the slow window it is over', { nowSeconds: 1_400 }, 'end'],
    ['a root that the chain does not hold any more is over', { isOnChain: false }, 'end'],
  ] as const)('%s', (_, change, step) => {
    expect(decideRoot({ ...seen, ...change })).toBe(step)
  })
})

describe('what to do about an act', () => {
  const open = {
    isDone: false,
    isPossible: true,
    isUnderWay: false,
    refusedAtMs: null,
    nowMs: 10_000,
    retryMs: 1_000,
    untilMs: 20_000,
  }

  it.each([
    ['it is wished for when the chain would take it', {}, 'wish'],
    ['it is wished for once: what the relayer holds is left to it', { isUnderWay: true }, 'wait'],
    ['what another has done is done', { isDone: true, isUnderWay: true }, 'done'],
    ['what the chain would not take waits', { isPossible: false }, 'wait'],
    ['after a refusal it waits a while', { refusedAtMs: 9_500 }, 'wait'],
    ['after that while it is tried again', { refusedAtMs: 9_000 }, 'wish'],
    ['it is given up when it is too late', { nowMs: 20_000 }, 'give-up'],
    ['what has no end is never given up', { nowMs: 90_000, untilMs: null }, 'wish'],
  ] as const)('%s', (_, change, step) => {
    expect(decideAct({ ...open, ...change })).toBe(step)
  })
})

describe('whether an act is the relayer’s to send', () => {
  const wishedAtMs = 1_000_000
  const after = (minutes: number) => wishedAtMs + minutes * 60_000

  it.each([
    ['what was not wished for is not', 'collect', null, after(1), false],
    ['money that is collected is, for ten minutes', 'collect', wishedAtMs, after(9), true],
    [
      'after ten minutes money that came in between is wished for anew',
      'collect',
      wishedAtMs,
      after(10),
      false,
    ],
    ['so are rewards', 'reward', wishedAtMs, after(10), false],
    ['so is restitution', 'restore', wishedAtMs, after(10), false],
    ['so is the allowance for a bond', 'allow', wishedAtMs, after(10), false],
    ['a proof stays with it', 'proof', wishedAtMs, after(600), true],
    [
      'a demand stays with it: a second one would put up a second bond',
      'demand',
      wishedAtMs,
      after(600),
      true,
    ],
  ] as const)('%s', (_, kind, wished, nowMs, expected) => {
    expect(isWithRelayer({ kind, wishedAtMs: wished }, nowMs)).toBe(expected)
  })
})

describe('two roots for one epoch', () => {
  const of = (epoch: number, root: string, attestor: string) => ({
    epoch,
    root: `0x${root.repeat(64)}` as const,
    attestor: `0x${attestor.repeat(40)}` as const,
    signature: '0x' as const,
    commitment: null,
  })

  it('signed by one attestor are found, each attestor once', () => {
    const signed = [of(1, 'a', '1'), of(1, 'a', '2'), of(1, 'b', '1'), of(1, 'c', '1')]
    expect(equivocations(signed)).toEqual([[signed[0], signed[2]]])
  })

  it('are no fault for two epochs, two attestors, or the same root heard twice', () => {
    expect(equivocations([of(1, 'a', '1'), of(2, 'b', '1'), of(1, 'b', '2'), of(1, 'a', '1')])).toEqual([])
  })
})
