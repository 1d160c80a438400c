import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Turns } from './turns.ts'

/** Holds the thread, as a signature does. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('Turns of the event loop', () => {
  it('let the first work begin at once', () => {
    expect(new Turns().begin()).toBeUndefined()
  })

  it('let other things run between pieces of work that came together, which keep their order', async () => {
    const turns = new Turns()
    const order: number[] = []
    let counted = 0
    let running = true
    const counting = (async () => {
      while (running) {
        await nextTurn()
        counted++
      }
    })()
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        await turns.begin()
        await Promise.resolve()
        work(2)
        order.push(i)
      }),
    )
    running = false
    await counting
    expect(order).toEqual(Array.from({ length: 40 }, (_, i) => i))
    // 80 ms of work in turns of at most 2 ms and the piece that goes beyond.
    expect(counted).toBeGreaterThan(10)
  })

  it('begin anew after a rest', async () => {
    const turns = new Turns()
    turns.begin()
    work(6)
    const second = turns.begin()
    expect(second).toBeInstanceOf(Promise)
    await second
    await nextTurn()
    await nextTurn()
    expect(turns.begin()).toBeUndefined()
  })
})
