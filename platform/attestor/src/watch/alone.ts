import { Failure, kindOf, type Log } from '@gesim/base'

/**
 * Takes steps that do not depend on each other: what one throws stops no other. Else one root or act that cannot be read
 * would let every other root become final unwatched. Each lasting cause is logged once.
 */
export class Alone {
  readonly #log: Log
  readonly #complained = new Map<string, string>()

  constructor(log: Log) {
    this.#log = log
  }

  async take(name: string, step: () => Promise<void>): Promise<void> {
    try {
      await step()
      this.#complained.delete(name)
    } catch (error) {
      const code = error instanceof Failure ? error.code : String(error)
      const level = kindOf(error) === 'unreachable' ? 'warn' : 'error'
      if (this.#complained.get(name) !== code)
        this.#log[level]('a step of the watcher failed', { code, event: name, error })
      this.#complained.set(name, code)
    }
  }
}
