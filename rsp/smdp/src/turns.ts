/** Milliseconds of one turn of the event loop after which nothing more is begun in it. */
const MOST_MS = 2

/** When everything that was begun has run as far as it can without waiting for something outside. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/**
 * Spreads work over turns of the event loop. The loop gives a server all requests that arrived, one after another, before
 * anything else may run: a hundred at once, each a millisecond of signatures, would hold up timers, other connections
 * and health checks for a tenth of a second. What comes when a turn has lasted long enough waits for the next one, in
 * the order in which it came; a server that is not busy begins at once.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #startedMs: number | undefined
  /** Something was begun in this very call stack and has not run yet: how long it takes is not known. */
  #isFresh = false

  /** Something to wait for before beginning, or nothing when it may begin now. */
  begin(): Promise<void> | undefined {
    if (this.#startedMs === undefined) {
      this.#startedMs = performance.now()
      setImmediate(() => void this.#next())
    } else if (this.#isFresh || this.#waiting.length > 0 || performance.now() - this.#startedMs >= MOST_MS)
      return new Promise((resolve) => this.#waiting.push(resolve))
    this.#isFresh = true
    queueMicrotask(() => {
      this.#isFresh = false
    })
    return undefined
  }

  async #next(): Promise<void> {
    if (this.#waiting.length === 0) {
      this.#startedMs = undefined
      return
    }
    const startedMs = performance.now()
    this.#startedMs = startedMs
    setImmediate(() => void this.#next())
    do {
      this.#waiting.shift()!()
      await drained()
    } while (this.#waiting.length > 0 && performance.now() - startedMs < MOST_MS)
  }
}
