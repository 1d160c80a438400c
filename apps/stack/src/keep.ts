import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleepMs } from '@gesim/base'

/** Has processes ended should this one be gone first. */
export interface Keeper {
  /** `signal` asks it to end. */
  keep(pid: number | undefined, signal: NodeJS.Signals): void
  /** It has ended. */
  forget(pid: number | undefined): void
}

const PID_FILE = 'keeper.pid'
/** A keeper gives what it keeps ten seconds to end. */
const GONE_WITHIN_MS = 15_000

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits for the keeper of a stack that was killed: until it is done, an old chain still writes its state. */
export async function awaitKeeper(dataDir: string): Promise<void> {
  const path = join(dataDir, PID_FILE)
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  const endMs = Date.now() + GONE_WITHIN_MS
  while (pid > 0 && isAlive(pid) && Date.now() < endMs) await sleepMs(100)
}

/** Starts the keeper, a process of its own that outlives this one until all that it keeps has ended; see `keeper.ts`. */
export function openKeeper(dataDir: string): Keeper {
  const pidPath = join(dataDir, PID_FILE)
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts'), pidPath], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a group of its own: Ctrl-C in the terminal is for the stack.
    detached: true,
  })
  keeper.unref()
  // Without a keeper everything works but this.
  keeper.on('error', () => {})
  keeper.stdin.on('error', () => {})
  if (keeper.pid !== undefined) writeFileSync(pidPath, String(keeper.pid))
  const say = (sign: '+' | '-', pid: number | undefined, more = '') => {
    if (pid !== undefined) keeper.stdin.write(`${sign} ${pid}${more}\n`)
  }
  return {
    keep: (pid, signal) => say('+', pid, ` ${signal}`),
    forget: (pid) => say('-', pid),
  }
}
