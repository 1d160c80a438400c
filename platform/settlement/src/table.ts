import type { BlockRef } from '@gesim/contracts/reading'
import type { EventBody, Hex } from '@gesim/journey'
import type { PlacedLeaf } from '@gesim/proofs'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { Standing } from './decide.ts'
import type { Fact } from './facts.ts'

/** Remembers the signed papers of an intent until the chain has opened it for one of them. */
export async function savePapers(
  tx: Tx,
  intentId: Hex,
  papers: EventBody<'activation.wanted'>,
): Promise<void> {
  await sql`
    insert into gesim.settlement_intents
      (intent_id, terms, receipt, receipt_digest, carrier_key, receipt_signature)
    values (${intentId}, ${JSON.stringify(papers.terms)}::jsonb, ${JSON.stringify(papers.receipt)}::jsonb,
      ${papers.consent.receiptDigest}, ${papers.carrierKey}, ${papers.receiptSignature})
    on conflict (intent_id) do update set terms = excluded.terms, receipt = excluded.receipt,
      receipt_digest = excluded.receipt_digest, carrier_key = excluded.carrier_key,
      receipt_signature = excluded.receipt_signature
    where gesim.settlement_intents.amount_micros is null`.execute(tx)
}

/** Remembers the newest cumulative charge. */
export async function saveCharge(tx: Tx, intentId: Hex, charge: EventBody<'charge.posted'>): Promise<void> {
  await sql`
    insert into gesim.settlement_intents
      (intent_id, amount_micros, co_signed_micros, used_bytes, seq, evidence, final)
    values (${intentId}, ${charge.amountMicros}::bigint, ${charge.coSignedMicros}::bigint,
      ${charge.bytesUsed}::bigint, ${charge.seq}, ${charge.evidence}, ${charge.final})
    on conflict (intent_id) do update set amount_micros = excluded.amount_micros,
      co_signed_micros = excluded.co_signed_micros, used_bytes = excluded.used_bytes, seq = excluded.seq,
      evidence = excluded.evidence, final = gesim.settlement_intents.final or excluded.final`.execute(tx)
}

export interface Progress {
  decided_epoch: bigint
  to_block: bigint
  to_hash: Hex | null
}

export async function readProgress(db: Db): Promise<Progress> {
  const { rows } = await sql<Progress>`
    select decided_epoch, to_block, to_hash from gesim.settlement_progress`.execute(db)
  return rows[0]!
}

export async function saveDecided(tx: Tx, epoch: number): Promise<void> {
  await sql`update gesim.settlement_progress set decided_epoch = greatest(decided_epoch, ${epoch})`.execute(
    tx,
  )
}

/** Forgets what was folded from the escrow's logs: the chain was reorganised below it. */
export async function forgetFacts(tx: Tx): Promise<void> {
  await sql`update gesim.settlement_intents set state = null, funded_micros = 0, book = null, idx = null,
    activated_at = null, settled_micros = 0`.execute(tx)
}

/** Writes facts of the escrow's logs, and how far they reach. */
export async function saveFacts(tx: Tx, facts: readonly Fact[], upTo: BlockRef): Promise<void> {
  if (facts.length > 0)
    await sql`
      insert into gesim.settlement_intents as i
        (intent_id, state, funded_micros, book, idx, activated_at, settled_micros)
      select f.intent_id, f.state, coalesce(f.funded, 0), f.book, f.idx, f.activated_at, coalesce(f.settled, 0)
      from jsonb_to_recordset(${JSON.stringify(facts.map(factRow))}::jsonb) as f(
        intent_id text, state text, funded bigint, book integer, idx integer, activated_at bigint, settled bigint)
      on conflict (intent_id) do update set
        state = coalesce(excluded.state, i.state),
        funded_micros = greatest(i.funded_micros, excluded.funded_micros),
        book = coalesce(excluded.book, i.book), idx = coalesce(excluded.idx, i.idx),
        activated_at = coalesce(excluded.activated_at, i.activated_at),
        settled_micros = greatest(i.settled_micros, excluded.settled_micros)`.execute(tx)
  await sql`update gesim.settlement_progress
    set to_block = ${upTo.number}, to_hash = ${upTo.hash}`.execute(tx)
}

function factRow(fact: Fact) {
  return {
    intent_id: fact.intentId,
    state: fact.state ?? null,
    funded: fact.fundedMicros?.toString() ?? null,
    book: fact.book ?? null,
    idx: fact.index ?? null,
    activated_at: fact.activatedAt ?? null,
    settled: fact.settledMicros?.toString() ?? null,
  }
}

interface StandingRow {
  intent_id: Hex
  state: 'open' | 'exiting' | 'closed'
  book: number
  idx: number
  settled_micros: bigint
  amount_micros: bigint | null
  co_signed_micros: bigint
  used_bytes: bigint
  seq: bigint
  evidence: Hex | null
  final: boolean
}

/** Every intent that was activated, with its charge. */
export async function readStandings(db: Db): Promise<Standing[]> {
  const { rows } = await sql<StandingRow>`
    select intent_id, state, book, idx, settled_micros, amount_micros, co_signed_micros, used_bytes, seq, evidence,
      final
    from gesim.settlement_intents where activated_at is not null and state in ('open', 'exiting', 'closed')
    order by book, idx`.execute(db)
  return rows.map((row) => ({
    intentId: row.intent_id,
    book: row.book,
    index: row.idx,
    state: row.state,
    settledMicros: row.settled_micros,
    charge:
      row.amount_micros === null || row.evidence === null
        ? null
        : {
            amountMicros: row.amount_micros,
            coSignedMicros: row.co_signed_micros,
            usedBytes: row.used_bytes,
            seq: Number(row.seq),
            evidence: row.evidence,
            final: row.final,
          },
  }))
}

export interface LeafRow {
  epoch: number
  intent_id: Hex
  book: number
  idx: number
  amount_micros: bigint
  co_signed_micros: bigint
  used_bytes: bigint
  seq: bigint
  flags: number
  evidence: Hex
}

export function placed(row: LeafRow): PlacedLeaf {
  return {
    intentId: row.intent_id,
    book: row.book,
    index: row.idx,
    amount: row.amount_micros,
    coSigned: row.co_signed_micros,
    bytesUsed: row.used_bytes,
    seq: Number(row.seq),
    flags: row.flags,
    evidence: row.evidence,
  }
}

/**
 * The leaves of an epoch's tree: of each intent the newest version in the epochs on chain up to it, and in the epoch
 * itself whatever its state. `null` for before the first epoch.
 */
export async function readLeaves(db: Db, epoch: number | null): Promise<LeafRow[]> {
  if (epoch === null) return []
  const { rows } = await sql<LeafRow>`
    select distinct on (l.intent_id) l.epoch, l.intent_id, l.book, l.idx, l.amount_micros, l.co_signed_micros,
      l.used_bytes, l.seq, l.flags, l.evidence
    from gesim.settlement_leaves l join gesim.settlement_epochs e using (epoch)
    where l.epoch <= ${epoch} and (l.epoch = ${epoch} or e.state in ('posted', 'final'))
    order by l.intent_id, l.epoch desc`.execute(db)
  return rows
}
