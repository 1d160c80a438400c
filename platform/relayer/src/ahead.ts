import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { rowsIn } from './table.ts'

/**
 * What a traveller signed ahead for a purchase, as the Intent Manager publishes it in `intents_asked_payments`; null where it is
 * deleted, because the order has ended or somebody else has paid. Then the wish is refused, unless it was taken before.
 */
export async function signedAhead(tx: Tx, store: Store, intentId: Hex): Promise<Hex | null> {
  const { rows } = await sql<{ signature: Hex }>`select signature from gesim.intents_asked_payments
    where intent_id = ${intentId}`.execute(tx)
  if (rows[0]) return rows[0].signature
  const key = `renewal.wanted:${intentId}`
  const taken = await rowsIn(tx)
    .selectFrom('relayer_transactions')
    .select('id')
    .where('key', '=', key)
    .executeTakeFirst()
  if (!taken)
    await store.append(tx, 'transaction.refused', intentId, {
      key,
      code: 'relayer.signature-deleted',
      why: 'what was signed ahead is deleted',
    })
  return null
}
