import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { holdsForMs, watchEnd } from './held-estimate.ts'

const UNTIL = { holdsUntil: 1_900_000_100 }

beforeEach(() => {
  vi.useFakeTimers({ now: 1_900_000_000_000 })
  vi.stubGlobal('document', new EventTarget())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('an estimate is shown until its time and not a moment longer', () => {
  expect(holdsForMs(UNTIL, 1_900_000_099_999)).toBe(1)
  expect(holdsForMs(UNTIL, 1_900_000_100_000)).toBe(0)
  expect(holdsForMs(UNTIL, 1_900_009_000_000)).toBe(0)
  expect(holdsForMs(null, 0)).toBe(0)
})

it('a page that stays open is drawn anew at that very moment, and after a sleep', () => {
  let drawn = 0
  const stop = watchEnd(UNTIL, () => drawn++)
  vi.advanceTimersByTime(99_999)
  expect(drawn).toBe(0)
  vi.advanceTimersByTime(1)
  expect(drawn).toBe(1)
  document.dispatchEvent(new Event('visibilitychange'))
  expect(drawn).toBe(2)
  stop()
  document.dispatchEvent(new Event('visibilitychange'))
  expect([drawn, vi.getTimerCount()]).toEqual([2, 0])
})

it('one that ends in months does not fire at once, as a timer of more than 31 bits would', () => {
  let drawn = 0
  const stop = watchEnd({ holdsUntil: 2_000_000_000 }, () => drawn++)
  vi.advanceTimersByTime(1000)
  expect(drawn).toBe(0)
  stop()
})
