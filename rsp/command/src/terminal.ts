import { createInterface } from 'node:readline/promises'
import { type Failure, isFailure } from '@gesim/base'
import { exitCodeOfSignal } from './interruption.ts'
import { causesOf, remedyOf, textOfCode } from './remedies.ts'

/** Exit codes of the program. */
export const EXIT = { done: 0, refused: 1, notUnderstood: 2, unreachable: 3, broken: 4 } as const

/** What a step or a line tells beside its text. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>

/** Where the command speaks: results to stdout, remarks to stderr, as text or as one JSON object a line. */
export class Terminal {
  readonly json: boolean
  readonly #startMs = performance.now()

  constructor(json: boolean) {
    this.json = json
  }

  /** A result: its text, or the same as JSON. */
  result(text: string, json: unknown): void {
    process.stdout.write(`${this.json ? JSON.stringify(json) : text}\n`)
  }

  /** A step of something that takes time. */
  step(name: string, facts: Facts = {}): void {
    const seconds = (performance.now() - this.#startMs) / 1000
    const known = Object.entries(facts).filter(([, value]) => value !== undefined)
    if (this.json) {
      const line = { step: name, seconds: Number(seconds.toFixed(3)), ...Object.fromEntries(known) }
      process.stdout.write(`${JSON.stringify(line)}\n`)
      return
    }
    const rest = known.map(([key, value]) => `${key} ${value}`).join('  ')
    process.stdout.write(`${seconds.toFixed(1).padStart(6)} s  ${name.padEnd(13)} ${rest}`.trimEnd())
    process.stdout.write('\n')
  }

  /** A remark for a person; a program that reads JSON does not need it. */
  note(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`)
  }

  /** Whether somebody can be asked. */
  get interactive(): boolean {
    return !this.json && process.stdin.isTTY === true && process.stdout.isTTY === true
  }

  /** Asks the person at the keyboard; nothing when the person ends the input. */
  async ask(question: string): Promise<string | undefined> {
    const lines = createInterface({ input: process.stdin, output: process.stdout })
    // Ctrl-C at the prompt comes as a key: it is the same as elsewhere.
    lines.once('SIGINT', () => {
      lines.close()
      process.kill(process.pid, 'SIGINT')
    })
    try {
      const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
      return (await Promise.race([lines.question(question), ended]))?.trim()
    } finally {
      lines.close()
    }
  }

  /** Tells why the command failed and what to do about it; gives the exit code. */
  async failure(error: unknown): Promise<number> {
    const failure = isFailure(error) ? error : undefined
    const code = failure?.code ?? 'rsp.unexpected'
    const text = await textOfCode(code)
    const says = text?.says ?? (error instanceof Error ? error.message : String(error))
    const remedy = remedyOf(error) ?? text?.remedy
    const facts = factsOf(failure)
    const because = failure ? causesOf(failure) : [error instanceof Error ? error.message : String(error)]
    if (this.json) {
      process.stderr.write(`${JSON.stringify({ failed: code, says, facts, because, remedy })}\n`)
    } else {
      const lines = [
        `✗ ${says}`,
        ...Object.entries(facts).map(([name, value]) => `  ${name}: ${value}`),
        ...because.map((line) => `  because: ${line}`),
        ...(remedy ? [`  Next: ${remedy}`] : []),
        `  (${code})`,
      ]
      process.stderr.write(`${lines.join('\n')}\n`)
      if (!failure && error instanceof Error && process.env.LOG_LEVEL === 'debug')
        process.stderr.write(`${error.stack}\n`)
    }
    if (code === 'rsp.not-understood') return EXIT.notUnderstood
    if (code === 'rsp.interrupted') return exitCodeOfSignal(String(failure?.facts.signal))
    if (!failure || failure.kind === 'broken') return EXIT.broken
    return failure.kind === 'unreachable' ? EXIT.unreachable : EXIT.refused
  }
}

function factsOf(failure: Failure | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(failure?.facts ?? {})
      // Many servers repeat the words of the codes as their message.
      .filter(
        ([name, value]) => value !== undefined && !(name === 'message' && value === failure?.facts.says),
      )
      .map(([name, value]) => [name, String(value)]),
  )
}
