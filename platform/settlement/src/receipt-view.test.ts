// What a receipt shows of the carrier's payouts: the view is all that stands between rows and receipt.
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'

const BOOK = 4
let own: TestStore

beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own.close())

async function epoch(number: number, state = 'final'): Promise<void> {
  await sql`insert into gesim.settlement_epochs (epoch, state, commitment, digest, deltas, leaves, changed, committee)
    values (${number}, ${state}, '{}', '0x', '0x', 1, 1, '{}')`.execute(own.store.db)
}

async function leaf(number: number, intentId: string, amountMicros: number): Promise<void> {
  await sql`insert into gesim.settlement_leaves (epoch, intent_id, book, idx, amount_micros, co_signed_micros, used_bytes,
      seq, flags, evidence, proof, node)
    values (${number}, ${intentId}, ${BOOK}, 0, ${amountMicros}, ${amountMicros}, 1, 1, 0, '0x', '{}', '{}')`.execute(
    own.store.db,
  )
}

async function payout(number: number, book = BOOK): Promise<void> {
  await sql`insert into gesim.settlement_payouts (tx_hash, epoch, book, gross_micros, fee_micros, paid_to)
    values (${`0x${number}`}, ${number}, ${book}, 100, 1, '0x')`.execute(own.store.db)
}

async function paidIn(intentId: string): Promise<number[]> {
  const { rows } = await sql<{ part: { payouts: { epoch: number }[] } }>`
    select part from gesim.receipt_settlement where intent_id = ${intentId}`.execute(own.store.db)
  return rows[0]!.part.payouts.map((one) => one.epoch)
}

test('a receipt shows the payout of the first epoch that held the whole charge, though a later leaf ended the service', async () => {
  for (const number of [10, 11, 12, 13, 14]) await epoch(number)
  await payout(10)
  await leaf(11, 'used', 100)
  await payout(11)
  await leaf(12, 'used', 300)
  expect(await paidIn('used')).toEqual([])
  await payout(12)
  await leaf(13, 'used', 300)
  expect(await paidIn('used')).toEqual([12])
  await payout(14, BOOK + 1)
  expect(await paidIn('used')).toEqual([12])
})
