import type { Hex } from '@gesim/journey'
import { digestOf, receiptFromJson } from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { recoverAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Progress } from './ports.ts'
import { startRecord } from './record.ts'
import { receiptOf } from './table.ts'
import { type Bench, DOMAIN, openBench, until } from './testing/bench.ts'

const recordKey = generatePrivateKey()
let bench: Bench
beforeAll(async () => {
  bench = await openBench({ PROVISIONER_RECORD_KEY: recordKey })
  await bench.start()
})
afterAll(() => bench.close())

const PAYER: Hex = '0x00000000000000000000000000000000000000aa'

async function followed(progress: Progress): Promise<{ intentId: Hex; running: Running }> {
  Object.assign(bench.one, { progress: async () => progress })
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, { book: 1, reason: 'a test says so', scores: [] })
  await bench.heard(intentId, 'profile.ready')
  await bench.database.store.db.deleteFrom('schedules' as never).execute()
  return { intentId, running: await startRecord(bench.notary, DOMAIN) }
}

test('what a reseller reports installed is receipted by the operator of record, and says that no card signed', async () => {
  const { intentId, running } = await followed('installed')
  const { body } = await bench.heard(intentId, 'profile.installed')
  await running.stop()
  const { json } = await bench.ask(`/v1/carrier/intents/${intentId}`, 'carrier/1')
  expect(json.receiptDigest).toBe(body.receiptDigest)
  const { receipt, signature, carrier_key } = (await receiptOf(bench.database.store.db, intentId, 1))!
  expect(receipt).toMatchObject({ intentId, book: 1, eidCommit: `0x${'00'.repeat(32)}` })
  const hash = digestOf('ProvisioningReceipt', DOMAIN, receiptFromJson(receipt))
  expect(hash).toBe(body.receiptDigest)
  const signer = privateKeyToAccount(recordKey).address.toLowerCase()
  expect((await recoverAddress({ hash, signature })).toLowerCase()).toBe(signer)
  expect(carrier_key).toBe(signer)
})

test('a download is noticed by asking, and a profile that is over lets the next carrier try', async () => {
  const seen = await followed('downloaded')
  await bench.heard(seen.intentId, 'profile.downloaded')
  await seen.running.stop()
  const over = await followed('over')
  await until(async () => (await bench.events(over.intentId, 'order.failed')).length === 1)
  await over.running.stop()
})
