import { expect, it } from 'vitest'
import { learnTime, offsetOf, serverNowMs, wrongByMs } from './clock.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')
const headers = (more: Record<string, string> = {}) =>
  new Headers({ date: new Date(NOON).toUTCString(), 'cache-control': 'no-store', ...more })

it.each([
  { name: 'a clock that is right', at: NOON + 600, trip: 200, ms: 0 },
  { name: 'a clock two seconds off, which the header cannot tell', at: NOON + 2400, trip: 100, ms: 0 },
  { name: 'a clock ten minutes fast', at: NOON + 600_500, trip: 0, ms: -600_000 },
  {
    name: 'a clock a day slow, half a second each way',
    at: NOON - 86_400_000 + 1000,
    trip: 1000,
    ms: 86_400_000,
  },
  { name: 'an answer that took too long', at: NOON + 600_000, trip: 6000, ms: null },
])('the offset of $name is $ms', ({ at, trip, ms }) => {
  expect(offsetOf(headers(), at, trip)).toBe(ms)
})

it('is not read from an answer that a cache may have kept, or that has no date', () => {
  expect(offsetOf(headers({ 'cache-control': 'max-age=60' }), NOON, 0)).toBe(null)
  expect(offsetOf(headers({ age: '30' }), NOON, 0)).toBe(null)
  expect(offsetOf(new Headers({ 'cache-control': 'no-store' }), NOON, 0)).toBe(null)
})

it('moves the time by which things end, and is worth saying from five minutes on', () => {
  const answerAt = (ms: number) =>
    new Response(null, { headers: { date: new Date(ms).toUTCString(), 'cache-control': 'no-store' } })
  const differs = () => serverNowMs() - Date.now()
  learnTime(answerAt(Date.now() + 240_000), performance.now())
  expect(Math.abs(differs() - 240_000)).toBeLessThan(2000)
  expect(wrongByMs()).toBe(0)
  const before = differs()
  learnTime(answerAt(Date.now() + 241_000), performance.now())
  expect(Math.abs(differs() - before)).toBeLessThan(100)
  learnTime(answerAt(Date.now() - 900_000), performance.now())
  expect(wrongByMs()).toBeLessThan(-890_000)
})
