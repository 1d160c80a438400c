// The running product of a measurement.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

export interface BenchStack {
  readonly dataDir: string
  stop(): Promise<void>
}

/** Starts `npm start`'s program on a data folder and waits until it is open. */
export async function openStack(dataDir: string, args: readonly string[] = []): Promise<BenchStack> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['apps/stack/src/main.ts', '--data', dataDir, '--port', '3700', ...args],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('GeSIM is open')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the stack ended (${code})\n${said}`)))
  })
  return {
    dataDir,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

export const freshDataDir = () => mkdtempSync(join(tmpdir(), 'gesim-bench-'))
export const removeDataDir = (dir: string) => rmSync(dir, { recursive: true, force: true })
