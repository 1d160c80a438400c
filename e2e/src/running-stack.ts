// The running product of a test: `npm start` on free ports with data of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

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

export interface RunningStack {
  readonly dataDir: string
  read(): StackFile
  stop(): Promise<void>
}

/** Starts the product and waits until it says that it is open. */
export async function startStack(options: { web?: boolean; dataDir?: string; keep?: boolean } = {}): Promise<RunningStack> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gesim-e2e-'))
  const args = ['apps/stack/src/main.ts', '--data', dataDir, '--port', '3400']
  if (options.web === false) args.push('--no-web')
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  await opened(child)
  return {
    dataDir,
    read: () => JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackFile,
    stop: async () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await gone
      if (!options.keep) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function opened(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('GeSIM is open')) resolve()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', (code) => reject(new Error(`the stack ended (${code}) before it was open\n${said.slice(-4000)}`)))
  })
}
