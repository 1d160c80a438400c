import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { leafProofToJson } from '@gesim/proofs'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'
import { newestFinal } from './epochs.ts'
import type { ChainView } from './ports.ts'
import type { Trees } from './trees.ts'

const FINAL = 1

/**
 * What a payer needs to take the rest of a purchase before it goes back by itself: the proof of the FINAL leaf in the newest
 * final root (`IntentEscrow.refundFinal`). `returnsItselfAt` is when the first root with that leaf is beyond challenge.
 * Throws `settlement.remainder-not-ready`, `settlement.remainder-returned`.
 */
export async function remainderOf(store: Pick<Store, 'db'>, chain: ChainView, trees: Trees, id: string) {
  const intentId = id.toLowerCase() as Hex
  const { rows } = await sql<{
    book: number | null
    idx: number | null
    state: string | null
    returned: boolean
    first_posted_at: bigint | null
  }>`
    select i.book, i.idx, i.state, i.returned, (
      select min(e.posted_at) from gesim.settlement_leaves l join gesim.settlement_epochs e using (epoch)
      where l.intent_id = i.intent_id and l.flags & ${FINAL} = ${FINAL} and e.state in ('posted', 'final')
    ) as first_posted_at
    from gesim.settlement_intents i where i.intent_id = ${intentId}`.execute(store.db)
  const row = rows[0]
  if (row?.returned || row?.state === 'closed') throw refuse('settlement.remainder-returned', { intentId })
  const [newest] = await newestFinal(store.db, 1)
  if (!newest || row?.book == null || row.idx === null || row.first_posted_at === null)
    throw refuse('settlement.remainder-not-ready', { intentId })
  const tree = await trees.of(newest.epoch)
  const leaf = tree.get(row.book, row.idx)
  if (!leaf || (leaf.flags & FINAL) === 0) throw refuse('settlement.remainder-not-ready', { intentId })
  const { slowSeconds } = await chain.parameters()
  return {
    epoch: newest.epoch,
    leaf: leafProofToJson(tree.leafProof(row.book, row.idx)),
    returnsItselfAt: Number(row.first_posted_at) + slowSeconds,
  }
}
