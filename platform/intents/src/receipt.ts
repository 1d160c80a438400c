import type { Hex } from '@gesim/journey'
import type { ChainSettings, Store } from '@gesim/store'
import type { Receipt } from '@gesim/wire'
import { sql } from 'kysely'
import type { IntentRow } from './table.ts'

/** Views of other stages that hold their part of a receipt: `gesim.receipt_<stage>(intent_id, part)`. */
const PARTS = ['provisioner', 'metering', 'billing', 'settlement', 'transparency', 'indexer'] as const

/** Everything needed to check a purchase; each part is its stage's own word, and none is believed: signatures are. */
export async function receiptOf(store: Store, chain: ChainSettings, row: IntentRow): Promise<Receipt> {
  const parts = await readParts(store, row.intent_id)
  const { provisioner, metering, billing, settlement, transparency, indexer } = parts
  return {
    intentId: row.intent_id,
    chainId: chain.chainId,
    escrow: chain.addresses.escrow,
    terms: row.terms,
    books: row.books,
    planId: row.plan.planId,
    planSalt: row.plan_salt,
    ...(row.agreement ? { agreement: { statement: row.agreement, plan: row.plan } } : {}),
    state: row.state,
    chain: (indexer ?? []) as Receipt['chain'],
    ...(provisioner ? { provisioning: provisioner as Record<string, unknown> } : {}),
    ...(metering ? { metering: metering as Record<string, unknown> } : {}),
    ...(billing ? { billing: billing as Record<string, unknown> } : {}),
    ...(settlement ? { settlement: settlement as Record<string, unknown> } : {}),
    ...(transparency ? { transparency: transparency as Record<string, unknown> } : {}),
  }
}

async function readParts(
  store: Store,
  intentId: Hex,
): Promise<Partial<Record<(typeof PARTS)[number], unknown>>> {
  const parts: Partial<Record<(typeof PARTS)[number], unknown>> = {}
  await Promise.all(
    PARTS.map(async (stage) => {
      const { rows } = await sql<{ part: unknown }>`
        select part from ${sql.raw(`gesim.receipt_${stage}`)} where intent_id = ${intentId} limit 1`.execute(
        store.db,
      )
      if (rows[0]) parts[stage] = rows[0].part
    }),
  )
  return parts
}
