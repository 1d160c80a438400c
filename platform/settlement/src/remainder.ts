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
 * Throws `settlement.unknown-intent`, `settlement.remainder-not-ready`, `settlement.remainder-returned`.
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
  if (!row) throw refuse('settlement.unknown-intent', { intentId })
  const { book, idx, first_posted_at: firstPostedAt } = row
  const [newest] = await newestFinal(store.db, 1)
  const notReady = refuse('settlement.remainder-not-ready', { intentId })
  if (!newest || firstPostedAt === null || row.state !== 'open' || book === null || idx === null)
    throw notReady
  const tree = await trees.of(newest.epoch)
  if (((tree.get(book, idx)?.flags ?? 0) & FINAL) === 0) throw notReady
  // Before anything is waited for: the clerk may change a tree into the next.
  const leaf = leafProofToJson(tree.leafProof(book, idx))
  // What the contract would refuse is not ready: a frozen book's roots, and one older than the book's last claim.
  const [basis, { slowSeconds }] = await Promise.all([
    chain.claimBasis(newest.epoch, book),
    chain.parameters(),
  ])
  if (!basis.coSignedFinal || basis.claimedEpoch > newest.epoch) throw notReady
  return { epoch: newest.epoch, leaf, returnsItselfAt: Number(firstPostedAt) + slowSeconds }
}
