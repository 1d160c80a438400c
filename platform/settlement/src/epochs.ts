import type { CommitmentJson, EventBody, Hex, LeafProofJson, NodeProofJson, TermsJson } from '@gesim/journey'
import type { PlacedLeaf } from '@gesim/proofs'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'

/** Which sums of a final epoch may be claimed. */
export type Lane = 'co-signed' | 'total'

export type EpochState = 'collecting' | 'wanted' | 'posted' | 'final' | 'missed'

/** One epoch that has a root. */
export interface EpochRow {
  epoch: number
  state: EpochState
  commitment: CommitmentJson
  digest: Hex
  deltas: Hex
  previous: number | null
  leaves: number
  changed: number
  committee: { version: number; members: { attestor: Hex; weight: string }[] }
  quorum_at: Date | null
  posted_at: bigint | null
  /** Signed weight in basis points that the chain knows. */
  posted_weight: number | null
  late_wished_at: Date | null
  tx_hash: Hex | null
  lane: Lane | null
  wished_at: Date | null
  settled: boolean
}

export async function findEpoch(db: Db, epoch: number): Promise<EpochRow | null> {
  const { rows } = await sql<EpochRow>`select * from gesim.settlement_epochs where epoch = ${epoch}`.execute(
    db,
  )
  return rows[0] ?? null
}

/** Epochs in some states, oldest first. */
export async function epochsIn(db: Db, states: readonly EpochState[]): Promise<EpochRow[]> {
  const { rows } = await sql<EpochRow>`
    select * from gesim.settlement_epochs where state = any(${[...states]}::text[]) order by epoch`.execute(
    db,
  )
  return rows
}

/** The newest final epochs, newest first. */
export async function newestFinal(db: Db, most: number): Promise<EpochRow[]> {
  const { rows } = await sql<EpochRow>`
    select * from gesim.settlement_epochs where state = 'final' order by epoch desc limit ${most}`.execute(db)
  return rows
}

export async function insertEpoch(
  tx: Tx,
  row: Pick<
    EpochRow,
    'epoch' | 'commitment' | 'digest' | 'deltas' | 'previous' | 'leaves' | 'changed' | 'committee'
  >,
  leaves: readonly { leaf: PlacedLeaf; proof: LeafProofJson; node: NodeProofJson }[],
): Promise<void> {
  await sql`
    insert into gesim.settlement_epochs
      (epoch, state, commitment, digest, deltas, previous, leaves, changed, committee)
    values (${row.epoch}, 'collecting', ${JSON.stringify(row.commitment)}::jsonb, ${row.digest}, ${row.deltas},
      ${row.previous}, ${row.leaves}, ${row.changed}, ${JSON.stringify(row.committee)}::jsonb)`.execute(tx)
  const rows = leaves.map(({ leaf, proof, node }) => ({
    intent_id: leaf.intentId,
    book: leaf.book,
    idx: leaf.index,
    amount_micros: leaf.amount.toString(),
    co_signed_micros: leaf.coSigned.toString(),
    used_bytes: leaf.bytesUsed.toString(),
    seq: leaf.seq,
    flags: leaf.flags,
    evidence: leaf.evidence,
    proof,
    node,
  }))
  await sql`
    insert into gesim.settlement_leaves
    select ${row.epoch}::integer, intent_id, book, idx, amount_micros, co_signed_micros, used_bytes, seq, flags,
      evidence, proof, node
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as l(
      intent_id text, book integer, idx integer, amount_micros bigint, co_signed_micros bigint, used_bytes bigint,
      seq bigint, flags integer, evidence text, proof jsonb, node jsonb)`.execute(tx)
}

/** Moves an epoch on. Returns false when it was not in one of the states it must come from. */
export async function moveEpoch(
  tx: Tx,
  epoch: number,
  from: readonly EpochState[],
  to: EpochState,
): Promise<boolean> {
  const { rows } = await sql`
    update gesim.settlement_epochs set state = ${to}
    where epoch = ${epoch} and state = any(${[...from]}::text[]) returning epoch`.execute(tx)
  return rows.length > 0
}

export async function saveQuorumAt(tx: Db, epoch: number, atMs: number): Promise<void> {
  await sql`update gesim.settlement_epochs set quorum_at = coalesce(quorum_at, to_timestamp(${atMs / 1000}))
    where epoch = ${epoch}`.execute(tx)
}

export async function savePosted(tx: Tx, posted: EventBody<'root.posted'>): Promise<void> {
  const { epoch, postedAt, txHash, weight } = posted
  await sql`update gesim.settlement_epochs set posted_at = ${postedAt}, tx_hash = ${txHash}, posted_weight = ${weight},
      state = case when state = 'final' then state else 'posted' end
    where epoch = ${epoch}`.execute(tx)
}

