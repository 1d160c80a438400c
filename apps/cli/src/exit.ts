// `gesim exit`: the money out of escrow and wallet with nothing but a chain node and the own key.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatMicros, isFailure, refuse, sleepMs } from '@gesim/base'
import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import {
  type Alone,
  accountOf,
  type Belongings,
  callOfOwed,
  callOfSending,
  callsOf,
  checkOwner,
  type ExitChain,
  type ExitNetwork,
  joinKept,
  keptInJson,
  NOTHING_KEPT,
  networkFromJson,
  OWED_FROM,
  openExitChain,
  owedMicros,
  readBelongings,
  readEther,
  readOwnerKey,
  readRpcUrl,
  receiverFault,
  search,
  sendAlone,
  type WayOut,
  wayOut,
} from '@gesim/proofs/exit'
import { formatEther, isAddress } from 'viem'
import { type Bonds, createBonds } from './bonds.ts'
import type { CliOptions } from './options.ts'
import type { Printer } from './print.ts'
import { readSecret } from './secret.ts'

type Hex = `0x${string}`

/** How long `--wait` sleeps at most before it looks again: an answer may come before its time is over. */
const LOOK_EVERY_MS = 15_000
/** Refusals that a little time mends, and how often that is believed. */
const PASSING = new Set(['PostingWindow', 'TooEarly', 'OutsideTime'])
const MOST_TOO_EARLY = 10
const AFTER_TOO_EARLY_MS = 2_000
/** Ends a run whose steps change nothing. */
const MOST_STEPS = 200

/** Runs `gesim exit [take]`. */
export async function exit(options: CliOptions, printer: Printer): Promise<void> {
  const network = readNetwork(options)
  const to = readReceiver(options.to)
  const chain = await openExitChain(readRpcUrl(rpcOf(options)), network)
  const owner = readOwnerKey(await readSecret('Twelve words or private key (nothing is shown): '))
  const account = options.account ? addressOf(options.account) : accountOf(owner.address, network)
  const alone = { owner, account }
  if (to) checkReceiver(to, account, network)
  await checkOwner(chain, alone)
  const files = joinKept(NOTHING_KEPT, ...options.kept.map(readKept))
  let seen = await search(chain, account, files)
  let mine = await readBelongings(chain, account, seen)
  const ether = await readEther(chain, owner.address)
  tell(printer, mine, chain, alone, ether)
  if (options.argument !== 'take') return
  const bonds = createBonds(options.mostBondMicros)
  let tooEarly = 0
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const again = async () => {
      seen = await search(chain, account, seen.kept, { after: seen.found })
      mine = await readBelongings(chain, account, seen)
    }
    try {
      if (await takeOne(printer, chain, alone, mine, bonds)) {
        await again()
        continue
      }
    } catch (error) {
      // The block came after a window had begun, or before a time was over: by then it says so before anything is sent.
      if (!options.wait || !isPassing(error) || ++tooEarly > MOST_TOO_EARLY) throw error
      await sleepMs(AFTER_TOO_EARLY_MS)
      await again()
      continue
    }
    const nextAt = soonest(mine, chain)
    if (nextAt === null || !options.wait) break
    printer.step('waiting', { until: new Date(nextAt * 1000).toISOString() })
    await sleepMs(Math.min(LOOK_EVERY_MS, Math.max(1, nextAt - mine.chainNow) * 1000))
    await again()
  }
  tellWithheld(printer, chain, mine, bonds)
  if (to) await sendAll(printer, chain, alone, mine, to)
  const left = soonest(mine, chain)
  if (left !== null)
    printer.step('more later', {
      at: new Date(left * 1000).toISOString(),
      note: 'run it again then, or with --wait',
    })
}

function isPassing(error: unknown): boolean {
  return isFailure(error, 'proofs.exit-refused') && PASSING.has(String(error.facts.reason))
}

/** Makes one step that can be made now. False when there is none. */
async function takeOne(
  printer: Printer,
  chain: ExitChain,
  alone: Alone,
  mine: Belongings,
  bonds: Bonds,
): Promise<boolean> {
  const told = (name: string, facts: Record<string, string>) => (sent: { txHash: Hex; gasUsed: bigint }) => {
    printer.step(name, { ...facts, tx: sent.txHash, gas: sent.gasUsed.toString() })
    return true
  }
  for (const intent of mine.intents) {
    const { step, amountMicros } = wayOf(mine, chain, intent)
    const bondMicros = step?.kind === 'demand' ? step.bondMicros : 0n
    if (step && isAllowed(bonds, intent.intentId, bondMicros)) {
      const facts = { intent: intent.intentId, amount: formatMicros(amountMicros) }
      const onSigned = () => bonds.signed(intent.intentId, bondMicros)
      const calls = callsOf(step, intent, chain.network)
      return sendAlone(chain, alone, calls, { onSigned }).then(told(step.kind, facts))
    }
  }
  for (const from of OWED_FROM) {
    const amount = owedMicros(from, mine.purse)
    if (amount === 0n) continue
    const call = callOfOwed(from, amount, alone.account, chain.network)
    return sendAlone(chain, alone, [call]).then(told(`owed-${from}`, { amount: formatMicros(amount) }))
  }
  return false
}

/** A step without a bond always is. */
function isAllowed(bonds: Bonds, intentId: Hex, bondMicros: bigint): boolean {
  return bondMicros === 0n || bonds.allows(intentId, bondMicros)
}

