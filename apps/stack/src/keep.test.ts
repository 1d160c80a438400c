import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { awaitKeeper, isAlive } from './keep.ts'

const KEEP = pathToFileURL(join(import.meta.dirname, 'keep.ts')).href

/** A process that starts two others: one that ends when it is asked, one that does not hear. Says their process ids. */
const parentOf = (dataDir: string) => `
  import { spawn } from 'node:child_process'
  import { openKeeper } from '${KEEP}'
  const keeper = openKeeper(${JSON.stringify(dataDir)})
  for (const text of ['', "process.on('SIGTERM', () => {});"]) {
    const child = spawn(process.execPath, ['-e', text + 'setInterval(() => {}, 1000); console.log("up")'], { detached: true })
    keeper.keep(child.pid, 'SIGTERM')
    child.stdout.once('data', () => console.log(child.pid))
  }
  process.stdin.once('data', () => process.exit(0))`

async function parent(dataDir: string): Promise<{ process: ChildProcess; pids: number[] }> {
  const started = spawn(process.execPath, ['--input-type=module', '-e', parentOf(dataDir)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const pids: number[] = []
  for await (const line of createInterface({ input: started.stdout! }))
    if (pids.push(Number(line)) === 2) break
  return { process: started, pids }
}

it('what a killed stack leaves behind is asked to end, and ended when it does not; the next start waits for that', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gesim-keep-'))
  const { process: started, pids } = await parent(dataDir)
  expect(pids.map(isAlive)).toEqual([true, true])
  started.kill('SIGKILL')
  await once(started, 'exit')
  await awaitKeeper(dataDir)
  expect(pids.map(isAlive)).toEqual([false, false])
  expect(readdirSync(dataDir)).toEqual([])
  rmSync(dataDir, { recursive: true })
}, 40_000)