/** Notes the weight that the chain knows now. */
export async function savePostedWeight(db: Db, epoch: number, weight: number): Promise<void> {
  await sql`update gesim.settlement_epochs set posted_weight = ${weight} where epoch = ${epoch}`.execute(db)
}

export async function saveLateWish(tx: Tx, epoch: number, atMs: number): Promise<void> {
  await sql`update gesim.settlement_epochs set late_wished_at = to_timestamp(${atMs / 1000})
    where epoch = ${epoch}`.execute(tx)
}

export async function saveWish(tx: Tx, epoch: number, lane: Lane, atMs: number): Promise<void> {
  await sql`update gesim.settlement_epochs set lane = ${lane}, wished_at = to_timestamp(${atMs / 1000})
    where epoch = ${epoch}`.execute(tx)
}

export async function saveSettled(db: Db, epoch: number): Promise<void> {
  await sql`update gesim.settlement_epochs set settled = true where epoch = ${epoch}`.execute(db)
}

export interface Attestation {
  attestor: Hex
  signature: Hex
}

export async function readAttestations(db: Db, epoch: number): Promise<Attestation[]> {
  const { rows } = await sql<Attestation>`
    select attestor, signature from gesim.settlement_attestations where epoch = ${epoch} order by attestor`.execute(
    db,
  )
  return rows
}

/** Stores an attestation; the first of an attestor stays. */
export async function saveAttestation(db: Db, epoch: number, one: Attestation): Promise<void> {
  await sql`insert into gesim.settlement_attestations (epoch, attestor, signature)
    values (${epoch}, ${one.attestor}, ${one.signature}) on conflict do nothing`.execute(db)
}

export async function savePayout(
  tx: Tx,
  payout: { epoch: number; book: number; grossMicros: string; feeMicros: string; to: Hex; txHash: Hex },
): Promise<void> {
  await sql`insert into gesim.settlement_payouts (tx_hash, epoch, book, gross_micros, fee_micros, paid_to)
    values (${payout.txHash}, ${payout.epoch}, ${payout.book}, ${payout.grossMicros}::bigint,
      ${payout.feeMicros}::bigint, ${payout.to}) on conflict do nothing`.execute(tx)
}

export async function readPayouts(db: Db, epoch: number) {
  const { rows } = await sql<{
    tx_hash: Hex
    book: number
    gross_micros: bigint
    fee_micros: bigint
    paid_to: Hex
  }>`select * from gesim.settlement_payouts where epoch = ${epoch} order by book`.execute(db)
  return rows
}

export interface Remainder {
  intent_id: Hex
  terms: TermsJson
  book: number
  idx: number
}

/**
 * Intents of books with a FINAL leaf in the tree of `leafEpoch` whose remainder was not wished for yet, or was refused with
 * the proof of an epoch before `epoch`.
 */
export async function openRemainders(
  db: Db,
  epoch: number,
  leafEpoch: number,
  books: readonly number[],
  most: number,
): Promise<Remainder[]> {
  const { rows } = await sql<Remainder>`
    select i.intent_id, i.terms, i.book, i.idx from gesim.settlement_intents i
    where ${hasRemainder(epoch, leafEpoch)} and i.book = any(${[...books]}::integer[])
    order by i.intent_id limit ${most}`.execute(db)
  return rows
}

/** The books of those intents. */
export async function booksWithRemainders(db: Db, epoch: number, leafEpoch: number): Promise<number[]> {
  const { rows } = await sql<{ book: number }>`
    select distinct i.book from gesim.settlement_intents i where ${hasRemainder(epoch, leafEpoch)} order by i.book`.execute(
    db,
  )
  return rows.map((row) => row.book)
}

const hasRemainder = (epoch: number, leafEpoch: number) => sql`
  not i.returned and i.state in ('open', 'exiting') and i.terms is not null
  and (i.remainder_epoch is null or (i.remainder_refused and i.remainder_epoch < ${epoch}))
  and exists (
    select from gesim.settlement_leaves l join gesim.settlement_epochs e using (epoch)
    where l.intent_id = i.intent_id and l.epoch <= ${leafEpoch} and l.flags & 1 = 1
      and e.state in ('posted', 'final'))`

export async function saveRemainder(tx: Tx, intentId: Hex, epoch: number): Promise<void> {
  await sql`update gesim.settlement_intents set remainder_epoch = ${epoch}, remainder_refused = false
    where intent_id = ${intentId}`.execute(tx)
}

export async function refuseRemainder(tx: Tx, intentId: string): Promise<void> {
  await sql`update gesim.settlement_intents set remainder_refused = true
    where intent_id = ${intentId}`.execute(tx)
}

export async function saveReturned(tx: Tx, intentId: Hex): Promise<void> {
  await sql`update gesim.settlement_intents set returned = true where intent_id = ${intentId}`.execute(tx)
}