/** Says which purchases stand still because their bond is above what may be posted. */
function tellWithheld(printer: Printer, chain: ExitChain, mine: Belongings, bonds: Bonds): void {
  for (const intent of mine.intents) {
    const { step } = wayOf(mine, chain, intent)
    if (step?.kind !== 'demand' || isAllowed(bonds, intent.intentId, step.bondMicros)) continue
    printer.step('bond not posted', {
      intent: intent.intentId,
      bond: formatMicros(step.bondMicros),
      note: 'it is more than may be posted: allow it with --bond, or ask another node',
    })
  }
}

async function sendAll(
  printer: Printer,
  chain: ExitChain,
  alone: Alone,
  mine: Belongings,
  to: Hex,
): Promise<void> {
  const amount = mine.purse.walletMicros
  if (amount === 0n) return
  const { txHash } = await sendAlone(chain, alone, [callOfSending(to, amount, chain.network)])
  printer.step('sent', { amount: formatMicros(amount), to, tx: txHash })
}

function wayOf(mine: Belongings, { times }: ExitChain, intent: Belongings['intents'][number]): WayOut {
  return wayOut(intent, times, mine.chainNow, mine.purse.walletMicros)
}

/** When the next step can be made; null when nothing waits. */
function soonest(mine: Belongings, chain: ExitChain): number | null {
  const times = mine.intents.flatMap((intent) => wayOf(mine, chain, intent).nextAt ?? [])
  return times.length > 0 ? Math.min(...times) : null
}

function tell(
  printer: Printer,
  mine: Belongings,
  chain: ExitChain,
  { owner, account }: Alone,
  ether: { hasWei: bigint; enoughWei: bigint },
): void {
  const iso = (seconds: number | null) =>
    seconds === null ? undefined : new Date(seconds * 1000).toISOString()
  const { purse } = mine
  printer.step('account', {
    account,
    wallet: formatMicros(purse.walletMicros),
    inEscrow: formatMicros(purse.escrowMicros),
    bonds: formatMicros(purse.owedMicros),
    credit: formatMicros(purse.creditMicros),
  })
  if (ether.hasWei < ether.enoughWei)
    printer.step('ether', {
      owner: owner.address,
      has: formatEther(ether.hasWei),
      send: formatEther(ether.enoughWei - ether.hasWei),
      note: 'the network’s fee is paid from the key’s own address: send this much ether there',
    })
  for (const intent of mine.intents) {
    const { step, reason, amountMicros, nextAt, moneyAt } = wayOf(mine, chain, intent)
    printer.step('intent', {
      intent: intent.intentId,
      state: intent.state,
      funded: formatMicros(intent.fundedMicros),
      comesBack: formatMicros(amountMicros),
      now: step?.kind,
      why: reason,
      next: iso(nextAt),
      moneyBy: iso(moneyAt),
      ...(step?.kind === 'demand'
        ? {
            bond: formatMicros(step.bondMicros),
            note: 'the bond comes back unless somebody shows the figures; then it is theirs',
          }
        : {}),
    })
  }
  if (mine.intents.length === 0)
    printer.step('nothing in escrow', { note: 'no purchase of this account is on this chain' })
}

function readNetwork(options: CliOptions): ExitNetwork {
  const local = join(options.dataDir, 'deployment.json')
  const path = options.network ?? local
  if (!existsSync(path)) throw refuse('cli.no-network', { path })
  const text = readFileSync(path, 'utf8')
  // The page that the web app hands out for keeping holds the same description.
  const inPage = /<script type="application\/json" id="network">([^<]*)<\/script>/.exec(text)?.[1]
  let json: unknown
  try {
    json = JSON.parse(inPage ?? text)
  } catch (cause) {
    throw refuse('cli.no-network', { path }, cause)
  }
  if (options.network) return networkFromJson(json)
  // What the stack deployed lies on a chain that is thrown away.
  const { addresses } = json as { addresses: { fromBlock: number } }
  return networkFromJson({ chainId: LOCAL_CHAIN_ID, fromBlock: addresses.fromBlock, addresses })
}

function rpcOf(options: CliOptions): string {
  if (options.rpc) return options.rpc
  const path = join(options.dataDir, 'stack.json')
  if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { rpcUrl: string }).rpcUrl
  throw refuse('cli.not-understood', { why: 'exit takes --rpc URL: the address of a chain node' })
}

function readKept(path: string) {
  const kept = existsSync(path) ? keptInJson(readFileSync(path, 'utf8')) : null
  if (!kept) throw refuse('cli.not-understood', { why: `--kept ${path} is no JSON file` })
  return kept
}

function addressOf(text: string): Hex {
  // viem compares letters of two sizes with the checksum and takes small ones as they are.
  if (!isAddress(text))
    throw refuse('cli.not-understood', { why: `${text} is no address, or its checksum is wrong` })
  return text
}

/** Money that goes to the own account goes nowhere; from a contract nobody sends it back. */
function checkReceiver(to: Hex, account: Hex, network: ExitNetwork): void {
  const fault = receiverFault(to, account, network)
  if (fault === null) return
  const what =
    fault === 'own' ? 'the account itself' : 'a contract of the network, or an address without a key'
  throw refuse('cli.not-understood', { why: `--to ${to} is ${what}: nobody could use the money there` })
}

function readReceiver(text: string | undefined): Hex | null {
  return text === undefined ? null : addressOf(text)
}
