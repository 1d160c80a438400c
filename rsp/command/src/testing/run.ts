import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const GESIM_RSP = fileURLToPath(new URL('../../bin/gesim-rsp.mjs', import.meta.url))
export const GESIM_EUICC = fileURLToPath(new URL('../../../euicc/bin/gesim-euicc.mjs', import.meta.url))

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** The lines of stdout as JSON, of a command that was run with `--json`. */
  json(): Record<string, unknown>[]
}

/** A command that runs. */
export interface Running {
  readonly ended: Promise<Ran>
  kill(signal: NodeJS.Signals): void
}

/** A folder of its own in which the real program is run. */
export interface Desk {
  readonly directory: string
  path(...parts: string[]): string
  run(...args: string[]): Promise<Ran>
  /** The same with something on stdin. */
  runWith(input: string | Uint8Array, ...args: string[]): Promise<Ran>
  /** Starts a command that is stopped from outside. */
  start(...args: string[]): Running
  /** Starts a server and waits until it serves; it is stopped at the end. */
  serve(...args: string[]): Promise<Served>
  stop(): Promise<void>
}

export interface Served {
  readonly smdpAddress: string
  /** In the order NIST, Brainpool, plain HTTP. */
  readonly ports: readonly number[]
  readonly smds?: { readonly smdsAddress: string }
  /** What it said on stderr so far. */
  said(): string
  /** Ends it; gives its exit code. */
  stop(): Promise<number | null>
}

// What the tests' own environment says must not change what the program does.
const ENV = {
  NODE_ENV: process.env.NODE_ENV,
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:SMDP|SMDS|LOG)_/.test(name))),
}

function start(directory: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [GESIM_RSP, ...args], { cwd: directory, env: ENV })
}

function gather(child: ChildProcess): { out: () => string; err: () => string } {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout!.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr!.on('data', (chunk: Buffer) => err.push(chunk))
  return { out: () => Buffer.concat(out).toString(), err: () => Buffer.concat(err).toString() }
}

async function serve(directory: string, args: readonly string[]): Promise<Served> {
  const child = start(directory, ['serve', '--port', '0', ...args])
  const { err } = gather(child)
  const closed = once(child, 'close') as Promise<[number | null]>
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout! }))
      if (line.startsWith('ready ')) return JSON.parse(line.slice(6)) as Record<string, unknown>
    throw new Error(`the server ended: ${err()}`)
  })()
  const { smdpAddress, port, others, smds } = (await ready) as {
    smdpAddress: string
    port: number
    others: number[]
    smds?: { smdsAddress: string }
  }
  return {
    smdpAddress,
    ports: [port, ...others],
    ...(smds ? { smds } : {}),
    said: err,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    },
  }
}

export function createDesk(): Desk {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-rsp-'))
  const servers: Served[] = []
  function begin(input: string | Uint8Array, args: readonly string[]): Running {
    const child = start(directory, args)
    const { out, err } = gather(child)
    child.stdin!.on('error', () => undefined)
    child.stdin!.end(input)
    const lines = () => out().trim().split('\n').filter(Boolean)
    const ended = (async (): Promise<Ran> => {
      const [code] = (await once(child, 'close')) as [number | null]
      return {
        code,
        out: out(),
        err: err(),
        json: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
      }
    })()
    return { ended, kill: (signal) => child.kill(signal) }
  }
  const runWith = (input: string | Uint8Array, ...args: string[]) => begin(input, args).ended
  return {
    directory,
    path: (...parts) => join(directory, ...parts),
    run: (...args) => runWith('', ...args),
    runWith,
    start: (...args) => begin('', args),
    async serve(...args) {
      const server = await serve(directory, args)
      servers.push(server)
      return server
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
      rmSync(directory, { recursive: true })
    },
  }
}
