import { constants } from 'node:os'
import { isFailure, refuse } from '@gesim/base'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** A launcher such as npx passes on the Ctrl-C that the terminal already sent to all: within this time both are one. */
const SAME_MS = 300

/** The exit code of a program that a signal ended, as shells count it. */
export const exitCodeOfSignal = (name: string): number =>
  128 + (constants.signals[name as keyof typeof constants.signals] ?? constants.signals.SIGINT)

/**
 * Lets work end in good order when the person or the system stops the program: the first Ctrl-C (SIGINT, SIGTERM) aborts
 * the signal that the work is given, a second one ends the program at once. Throws `rsp.interrupted` when the work was
 * stopped, or ended after it should.
 */
export async function interruptible(
  tell: () => void,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  let first: { name: string; atMs: number } | undefined
  const onSignal = (name: string) => {
    const atMs = performance.now()
    if (first && atMs - first.atMs > SAME_MS) process.exit(exitCodeOfSignal(name))
    if (first) return
    first = { name, atMs }
    tell()
    stop.abort()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    await work(stop.signal)
  } catch (error) {
    if (!first || !(isFailure(error, 'lpa.not-wanted') || error === stop.signal.reason)) throw error
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  if (first) throw refuse('rsp.interrupted', { signal: first.name })
}
