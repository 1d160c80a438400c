import { intentEscrowAbi } from '@gesim/contracts'
import { booksHash, planCommit } from '@gesim/proofs'
import { type Hex, type Log, type PublicClient, parseEventLogs } from 'viem'
import type { Receipt } from '../api/shapes.ts'

/** The outcome of one check, whoever makes it. `absent`: there was never anything to check, unlike `skipped`, which is to come. */
export interface Checked {
  readonly check: string
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'absent'
  readonly facts: Readonly<Record<string, string | number>>
}

/** The plan and the list of carriers are those whose hashes were signed with the terms. */
export function checkPlan(receipt: Pick<Receipt, 'planId' | 'planSalt' | 'books' | 'terms'>): Checked {
  const plan = planCommit(receipt.planId, receipt.planSalt)
  const books = booksHash(receipt.books)
  return {
    check: 'plan',
    outcome: plan === receipt.terms.planCommit && books === receipt.terms.booksHash ? 'ok' : 'failed',
    facts: { planId: receipt.planId, planCommit: plan, books: receipt.books.join(', ') },
  }
}

/** What a transaction of the escrow is said to have done, and what its logs say. */
type EscrowEvent = 'IntentFunded' | 'IntentActivated' | 'IntentRefunded' | 'IntentClosed' | 'CarrierPaid'

/** Reads one named transaction of the receipt from the chain and looks for the event in the escrow's own logs. */
export async function checkTransaction(
  client: Pick<PublicClient, 'getTransactionReceipt'>,
  receipt: Receipt,
  check: string,
  event: EscrowEvent,
): Promise<Checked> {
  const claimed = receipt.chain.filter((one) => one.event === event)
  if (claimed.length === 0) return { check, outcome: 'skipped', facts: {} }
  const facts: Record<string, string | number> = {}
  for (const { txHash } of claimed) {
    const logs = await logsOf(client, txHash)
    const found = logs && findEvent(logs, receipt, event)
    facts.transaction = txHash
    if (!found) return { check, outcome: 'failed', facts }
    Object.assign(facts, found)
  }
  return { check, outcome: 'ok', facts }
}

async function logsOf(client: Pick<PublicClient, 'getTransactionReceipt'>, hash: Hex): Promise<Log[] | null> {
  try {
    const { logs, status } = await client.getTransactionReceipt({ hash })
    return status === 'success' ? logs : null
  } catch (error) {
    // A transaction that the chain does not know disproves the claim; a chain that does not answer proves nothing.
    if (error instanceof Error && error.name === 'TransactionReceiptNotFoundError') return null
    throw error
  }
}

function findEvent(
  logs: Log[],
  receipt: Receipt,
  event: EscrowEvent,
): Record<string, string | number> | null {
  const parsed = parseEventLogs({ abi: intentEscrowAbi, eventName: event, logs })
  for (const log of parsed) {
    if (log.address.toLowerCase() !== receipt.escrow.toLowerCase()) continue
    const args = log.args as unknown as Record<string, unknown>
    // CarrierPaid speaks of a book: all its intents of an epoch are paid in one sum.
    const own =
      event === 'CarrierPaid' || String(args.intentId).toLowerCase() === receipt.intentId.toLowerCase()
    if (own) return factsOf(args)
  }
  return null
}

function factsOf(args: Record<string, unknown>): Record<string, string | number> {
  const facts: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(args)) {
    if (name === 'intentId') continue
    facts[name] = typeof value === 'number' ? value : String(value)
  }
  return facts
}
