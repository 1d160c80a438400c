// The SM-DP+ of this process over HTTPS, asked by phones of another process.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@gesim/base'
import { identityOf, loadPki, makeTestPki, type Pki, tlsPemOf } from '@gesim/crypto'
import { memoryState, type SmdpState, startSmdp } from '@gesim/smdp'
import { packageOf, releasedProfile, SMDP_ADDRESS } from '@gesim/smdp/bench'
import { cpuSecondsOf, median, type Row, row } from './row.ts'
import { bareSign } from './rsp-anchors.ts'
import { freshIccid, PROFILE_BYTES } from './rsp-world.ts'

/** Longest time that the event loop may be held up, in milliseconds. */
const MOST_BLOCK_MS = 20
const PARALLEL = 100
const REQUESTS = 1000
/** About as long as the answer of initiateAuthentication. */
const ANSWER_BYTES = 1300
const ROUNDS = 7

interface Wire {
  readonly directory: string
  readonly pki: Pki
  readonly state: SmdpState
  readonly url: string
  stop(): Promise<void>
}

async function openWire(): Promise<Wire> {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-bench-'))
  makeTestPki(directory, { smdpHosts: [SMDP_ADDRESS, 'localhost'] })
  const pki = loadPki(directory)
  const state = memoryState()
  const smdp = await startSmdp({
    pki,
    state,
    smdpAddress: SMDP_ADDRESS,
    operatorAuthorities: [],
    listeners: [{ host: '127.0.0.1', port: 0, tls: 'nist' }],
    log: createLog('smdp', 'error'),
  })
  return {
    directory,
    pki,
    state,
    url: `https://127.0.0.1:${smdp.ports[0]}`,
    async stop() {
      await smdp.stop()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Starts phones, lets them make ready what is theirs, and gives control back while they run. */
async function withPhones<T>(
  directory: string,
  url: string,
  mode: 'downloads' | 'requests',
  matchingIds: readonly string[],
  whileTheyRun: (done: Promise<void>) => Promise<T>,
): Promise<T> {
  const program = join(import.meta.dirname, 'rsp-phones.ts')
  const child = spawn(process.execPath, [program, directory, url, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`phones ended (${code})`))))
  })
  // Nobody may be waiting yet when they fail.
  ended.catch(() => {})
  let said = ''
  const heard = (word: string) =>
    new Promise<void>((resolve) => {
      const look = () => said.includes(word) && resolve()
      child.stdout.on('data', look)
      look()
    })
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stdin.end(JSON.stringify(matchingIds))
  await Promise.race([heard('ready'), ended])
  const result = await whileTheyRun(Promise.race([heard('done'), ended]))
  await ended
  return result
}

/**
 * Processor milliseconds of this thread. Older versions of Node count the helpers of the garbage collector too. Linux brings
 * the time of a running thread up to date at its clock's ticks only, 4 ms apart, and when the whole process is asked for.
 */
function threadMs(): number {
  process.cpuUsage()
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage()
  return (user + system) / 1000
}

/**
 * The longest turn of the event loop while something is done: from one look at the loop to the next nothing else can
 * run. In processor time of the thread: what other processes take from it is not ours.
 */
async function longestTurnMs(done: Promise<void>): Promise<number> {
  let longest = 0
  let running = true
  let before = threadMs()
  const look = () => {
    const now = threadMs()
    longest = Math.max(longest, now - before)
    before = now
    if (running) setImmediate(look)
  }
  setImmediate(look)
  await done
  running = false
  return longest
}

async function order(wire: Wire, count: number): Promise<string[]> {
  const iccids = Array.from({ length: count }, freshIccid)
  for (const iccid of iccids) {
    const profile = releasedProfile(packageOf(iccid, PROFILE_BYTES), iccid)
    await wire.state.change(iccid, () => ({ result: undefined, profile }))
  }
  return iccids
}

async function blockRow(wire: Wire): Promise<Row> {
  const longest: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const matchingIds = await order(wire, PARALLEL)
    longest.push(await withPhones(wire.directory, wire.url, 'downloads', matchingIds, longestTurnMs))
  }
  // The first round compiles; a server does that once in its life.
  const worst = Math.max(...longest.slice(1))
  return row(
    'rsp.longestBlock',
    worst,
    MOST_BLOCK_MS,
    'ms, 100 at once',
    'what the loop may be held up at most',
  )
}

/** A server that does nothing but TLS, one signature, and an answer as long as ours. */
async function bareServer(pki: Pki): Promise<{ url: string; stop(): void }> {
  const body = 'A'.repeat(ANSWER_BYTES)
  const server = createServer(tlsPemOf(identityOf(pki, 'dp-tls', 'nist')), (request, response) => {
    request.resume().on('end', () => {
      bareSign()
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function requestRow(wire: Wire): Promise<Row> {
  const bare = await bareServer(wire.pki)
  try {
    const names = Array.from({ length: REQUESTS }, String)
    const perSecond = { ours: [] as number[], anchor: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [who, url] of [
        ['ours', wire.url],
        ['anchor', bare.url],
      ] as const) {
        const seconds = await withPhones(wire.directory, url, 'requests', names, (done) =>
          cpuSecondsOf(() => done),
        )
        perSecond[who].push(REQUESTS / seconds)
      }
    }
    return row(
      'rsp.initiateAuthentication.https',
      median(perSecond.ours),
      median(perSecond.anchor),
      'per s and core',
      'a bare Node HTTPS server with one signature and an answer as long, keep-alive',
    )
  } finally {
    bare.stop()
  }
}

export async function wireRows(): Promise<Row[]> {
  const wire = await openWire()
  try {
    return [await blockRow(wire), await requestRow(wire)]
  } finally {
    await wire.stop()
  }
}
