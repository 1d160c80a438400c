import { afterEach, expect, it, vi } from 'vitest'
import {
  forgetPending,
  keepPending,
  type OperationStatus,
  PENDING_MS,
  pendingOf,
  readPending,
  waitMs,
} from './pending.ts'

const account = `0x${'11'.repeat(20)}` as const

const hash = `0x${'ab'.repeat(32)}` as const
const SIGNED = 1_800_000_000_000
const pending = { hash, until: SIGNED + PENDING_MS }
const waitAfter = (ms: number, state: OperationStatus['state'] | null) =>
  waitMs(pending, state && { state }, SIGNED + ms)

it('goes on once the outcome is known', () => {
  expect(waitAfter(1000, 'included')).toBe(0)
  expect(waitAfter(1000, 'dropped')).toBe(0)
})

it('waits while the operation is on its way, or while nobody can be asked', () => {
  for (const state of ['accepted', 'bundled', null] as const) {
    expect(waitAfter(1000, state)).toBe(PENDING_MS - 1000)
    expect(waitAfter(PENDING_MS - 1, state)).toBe(1)
  }
})

it('gives what the bundler does not know two minutes to arrive', () => {
  expect(waitAfter(119_999, 'unknown')).toBe(PENDING_MS - 119_999)
  expect(waitAfter(120_000, 'unknown')).toBe(0)
})

it('goes on when the time has passed, whatever is said', () => {
  for (const state of ['accepted', 'bundled', 'unknown', null] as const)
    expect(waitAfter(PENDING_MS, state)).toBe(0)
})

it('reads what it wrote and nothing else', () => {
  expect(readPending(JSON.stringify(pending))).toEqual(pending)
  for (const text of [null, '', 'null', '{', '[]', '{"hash":"0x1","until":1}', `{"hash":"${hash}"}`])
    expect([text, readPending(text)]).toEqual([text, null])
})

afterEach(() => vi.unstubAllGlobals())

it('keeps one operation an account until it is decided or its time has passed', () => {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  })
  keepPending(account, pending)
  expect(pendingOf(account, SIGNED)).toEqual(pending)
  expect(pendingOf(`0x${'22'.repeat(20)}`, SIGNED)).toBeNull()
  // The outcome of an older one says nothing about this one.
  forgetPending(account, `0x${'cd'.repeat(32)}`)
  expect(pendingOf(account, SIGNED)).toEqual(pending)
  forgetPending(account, hash)
  expect(kept.size).toBe(0)
  keepPending(account, pending)
  expect(pendingOf(account, pending.until)).toBeNull()
  expect(kept.size).toBe(0)
  // Written while the clock was a day fast: it does not keep the account waiting for a day.
  keepPending(account, pending)
  const dayBefore = SIGNED - 86_400_000
  expect(pendingOf(account, dayBefore)?.until).toBe(dayBefore + PENDING_MS)
  expect(pendingOf(account, dayBefore + PENDING_MS)).toBeNull()
})

it('goes on where the browser stores nothing', () => {
  const no = () => {
    throw new Error('SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: no, setItem: no, removeItem: no })
  keepPending(account, pending)
  expect(pendingOf(account, SIGNED)).toBeNull()
})
