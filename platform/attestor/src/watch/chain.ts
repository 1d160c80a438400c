import { unreachable } from '@gesim/base'
import {
  attestorRegistryAbi,
  carrierRegistryAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
} from '@gesim/contracts'
import { epochReading, openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import { cutoffOf, domainOf } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { BaseError, ContractFunctionRevertedError, decodeErrorResult, RawContractError } from 'viem'
import type { Call, SignedCommitment, WatchChain } from './ports.ts'
import { signedIn, type Wanted } from './signed.ts'

const USAGE = 2
const ALL_BPS = 10_000
/** Blocks asked for at once; public nodes refuse more. */
const LOGS_SPAN = 5_000n
/** Transactions whose signatures are remembered; above so many the memory begins anew. */
const MOST_READ = 1_000
const ERRORS = [...payOnUsageAbi, ...settlementAbi, ...attestorRegistryAbi].filter(
  (entry) => entry.type === 'error',
)

/** The chain as a watcher reads it. It sends nothing: only the relayer does. */
export function watchChain(chain: ChainSettings): WatchChain {
  const open = openChain(chain.rpcUrl, (cause) => unreachable('watcher.chain-unreachable', {}, cause))
  const { client, asked } = open
  const { addresses } = chain
  const settlement = { abi: settlementAbi, address: addresses.settlement } as const
  const usage = { abi: payOnUsageAbi, address: addresses.payOnUsage } as const
  const attestors = { abi: attestorRegistryAbi, address: addresses.attestorRegistry } as const
  const usdc = { abi: testUsdcAbi, address: addresses.usdc } as const
  const carriers = { abi: carrierRegistryAbi, address: addresses.carrierRegistry } as const
  const reading = epochReading(open, addresses)
  const domain = domainOf(chain.chainId, addresses.escrow)
  const bound = new Map<Hex, { device: Hex; since: number }[]>()
  const signatures = new Map<string, readonly SignedCommitment[]>()
  let boundUpTo = BigInt(addresses.fromBlock) - 1n
  const parameters = () => asked(client.readContract({ ...settlement, functionName: 'parameters' }))

  /** Blocks in spans that every node answers for. */
  async function inSpans<T>(from: bigint, to: bigint, read: (from: bigint, to: bigint) => Promise<T[]>) {
    const all: T[] = []
    for (let at = from; at <= to; at += LOGS_SPAN) {
      const end = at + LOGS_SPAN - 1n < to ? at + LOGS_SPAN - 1n : to
      all.push(...(await asked(read(at, end))))
    }
    return all
  }

  /** A transaction's signatures; read once, since what it holds stays and a crafted one takes long to read. */
  async function signedOnce(hash: Hex, wanted: Wanted): Promise<readonly SignedCommitment[]> {
    const key = `${hash}:${wanted.roots.join()}`
    const known = signatures.get(key)
    if (known) return known
    const found = await signedIn((await asked(client.getTransaction({ hash }))).input, domain, wanted)
    if (signatures.size >= MOST_READ) signatures.clear()
    signatures.set(key, found)
    return found
  }

  return {
    ...reading,
    parameters,
    async rootOf(epoch) {
      const record = await asked(
        client.readContract({ ...settlement, functionName: 'epochOf', args: [epoch] }),
      )
      return record.epoch === 0 || record.weight > ALL_BPS ? null : record
    },
    frozenFrom: (book) =>
      asked(client.readContract({ ...settlement, functionName: 'frozenFrom', args: [book] })),
    faultOf: (epoch, root) =>
      asked(client.readContract({ ...usage, functionName: 'faultOf', args: [epoch, root] })),
    async signedOf(epoch) {
      const cutoff = cutoffOf(epoch, (await parameters()).epochSeconds)
      const before = await reading.lastBlockBefore(cutoff)
      if (before === null) return []
      const { number: head } = await reading.head()
      const logs = await inSpans(before.number, head, async (fromBlock, toBlock) => {
        const [posted, attested] = await Promise.all([
          client.getContractEvents({
            ...settlement,
            eventName: 'UsageCommitted',
            args: { epoch },
            fromBlock,
            toBlock,
          }),
          client.getContractEvents({
            ...settlement,
            eventName: 'EpochAttested',
            args: { epoch },
            fromBlock,
            toBlock,
          }),
        ])
        return [...posted, ...attested]
      })
      const roots = [...new Set(logs.flatMap(({ args }) => ('root' in args && args.root ? [args.root] : [])))]
      const signed = new Map<string, SignedCommitment>()
      for (const hash of new Set(logs.map((log) => log.transactionHash)))
        for (const one of await signedOnce(hash, { epoch, roots }))
          signed.set(`${one.attestor}:${one.root}`, one)
      return [...signed.values()]
    },
    slashableOf: (attestor) =>
      asked(client.readContract({ ...attestors, functionName: 'slashableOf', args: [[attestor]] })),
    async boundDevices(payer, before) {
      const { number: head } = await reading.head()
      const logs = await inSpans(boundUpTo + 1n, head, (fromBlock, toBlock) =>
        client.getContractEvents({ ...usage, eventName: 'DeviceBound', fromBlock, toBlock }),
      )
      for (const { args } of logs) {
        const key = args.payer!.toLowerCase() as Hex
        bound.set(key, [
          ...(bound.get(key) ?? []),
          { device: args.device!.toLowerCase() as Hex, since: args.since! },
        ])
      }
      if (head > boundUpTo) boundUpTo = head
      const devices = (bound.get(payer.toLowerCase() as Hex) ?? []).filter(({ since }) => since < before)
      return [...new Set(devices.map(({ device }) => device))]
    },
    async wasUsageKey(book, key) {
      const carrier = await asked(
        client.readContract({ ...carriers, functionName: 'carrierOf', args: [book] }),
      )
      const { validUntil } = await asked(
        client.readContract({ ...carriers, functionName: 'keyOf', args: [carrier, USAGE, key] }),
      )
      return validUntil !== 0
    },
    isOpenDemand: (demandId) =>
      asked(client.readContract({ ...usage, functionName: 'isOpenDemand', args: [demandId] })),
    async purseOf(challenger) {
      const [owedMicros, rewardMicros, usdcMicros, allowedMicros] = await asked(
        Promise.all([
          client.readContract({ ...usage, functionName: 'owedTo', args: [challenger] }),
          client.readContract({ ...attestors, functionName: 'rewardOf', args: [challenger] }),
          client.readContract({ ...usdc, functionName: 'balanceOf', args: [challenger] }),
          client.readContract({
            ...usdc,
            functionName: 'allowance',
            args: [challenger, addresses.payOnUsage],
          }),
        ]),
      )
      return { owedMicros, rewardMicros, usdcMicros, allowedMicros }
    },
    restitutionOf: (book) =>
      asked(client.readContract({ ...usage, functionName: 'restitutionOf', args: [book] })),
    async refusalOf({ contract, data }: Call, from) {
      try {
        await client.call({ account: from, to: addresses[contract], data })
        return null
      } catch (error) {
        const why = revertIn(error)
        if (why === null) throw unreachable('watcher.chain-unreachable', {}, error)
        return why
      }
    },
  }
}

/** The name of the custom error that a call ended with; null where the node itself gave no answer. */
function revertIn(error: unknown): string | null {
  if (!(error instanceof BaseError)) return null
  const raw = error.walk((each) => each instanceof RawContractError || hasData(each))
  const data = raw && hasData(raw) ? raw.data : undefined
  if (data !== undefined) {
    try {
      return decodeErrorResult({ abi: ERRORS, data }).errorName
    } catch {
      return 'unknown'
    }
  }
  const reverted = error.walk((each) => each instanceof ContractFunctionRevertedError)
  return reverted || /revert/i.test(error.message) ? 'unknown' : null
}

function hasData(error: unknown): error is { data: Hex } {
  if (typeof error !== 'object' || error === null || !('data' in error)) return false
  return typeof error.data === 'string' && error.data.startsWith('0x') && error.data.length >= 10
}
