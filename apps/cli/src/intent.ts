// Follows one purchase through the API and tells each step once.
import { sleepMs, unreachable } from '@gesim/base'
import type { GesimClient } from '@gesim/sdk'
import { type Intent, intentsRoutes } from '@gesim/wire'
import type { Printer } from './print.ts'

const EVERY_MS = 250

/** Reads the purchase until a condition holds, telling each new step of its timeline. */
export function createFollower(api: GesimClient, printer: Printer, intentId: `0x${string}`) {
  const told = new Set<string>()
  return async function until(
    holds: (intent: Intent) => boolean,
    withinMs: number,
    waitingFor: string,
  ): Promise<Intent> {
    const end = Date.now() + withinMs
    for (;;) {
      const intent = await api.call(intentsRoutes.get, { params: { id: intentId } })
      for (const entry of intent.timeline) {
        const key = `${entry.step}:${entry.atMs}`
        if (told.has(key)) continue
        told.add(key)
        printer.step(entry.step, { by: entry.actor, tx: entry.txHash, gas: entry.gasUsed, note: entry.note })
      }
      if (holds(intent)) return intent
      if (Date.now() > end) {
        throw unreachable('cli.took-too-long', {
          waitingFor,
          state: intent.state,
          intentId,
          failure: intent.failure?.code,
        })
      }
      await sleepMs(EVERY_MS)
    }
  }
}
