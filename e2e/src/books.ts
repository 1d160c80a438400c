// What must hold after any misfortune: money adds up on chain and in the ledger, each thing happened once, and no work
// lies about unfinished.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { intentEscrowAbi } from '@gesim/contracts'
import type { FinanceSummary } from '@gesim/wire'
import { createPublicClient, http, parseEventLogs } from 'viem'
import { expect } from 'vitest'
import type { Database } from './database.ts'
import type { Stack } from './start-stack.ts'
import { eventually } from './waiting.ts'

interface EscrowLog {
  readonly eventName: string
  readonly args: Readonly<Record<string, string | number | bigint>>
}

/** Every event of the escrow since the chain began. */
export async function escrowLogs(stack: Stack): Promise<EscrowLog[]> {
  const { rpcUrl, nodeUrl } = stack.read()
  const network = (await (await fetch(`${nodeUrl}/v1/network`)).json()) as {
    addresses: { escrow: `0x${string}` }
  }
  const chain = createPublicClient({ transport: http(rpcUrl) })
  const logs = await chain.getLogs({ address: network.addresses.escrow, fromBlock: 0n })
  return parseEventLogs({ abi: intentEscrowAbi, logs }) as unknown as EscrowLog[]
}

/** What the chain says of one purchase: how often it was funded, activated, closed, refunded. */
export async function chainStory(stack: Stack, intentId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const log of await escrowLogs(stack)) {
    if (log.args.intentId !== intentId) continue
    counts[log.eventName] = (counts[log.eventName] ?? 0) + 1
  }
  return counts
}

/** Profiles that any carrier gave out for a purchase, from the carriers' own files. */
export function profilesFor(stack: Stack, intentId: string): { book: number; installed: boolean }[] {
  return stack.read().carriers.flatMap(({ name, book }) => {
    const file = JSON.parse(readFileSync(join(stack.dataDir, `carrier-${name}.json`), 'utf8')) as {
      subscriptions: Record<string, { intentId?: string; order: string; installed: boolean }>
    }
    return Object.values(file.subscriptions)
      .filter((one) => one.intentId === intentId && one.order === 'confirmed')
      .map(({ installed }) => ({ book, installed }))
  })
}

/** The carriers were paid exactly what closed purchases were charged. Holds once no purchase is open. */
async function expectPaidOnce(stack: Stack): Promise<void> {
  const paid = new Map<number, bigint>()
  const charged = new Map<number, bigint>()
  const books = new Map<string, number>()
  const add = (to: Map<number, bigint>, book: number, micros: bigint) =>
    to.set(book, (to.get(book) ?? 0n) + micros)
  for (const { eventName, args } of await escrowLogs(stack)) {
    if (eventName === 'IntentActivated') books.set(String(args.intentId), Number(args.book))
    if (eventName === 'CarrierPaid') add(paid, Number(args.book), BigInt(args.gross!))
    if (eventName === 'IntentClosed') {
      add(charged, books.get(String(args.intentId))!, BigInt(args.charged!))
      books.delete(String(args.intentId))
    }
  }
  if (books.size === 0) expect(paid).toEqual(charged)
}

/** The reconciliation of chain, journal and ledger has no difference, and nothing is parked or given up. */
export async function expectInOrder(stack: Stack, database: Database): Promise<void> {
  const balanced = async () => {
    const response = await fetch(`${stack.read().nodeUrl}/v1/finance/summary`).catch(() => null)
    if (!response?.ok) return false
    const { balanced, reconciliation } = (await response.json()) as FinanceSummary
    return balanced && reconciliation.every(({ differenceMicros }) => differenceMicros === '0')
  }
  await eventually('the books to balance', balanced, 30_000)
  expect(await database.query('select reader, seq, code, why from gesim.journal_parked')).toEqual([])
  expect(await database.query(`select data from gesim_jobs.job where name = 'dead-letters'`)).toEqual([])
  await expectPaidOnce(stack)
}
