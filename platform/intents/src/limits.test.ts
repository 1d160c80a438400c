import { describe, expect, it } from 'vitest'
import {
  type Limits,
  type LimitsRow,
  limitsAt,
  mayPay,
  mostNow,
  NO_LIMITS,
  type Spend,
  setLimits,
} from './limits.ts'

const DAY = 86_400_000
const NOW = 1_900_000_000_000
const limits = (perPurchase: bigint | null, perDay: bigint | null, per30Days: bigint | null): Limits => ({
  perPurchase,
  perDay,
  per30Days,
})
const spent = (amountMicros: bigint, agoMs: number): Spend => ({ amountMicros, atMs: NOW - agoMs })

describe('whether an amount may be paid', () => {
  const cases: [string, Limits, Spend[], bigint, ReturnType<typeof mayPay>][] = [
    ['without limits anything may', NO_LIMITS, [spent(10n ** 12n, 1)], 10n ** 12n, { ok: true }],
    ['up to the limit of a purchase, the limit included', limits(5n, null, null), [], 5n, { ok: true }],
    [
      'above the limit of a purchase never',
      limits(5n, null, null),
      [],
      6n,
      { ok: false, limit: 'perPurchase', limitMicros: 5n, leftMicros: 5n, freesAtMs: null },
    ],
    ['a day’s limit is used up to the last micro', limits(null, 10n, null), [spent(4n, 1)], 6n, { ok: true }],
    [
      'then it frees with what is oldest, as soon as enough of it has gone',
      limits(null, 10n, null),
      [spent(4n, 3_000), spent(5n, 9_000), spent(1n, 1_000)],
      6n,
      { ok: false, limit: 'perDay', limitMicros: 10n, leftMicros: 0n, freesAtMs: NOW - 3_000 + DAY },
    ],
    ['what is a day old counts no more', limits(null, 10n, null), [spent(10n, DAY)], 10n, { ok: true }],
    [
      'but for thirty days it does',
      limits(null, 10n, 12n),
      [spent(10n, DAY)],
      3n,
      { ok: false, limit: 'per30Days', limitMicros: 12n, leftMicros: 2n, freesAtMs: NOW + 29 * DAY },
    ],
    [
      'a limit of nothing lets nothing through, whenever',
      limits(null, 0n, null),
      [],
      1n,
      { ok: false, limit: 'perDay', limitMicros: 0n, leftMicros: 0n, freesAtMs: null },
    ],
    [
      'where a limit was put below what is spent, nothing is left and not less',
      limits(null, 3n, null),
      [spent(9n, 1_000)],
      2n,
      { ok: false, limit: 'perDay', limitMicros: 3n, leftMicros: 0n, freesAtMs: NOW - 1_000 + DAY },
    ],
  ]
  it.each(cases)('%s', (_, held, spends, want, verdict) => {
    expect(mayPay(held, spends, want, NOW)).toEqual(verdict)
  })
})

/** mulberry32: the same walks in every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

describe('over random lives of purchases and changes', () => {
  it('no window ever holds more than the limit, and what is promised to be free is', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed)
      const held = limits(next(3) ? BigInt(1 + next(40)) : null, BigInt(next(60)), BigInt(next(200)))
      const spends: Spend[] = []
      let nowMs = NOW
      for (let step = 0; step < 60; step++) {
        nowMs += next(DAY / 2)
        const want = BigInt(1 + next(50))
        const verdict = mayPay(held, spends, want, nowMs)
        const most = mostNow(held, spends, nowMs)!
        expect(verdict.ok).toBe(want <= most)
        if (verdict.ok) spends.push({ amountMicros: want, atMs: nowMs })
        else if (verdict.freesAtMs !== null) {
          const only = { ...NO_LIMITS, [verdict.limit]: verdict.limitMicros }
          expect(mayPay(only, spends, want, verdict.freesAtMs).ok).toBe(true)
          expect(mayPay(only, spends, want, verdict.freesAtMs - 1).ok).toBe(false)
        }
        // Whatever day or month one looks at, it holds no more than was allowed.
        for (const { atMs: end } of spends) {
          const within = (days: number) =>
            spends
              .filter((one) => one.atMs <= end && one.atMs > end - days * DAY)
              .reduce((all, one) => all + one.amountMicros, 0n)
          expect(within(1) <= held.perDay!).toBe(true)
          expect(within(30) <= held.per30Days!).toBe(true)
        }
      }
    }
  })

  it('no chain of wishes loosens a limit before the delay is over', () => {
    const delay = 5 * DAY
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed)
      let row: LimitsRow = { now: limits(5n, 10n, 20n), later: null }
      const wishes: { atMs: number; perDay: bigint | null }[] = [{ atMs: NOW - 1000 * DAY, perDay: 10n }]
      let nowMs = NOW
      for (let step = 0; step < 30; step++) {
        nowMs += next(3 * DAY)
        const wish = limits(5n, next(4) ? BigInt(next(30)) : null, 20n)
        row = setLimits(row, wish, nowMs, delay)
        wishes.push({ atMs: nowMs, perDay: wish.perDay })
        const held = limitsAt(row, nowMs).perDay
        // The limit that holds is never looser than the loosest that was wished for at least the delay ago or held then.
        const loosest = wishes.filter((one) => one.atMs <= nowMs - delay).map((one) => one.perDay)
        const bound = loosest.includes(null) ? null : loosest.reduce((a, b) => (a! > b! ? a : b))!
        expect(bound === null || (held !== null && held <= bound)).toBe(true)
        expect(wish.perDay === null || (held !== null && held <= wish.perDay)).toBe(true)
      }
    }
  })
})

describe('setting limits', () => {
  const row: LimitsRow = { now: limits(5n, 10n, 20n), later: null }

  it('lower holds at once, and a first limit too', () => {
    expect(setLimits(row, limits(4n, 10n, 1n), NOW, DAY)).toEqual({ now: limits(4n, 10n, 1n), later: null })
    expect(setLimits({ now: NO_LIMITS, later: null }, limits(4n, null, null), NOW, DAY).now).toEqual(
      limits(4n, null, null),
    )
  })

  it('higher or none holds after the delay, while the lower ones of the same wish hold at once', () => {
    const next = setLimits(row, limits(4n, 30n, null), NOW, DAY)
    expect(next.now).toEqual(limits(4n, 10n, 20n))
    expect(limitsAt(next, NOW + DAY - 1)).toEqual(limits(4n, 10n, 20n))
    expect(limitsAt(next, NOW + DAY)).toEqual(limits(4n, 30n, null))
  })

  it('a new wish calls a waiting raise off, and repeating a raise starts its delay anew', () => {
    const raised = setLimits(row, limits(5n, 30n, 20n), NOW, DAY)
    expect(setLimits(raised, limits(5n, 10n, 20n), NOW + 1, DAY).later).toBeNull()
    expect(setLimits(raised, limits(5n, 30n, 20n), NOW + 1, DAY).later?.fromMs).toBe(NOW + 1 + DAY)
  })
})
