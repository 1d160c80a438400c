import { describe, expect, it } from 'vitest'
import { memorySessions, type StoredSession } from './session-store.ts'

const idOf = (number: number) => Uint8Array.of(number >> 8, number & 255)
let nowMs = 0
const session = (number: number): StoredSession => ({ transactionId: idOf(number), startedAtMs: nowMs })
const open = (maxSessions: number, sessionLifeMs = 1000) =>
  memorySessions({ maxSessions, sessionLifeMs }, () => nowMs)

describe('sessions in memory', () => {
  it('make room for new ones, the oldest first, whichever were taken or put again in between', async () => {
    // Against a model that is plainly right: a list, the oldest at its head.
    const store = open(8, Number.POSITIVE_INFINITY)
    let model: number[] = []
    let seed = 7
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return (seed >> 8) % below
    }
    for (let step = 0; step < 3000; step++) {
      const number = next(40)
      if (next(3) > 0) {
        await store.put(session(number))
        model = [...model.filter((one) => one !== number), number].slice(-8)
      } else {
        const taken = await store.take(idOf(number))
        expect(taken !== undefined, `step ${step}`).toBe(model.includes(number))
        model = model.filter((one) => one !== number)
      }
      expect(await store.count(), `step ${step}`).toBe(model.length)
      const other = next(40)
      expect((await store.find(idOf(other))) !== undefined, `step ${step}`).toBe(model.includes(other))
    }
  })

  it('begins anew after the last one was taken', async () => {
    const store = open(2)
    for (let round = 0; round < 3; round++) {
      await store.put(session(1))
      expect(await store.take(idOf(1))).toBeDefined()
      expect(await store.take(idOf(1))).toBeUndefined()
      expect(await store.count()).toBe(0)
    }
    for (const number of [1, 2, 3]) await store.put(session(number))
    expect(await Promise.all([1, 2, 3].map((number) => store.find(idOf(number))))).toEqual([
      undefined,
      expect.anything(),
      expect.anything(),
    ])
  })

  it('that are too old are not found, and make room with the next one that comes', async () => {
    const store = open(100)
    nowMs = 0
    await store.put(session(1))
    nowMs = 600
    await store.put(session(2))
    nowMs = 1001
    expect(await store.find(idOf(1))).toBeUndefined()
    expect(await store.take(idOf(2))).toBeDefined()
    await store.put(session(3))
    expect(await store.count()).toBe(1)
  })

  it('make room in a time that does not grow with those that were taken', async () => {
    const store = open(10)
    nowMs = 0
    for (let number = 0; number < 20_000; number++) {
      await store.put(session(number))
      if (number % 2) await store.take(idOf(number - 1))
    }
    expect(await store.count()).toBeLessThanOrEqual(10)
  })
})
