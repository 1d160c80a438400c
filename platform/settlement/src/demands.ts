import { broken, type Log } from '@gesim/base'
import type { DemandJson, EventBody, Hex, TermsJson } from '@gesim/journey'
import { leafProofToJson, ZERO_HASH } from '@gesim/proofs'
import type { Db, Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { findEpoch } from './epochs.ts'
import type { ChainView } from './ports.ts'
import type { Trees } from './trees.ts'

/** Demands looked at in one step; the rest come with the next: each may need the tree of another epoch, and roots cannot wait. */
const MOST_AT_ONCE = 2

interface DemandRow {
  demand_id: Hex
  kind: 'data' | 'evidence'
  intent_id: Hex
  demand: DemandJson
  open_until: bigint
}

/** Notes a demand that was opened on chain. */
export async function saveDemand(tx: Tx, intentId: Hex, body: EventBody<'demand.opened'>): Promise<void> {
  await sql`insert into gesim.settlement_demands (demand_id, kind, intent_id, demand, open_until)
    values (${body.demandId}, ${body.kind}, ${intentId}, ${JSON.stringify(body.demand)}::jsonb,
      ${body.demand.openUntil})
    on conflict (demand_id) do update set state = 'open', wished_at = null`.execute(tx)
}

/**
 * Wishes for the answers to open demands. A demand that nobody answers in time freezes its book, or takes a root back: what
 * it asks for is always here, since the root was made from it. The chain says whether one is still open. It is believed
 * for a while only: a node that lags, or a reorganisation, must not end a demand for us that stands; so until its time is over
 * it is asked again, and an answer that did not come through is wished for again.
 */
export async function answerDemands(
  store: Store,
  chain: ChainView,
  trees: Trees,
  times: { nowMs: number; retryMs: number },
  log: Log,
): Promise<void> {
  const rows = await waiting(store.db, times.nowMs - times.retryMs)
  if (rows.length === 0) return
  const head = await chain.head()
  for (const row of rows) {
    const isOpen = await chain.isOpenDemand(row.demand_id)
    if (Number(row.open_until) < head.timestamp) {
      await saveState(store.db, row.demand_id, isOpen ? 'late' : 'ended')
      if (isOpen)
        log.error('a demand was not answered in time', { code: 'settlement.cannot-answer', ...told(row) })
      continue
    }
    const answer = isOpen ? await answerTo(store, trees, row) : null
    await store.tx(async (tx) => {
      await sql`update gesim.settlement_demands set wished_at = to_timestamp(${times.nowMs / 1000})
        where demand_id = ${row.demand_id}`.execute(tx)
      if (answer) await store.append(tx, 'answer.wanted', row.intent_id, answer)
    })
    if (answer) log.info('a demand shall be answered', told(row))
    else if (isOpen) {
      const failure = broken('settlement.cannot-answer', told(row))
      log.error(failure.message, { code: failure.code, ...told(row) })
    }
  }
}

function told(row: DemandRow) {
  return { hash: row.demand_id, intentId: row.intent_id, epoch: row.demand.epoch, book: row.demand.book }
}

/** Open ones that were not wished for since a time, those that end first before. */
async function waiting(db: Db, wishedBeforeMs: number): Promise<DemandRow[]> {
  const { rows } = await sql<DemandRow>`
    select demand_id, kind, intent_id, demand, open_until from gesim.settlement_demands
    where state = 'open' and (wished_at is null or wished_at <= to_timestamp(${wishedBeforeMs / 1000}))
    order by open_until limit ${MOST_AT_ONCE}`.execute(db)
  return rows
}

async function saveState(db: Db, demandId: Hex, state: 'ended' | 'late'): Promise<void> {
  await sql`update gesim.settlement_demands set state = ${state} where demand_id = ${demandId}`.execute(db)
}

/** What the demand asks for; null where the root is not ours, or its records are not here. */
async function answerTo(
  store: Store,
  trees: Trees,
  row: DemandRow,
): Promise<EventBody<'answer.wanted'> | null> {
  const { demand } = row
  const epoch = await findEpoch(store.db, demand.epoch)
  if (epoch?.commitment.root.toLowerCase() !== demand.root) return null
  const tree = await trees.of(demand.epoch)
  const leaf = tree.get(demand.book, demand.index)
  const answer = {
    demandId: row.demand_id,
    demand,
    // Where there is no leaf, that is what is shown.
    leafIntentId: leaf?.intentId ?? row.intent_id,
    proof: leafProofToJson(tree.leafProof(demand.book, demand.index)),
  }
  if (row.kind === 'data') return answer
  if (leaf?.intentId !== row.intent_id) return null
  const records = await recordsBehind(store.db, row.intent_id, leaf.evidence)
  return records && { ...answer, records }
}

type Records = NonNullable<EventBody<'answer.wanted'>['records']>

/** What both sides signed behind a leaf's evidence, and the terms. */
async function recordsBehind(db: Db, intentId: Hex, evidence: Hex): Promise<Records | null> {
  const { rows } = await sql<{
    terms: TermsJson | null
    receipt_digest: Hex | null
    found: Hex | null
    device: Records['voucher']
    carrier: Records['receipt']
  }>`
    select i.terms, i.receipt_digest, e.evidence as found, e.device, e.carrier from gesim.settlement_intents i
    left join gesim.metering_evidence e on e.intent_id = i.intent_id and e.evidence = ${evidence}
    where i.intent_id = ${intentId}`.execute(db)
  const row = rows[0]
  // Evidence that metering does not have cannot be shown: two absent records would be another one's.
  if (!row?.terms || row.found === null) return null
  const { device, carrier } = row
  return {
    terms: row.terms,
    voucher: device && { voucher: device.voucher, signature: device.signature },
    receipt: carrier && { receipt: carrier.receipt, key: carrier.key, signature: carrier.signature },
    provisioningDigest: row.receipt_digest ?? ZERO_HASH,
  }
}
