import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a condition gives something true, and gives it. Fails with what was waited for. */
export async function eventually<T>(
  what: string,
  holds: () => T | null | false | undefined | Promise<T | null | false | undefined>,
  withinMs = 60_000,
  everyMs = 50,
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const found = await holds()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${withinMs / 1000} s for ${what}`)
    await sleep(everyMs)
  }
}
