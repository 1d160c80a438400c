// One child process of the stack: spawned, watched for its `ready` line, restarted when it dies, stopped in order.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { sleepMs } from '@gesim/base'
import type { Keeper } from './keep.ts'

export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Asked at every start, so that a restart can bring other settings. */
  readonly env?: () => Readonly<Record<string, string>>
  readonly cwd?: string
  /** Where its output goes. */
  readonly logPath: string
  /** Resolves once the child serves. By default: a line `ready {json}` on stdout. */
  readonly isReady?: (line: string) => Record<string, unknown> | null
  readonly readyWithinMs?: number
  /** Signal that asks it to stop. */
  readonly stopSignal?: NodeJS.Signals
  /** Start again when it dies unasked. */
  readonly restart?: boolean
  /** In a process group of its own, so that a terminal's Ctrl-C does not reach it before we stop it in order. */
  readonly detached?: boolean
}

export interface Child {
  readonly name: string
  readonly pid: () => number | undefined
  /** What it printed behind `ready`. */
  readonly ready: Record<string, unknown>
  stop(): Promise<void>
}

const READY = /^ready\s+(\{.*\})\s*$/

function readyLine(line: string): Record<string, unknown> | null {
  const match = READY.exec(line)
  return match ? (JSON.parse(match[1]!) as Record<string, unknown>) : null
}

const RESTART_WAIT_MS = [200, 500, 1_000, 2_000, 5_000]
const STOP_WITHIN_MS = 8_000

/** A child that lived this long after it served is not in a loop of crashes: it starts again at once. */
const SOUND_AFTER_MS = 2_000

/**
 * Starts a child and waits until it serves. Rejects with the end of its log when it dies or stays silent. `onRestart`
 * is called whenever it was spawned again, with another process id; the keeper hears of each.
 */
export async function startChild(
  spec: ChildSpec,
  onNotice: (text: string) => void,
  keeper: Keeper,
  onRestart: () => void = () => {},
): Promise<Child> {
  const log = createWriteStream(spec.logPath, { flags: 'a' })
  let stopping = false
  let process_: ChildProcess
  let restarts = 0
  let servesSinceMs = Number.POSITIVE_INFINITY

  const launch = () => {
    const launched = spawnOnce(spec, log)
    const { pid } = launched.process
    keeper.keep(pid, spec.stopSignal ?? 'SIGTERM')
    launched.process.once('exit', () => keeper.forget(pid))
    return launched
  }
  /** Its settings may be unreadable at the moment: then later again. Nothing when all of it stops. */
  const launchAgain = async () => {
    while (!stopping) {
      try {
        return launch()
      } catch (error) {
        onNotice(`${spec.name} cannot be started again: ${error instanceof Error ? error.message : error}`)
        await sleepMs(RESTART_WAIT_MS.at(-1)!)
      }
    }
    return undefined
  }
  let first = launch()
  process_ = first.process
  const watch = () => {
    process_.once('exit', async (code, signal) => {
      if (stopping || !spec.restart) return
      if (performance.now() - servesSinceMs > SOUND_AFTER_MS) restarts = 0
      servesSinceMs = Number.POSITIVE_INFINITY
      const waitMs = RESTART_WAIT_MS[Math.min(restarts++, RESTART_WAIT_MS.length - 1)]!
      onNotice(`${spec.name} ended (${signal ?? code}); starting it again`)
      await sleepMs(waitMs)
      if (stopping) return
      const launched = await launchAgain()
      if (!launched) return
      first = launched
      process_ = first.process
      watch()
      onRestart()
      first.ready.then(
        () => {
          servesSinceMs = performance.now()
          onNotice(`${spec.name} is back`)
        },
        () => {},
      )
    })
  }
  let ready: Record<string, unknown>
  try {
    ready = await first.ready
  } catch (error) {
    stopping = true
    process_.kill('SIGKILL')
    throw error
  }
  servesSinceMs = performance.now()
  watch()
  return {
    name: spec.name,
    ready,
    pid: () => process_.pid,
    stop: async () => {
      stopping = true
      if (process_.exitCode !== null || process_.signalCode !== null) return
      const gone = new Promise<void>((resolve) => process_.once('exit', () => resolve()))
      process_.kill(spec.stopSignal ?? 'SIGTERM')
      const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_WITHIN_MS)
      await gone
      clearTimeout(timer)
      log.end()
    },
  }
}

function spawnOnce(
  spec: ChildSpec,
  log: WriteStream,
): { process: ChildProcess; ready: Promise<Record<string, unknown>> } {
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env?.() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: spec.detached ?? true,
  })
  const tail: string[] = []
  const keep = (line: string) => {
    log.write(`${line}\n`)
    tail.push(line)
    if (tail.length > 20) tail.shift()
  }
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    const withinMs = spec.readyWithinMs ?? 30_000
    const timer = setTimeout(
      () => reject(new Error(`${spec.name} was not ready within ${withinMs / 1000} s\n${tail.join('\n')}`)),
      withinMs,
    )
    const read = (line: string) => {
      keep(line)
      const found = (spec.isReady ?? readyLine)(line)
      if (found) {
        clearTimeout(timer)
        resolve(found)
      }
    }
    createInterface({ input: child.stdout! }).on('line', read)
    createInterface({ input: child.stderr! }).on('line', spec.isReady ? read : keep)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`${spec.name} ended (${signal ?? code}) before it was ready\n${tail.join('\n')}`))
    })
  })
  ready.catch(() => {})
  return { process: child, ready }
}
