import { refuse } from '@gesim/base'
import type { Hex, ReceiptJson, TermsJson } from '@gesim/journey'
import { DEPTH, leafProofToJson, NO_DEVICE, nodeProofToJson } from '@gesim/proofs'
import type { Store } from '@gesim/store'
import type { EpochInput, EpochInputs } from '@gesim/wire'
import { sql } from 'kysely'
import { weightBps } from './decide.ts'
import { type EpochRow, type EpochState, findEpoch, readAttestations, readPayouts } from './epochs.ts'
import type { Trees } from './trees.ts'

/** Epochs with a root, newest first. */
export async function listEpochs(store: Pick<Store, 'db'>, limit: number, state?: EpochState) {
  const { rows } = await sql<EpochRow & { signers: string[] }>`
    select e.*, array(select attestor from gesim.settlement_attestations a where a.epoch = e.epoch) as signers
    from gesim.settlement_epochs e ${state === undefined ? sql`` : sql`where state = ${state}`}
    order by epoch desc limit ${limit}`.execute(store.db)
  return rows.map((row) => shown(row, row.signers))
}

/** One epoch with its commitment, signatures and payouts. Throws `settlement.unknown-epoch`. */
export async function showEpoch(store: Pick<Store, 'db'>, epoch: number) {
  const row = await requireEpoch(store, epoch)
  const [signatures, payouts] = await Promise.all([
    readAttestations(store.db, epoch),
    readPayouts(store.db, epoch),
  ])
  return {
    epoch: shown(
      row,
      signatures.map((one) => one.attestor),
    ),
    commitment: row.commitment,
    signatures,
    payouts: payouts.map((one) => ({
      book: one.book,
      grossMicros: one.gross_micros.toString(),
      feeMicros: one.fee_micros.toString(),
      to: one.paid_to,
      txHash: one.tx_hash,
    })),
  }
}

function shown(row: EpochRow, signers: readonly string[]) {
  const members = row.committee.members.map((one) => ({
    attestor: one.attestor,
    weight: BigInt(one.weight),
  }))
  return {
    epoch: row.epoch,
    state: row.state,
    cutoff: row.commitment.cutoff,
    root: row.commitment.root,
    totalMicros: row.commitment.total,
    coSignedMicros: row.commitment.coSigned,
    leaves: row.leaves,
    changed: row.changed,
    weightBps: weightBps(members, new Set(signers)),
    attestations: signers.length,
    postedAt: row.posted_at === null ? null : Number(row.posted_at),
    txHash: row.tx_hash,
  }
}

interface InputRow {
  intent_id: Hex
  terms: TermsJson | null
  receipt: ReceiptJson | null
  carrier_key: Hex | null
  receipt_signature: Hex | null
  device: { voucher: Record<string, unknown>; signature: Hex; binding: Record<string, unknown> | null } | null
  carrier: { receipt: Record<string, unknown>; key: Hex; signature: Hex } | null
}

/** Every leaf of an epoch with what was signed behind it. Throws `settlement.unknown-epoch`. */
export async function epochInputs(
  store: Pick<Store, 'db'>,
  trees: Trees,
  epoch: number,
): Promise<EpochInputs> {
  const row = await requireEpoch(store, epoch)
  const tree = await trees.of(epoch)
  const leaves = tree.leaves()
  const { rows } = await sql<InputRow>`
    select i.intent_id, i.terms, i.receipt, i.carrier_key, i.receipt_signature, e.device, e.carrier
    from unnest(${leaves.map((one) => one.intentId)}::text[], ${leaves.map((one) => one.evidence)}::text[])
      as l(intent_id, evidence)
    join gesim.settlement_intents i using (intent_id)
    left join gesim.metering_evidence e on e.intent_id = l.intent_id and e.evidence = l.evidence`.execute(
    store.db,
  )
  const signed = new Map(rows.map((one) => [one.intent_id, one]))
  return {
    commitment: row.commitment,
    deltas: row.deltas,
    previous: row.previous,
    inputs: leaves.map(({ intentId, book, index, ...leaf }) => ({
      intentId,
      book,
      index,
      leaf: {
        amount: leaf.amount.toString(),
        coSigned: leaf.coSigned.toString(),
        bytesUsed: leaf.bytesUsed.toString(),
        seq: leaf.seq,
        flags: leaf.flags,
        evidence: leaf.evidence,
      },
      ...papersOf(signed.get(intentId)),
    })),
  }
}

function papersOf(row: InputRow | undefined): Partial<EpochInput> {
  if (!row) return {}
  const papers: Record<string, unknown> = {}
  if (row.terms) papers.terms = row.terms
  if (row.receipt)
    Object.assign(papers, {
      receipt: row.receipt,
      carrierKey: row.carrier_key,
      receiptSignature: row.receipt_signature,
    })
  if (row.device)
    papers.voucher = {
      voucher: row.device.voucher,
      signature: row.device.signature,
      binding: row.device.binding ?? NO_DEVICE,
    }
  if (row.carrier)
    papers.usageReceipt = {
      receipt: row.carrier.receipt,
      key: row.carrier.key,
      signature: row.carrier.signature,
    }
  return papers as Partial<EpochInput>
}

/** The proof of an intent's leaf in an epoch's root. Throws `settlement.unknown-epoch`, `settlement.no-leaf`. */
export async function leafProofIn(store: Pick<Store, 'db'>, trees: Trees, epoch: number, id: string) {
  const row = await requireEpoch(store, epoch)
  const intentId = id.toLowerCase() as Hex
  const { rows } = await sql<{ book: number; idx: number }>`
    select book, idx from gesim.settlement_intents where intent_id = ${intentId} and idx is not null`.execute(
    store.db,
  )
  const tree = await trees.of(epoch)
  const leaf = rows[0] && tree.get(rows[0].book, rows[0].idx)
  if (!leaf) throw refuse('settlement.no-leaf', { epoch, intentId })
  return {
    epoch,
    intentId,
    book: leaf.book,
    index: leaf.index,
    commitment: row.commitment,
    leaf: leafProofToJson(tree.leafProof(leaf.book, leaf.index)),
    node: nodeProofToJson(tree.nodeProof(leaf.book)),
  }
}

async function requireEpoch(store: Pick<Store, 'db'>, epoch: number): Promise<EpochRow> {
  const row = await findEpoch(store.db, epoch)
  if (!row) throw refuse('settlement.unknown-epoch', { epoch })
  return row
}

/** A node of an epoch's tree with what it hashes. Throws `settlement.unknown-epoch`, `settlement.no-node`. */
export async function nodeIn(
  store: Pick<Store, 'db'>,
  trees: Trees,
  epoch: number,
  level: number,
  place: number,
) {
  await requireEpoch(store, epoch)
  if (place >= 2 ** (DEPTH - level)) throw refuse('settlement.no-node', { epoch, level, place })
  const { children, ...node } = (await trees.of(epoch)).nodeAt(level, place)
  return { ...nodeProofToJson(node), children }
}
