// Starts the product on free ports with data of its own. Knows nothing of vitest, whose set-up uses it.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** What a running stack writes into `stack.json` of its data folder. */
export interface StackFile {
  readonly webUrl: string | null
  readonly nodeUrl: string
  readonly rpcUrl: string
  readonly phoneUrl: string
  readonly databaseUrl: string
  readonly smdpDatabaseUrl: string
  readonly carriers: readonly { name: string; book: number; adminUrl: string; adminToken: string }[]
  readonly pids: Readonly<Record<string, number>>
  readonly logDir: string
}

export interface Stack {
  readonly dataDir: string
  /** Where everything is now: process ids change when a process is started again. */
  read(): StackFile
}

export interface RunningStack extends Stack {
  stop(): Promise<void>
}

/** The stack over a data folder. */
export function stackAt(dataDir: string): Stack {
  return { dataDir, read: () => JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackFile }
}

/**
 * Starts the product and waits until it says that it is open. Its parts take the ports from `port` on at fixed distances
 * (apps/stack/src/ports.ts): stacks that start at the same time need ones that share none.
 */
export async function startStack(
  options: { web?: boolean; dataDir?: string; keep?: boolean; port?: number } = {},
): Promise<RunningStack> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gesim-e2e-'))
  const args = ['apps/stack/src/main.ts', '--data', dataDir, '--port', String(options.port ?? 3475)]
  if (options.web === false) args.push('--no-web')
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  // A run that ends in the middle leaves nothing behind.
  const endIt = () => void child.kill('SIGTERM')
  process.once('exit', endIt)
  await opened(child)
  return {
    ...stackAt(dataDir),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
        child.kill('SIGTERM')
        await gone
      }
      process.off('exit', endIt)
      if (!options.keep) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function opened(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-8_000)
      if (said.includes('GeSIM is open')) resolve()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', (code) => reject(new Error(`the stack ended (${code}) before it was open\n${said}`)))
  })
}
