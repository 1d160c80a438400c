// Run beside the stack: ends what the stack started when the stack itself is gone without a word, killed or out of memory.
// Its only argument is the file that holds its own process id, which goes with it. Its standard input says which processes live, `+ PID SIGNAL` and `- PID`; the end of the input is the end of the stack.
import { readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { sleepMs } from '@gesim/base'

const END_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 100

const living = new Map<number, NodeJS.Signals>()

/** Whether the process was there to be told. */
function tell(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

async function endAll(): Promise<void> {
  for (const [pid, signal] of [...living].reverse()) tell(pid, signal)
  const endMs = Date.now() + END_WITHIN_MS
  while (Date.now() < endMs && [...living.keys()].some((pid) => tell(pid, 0))) await sleepMs(LOOK_EVERY_MS)
  for (const pid of living.keys()) tell(pid, 'SIGKILL')
  forgetMe()
}

/** Somebody else's process may have the number later, and no start shall wait for that. */
function forgetMe(): void {
  const path = process.argv[2]!
  try {
    if (readFileSync(path, 'utf8') === String(process.pid)) rmSync(path)
  } catch {
    // The folder was deleted meanwhile.
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [sign, pid, signal] = line.split(' ')
    if (sign === '+') living.set(Number(pid), signal as NodeJS.Signals)
    else living.delete(Number(pid))
  })
  .on('close', () => void endAll())
