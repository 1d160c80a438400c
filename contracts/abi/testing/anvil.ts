import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { foundryBinary } from './foundry.ts'

/** A running local chain. */
export interface Anvil {
  readonly rpcUrl: string
  readonly port: number
  readonly pid: number
  /** Resolves when the chain has ended, asked or not. */
  readonly exited: Promise<unknown>
  /** Ends the chain and waits until it is gone; the state file, when there is one, is then written. */
  stop(): Promise<void>
}

export interface AnvilOptions {
  /** 31337 when absent: contracts for a local chain only can be deployed on no other. */
  readonly chainId?: number
  /** A free port is chosen when absent. */
  readonly port?: number
  /** File from which the state is read and to which it is written on exit and now and then. */
  readonly statePath?: string
  /** Seconds between writes of the state file. */
  readonly stateIntervalSeconds?: number
  /** File from which the state is read, and never written. */
  readonly loadStatePath?: string
  /** File to which the state is written on exit. */
  readonly dumpStatePath?: string
  /** Seconds between blocks; a transaction is mined at once besides. */
  readonly blockSeconds?: number
  /** Funded accounts of the well-known mnemonic. */
  readonly accounts?: number
}

const READY_WITHIN_MS = 30_000

/**
 * Starts anvil on loopback and resolves when it answers. `finalized` follows two blocks behind the tip, so that what
 * waits for finality on a real chain does not wait long here.
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const child = spawn(foundryBinary('anvil'), argumentsOf(options), { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await exited
  }
  // A child must not outlive a test runner that forgot it.
  const onParentExit = () => child.kill('SIGKILL')
  process.once('exit', onParentExit)
  exited.then(() => process.removeListener('exit', onParentExit))

  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000)
  })
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`anvil was not ready within ${READY_WITHIN_MS} ms: ${complaint}`))
    }, READY_WITHIN_MS)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}: ${complaint}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)
      if (!match) return
      clearTimeout(timer)
      resolve(Number(match[1]))
    })
  })
  return { rpcUrl: `http://127.0.0.1:${port}`, port, pid: child.pid!, exited, stop }
}

function argumentsOf(options: AnvilOptions): string[] {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--chain-id']
  args.push(String(options.chainId ?? 31337))
  args.push('--hardfork', 'osaka', '--mixed-mining', '--block-time', String(options.blockSeconds ?? 1))
  args.push('--slots-in-an-epoch', '1', '--accounts', String(options.accounts ?? 20), '--order', 'fifo')
  if (options.statePath)
    args.push('--state', options.statePath, '--state-interval', String(options.stateIntervalSeconds ?? 5))
  if (options.loadStatePath) args.push('--load-state', options.loadStatePath)
  if (options.dumpStatePath) args.push('--dump-state', options.dumpStatePath)
  return args
}
