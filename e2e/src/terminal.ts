// The `gesim` command as a user runs it: a process of its own, its lines read as they come.
import { spawn } from 'node:child_process'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT, type Stack } from './start-stack.ts'

/** A line of `--json`. */
export interface Line {
  readonly step?: string
  readonly seconds?: number
  readonly [fact: string]: unknown
}

/** How the command ended. */
export interface Ended {
  readonly code: number | null
  readonly lines: readonly Line[]
  readonly said: string
  /** The code of the failure that it told. */
  readonly failed?: string
}

export interface Command {
  /** The line of a step, once it is told. Rejects when the command ends without it. */
  step(name: string): Promise<Line>
  readonly ended: Promise<Ended>
  /** Holds it where it is, and lets it go on. */
  pause(): void
  resume(): void
}

/** A folder with a wallet of its own beside a running stack: another traveller at the same terminal. */
export function newTraveller(stack: Stack): string {
  const dir = mkdtempSync(join(tmpdir(), 'gesim-traveller-'))
  symlinkSync(join(stack.dataDir, 'stack.json'), join(dir, 'stack.json'))
  return dir
}

/** Runs `gesim` with these arguments in JSON. */
export function gesim(dataDir: string, ...args: string[]): Command {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'apps/cli/bin/gesim.mjs'), ...args, '--data', dataDir, '--json'],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  let said = ''
  let over = false
  const tell = () => {
    for (const look of waiting) look()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    said += `${line}\n`
    if (line.startsWith('{')) lines.push(JSON.parse(line) as Line)
    tell()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      over = true
      tell()
      const failed = /"failed":"([^"]+)"/.exec(said)?.[1]
      resolve({ code, lines, said, ...(failed ? { failed } : {}) })
    })
  })
  return {
    ended,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    step: (name) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = lines.find(({ step }) => step === name)
          if (!line && !over) return
          waiting.delete(look)
          if (line) resolve(line)
          else reject(new Error(`the command ended before the step "${name}":\n${said}`))
        }
        waiting.add(look)
        look()
      }),
  }
}
