import { payOnUsageAbi, testUsdcAbi } from '@gesim/contracts'
import type { EventBodies, Hex } from '@gesim/journey'
import {
  digestOf,
  evidenceOf,
  leafProofFromJson,
  termsFromJson,
  usageReceiptFromJson,
  voucherFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { sql } from 'kysely'
import { parseEventLogs } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorld } from './testing/real-chain.ts'

/** By the tariff of the world's terms: 100,000 for the activation, 3 USDC a gigabyte. */
const BYTES = 500_000_000n
const CHARGE = 1_600_000n
const BOND = 5_000_000n

type World = Awaited<ReturnType<typeof openWorld>>
let world: World
let epoch: number
let leaf: ReturnType<typeof leafProofFromJson>
let purchase: Awaited<ReturnType<World['charged']>>
const device = privateKeyToAccount(`0x${'d1'.repeat(32)}`)

beforeAll(async () => {
  // Demands stand open for a quarter of the slow window, which is four epochs at most.
  world = await openWorld({
    epochSeconds: 12,
    postingSeconds: 4,
    fastSeconds: 1,
    slowSeconds: 48,
    poolQueueSeconds: 60,
  })
  const { addresses, keys } = world.local
  await world.mustSend(keys.executors[0], addresses.payOnUsage, payOnUsageAbi, 'bindDevice', [
    device.address,
    Math.floor(Date.now() / 1000) + 3600,
  ])
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  purchase = await world.charged(CHARGE, false)
  const evidence = await keepRecords(purchase.intentId, purchase.receiptDigest)
  await world.charge(purchase.intentId, CHARGE, 2, false, evidence)
  const closed = await world.heard('epoch.closed')
  await world.sign(closed.epoch, keys.attestors)
  await world.post(await world.heard('root.wanted'), 10_000)
  ;({ epoch } = closed)
  leaf = leafProofFromJson(
    (
      await eventually(async () => {
        const { rows } = await sql<{ proof: Parameters<typeof leafProofFromJson>[0] }>`
          select proof from gesim.settlement_leaves where epoch = ${epoch}`.execute(world.store.db)
        return rows[0]
      })
    ).proof,
  )
}, 60_000)
afterAll(() => world.close())

/** What metering keeps of both sides' records. Returns their evidence. */
async function keepRecords(intentId: Hex, receiptDigest: Hex): Promise<Hex> {
  const carrier = privateKeyToAccount(world.local.keys.carriers[0]!.usage)
  const said = { intentId, cumBytes: BYTES, cumAmount: CHARGE, seq: 1, asOf: Math.floor(Date.now() / 1000) }
  const voucher = digestOf('UsageVoucher', world.domain, { ...said, sessionRoot: ZERO_HASH })
  const receipt = digestOf('CarrierUsageReceipt', world.domain, { ...said, cdrRoot: ZERO_HASH })
  const evidence = evidenceOf(voucher, receipt, receiptDigest)
  await world.store.tx(async (tx) => {
    await sql`insert into gesim.metering_services (intent_id) values (${intentId}) on conflict do nothing`.execute(
      tx,
    )
    for (const [side, digest, key] of [
      ['device', voucher, device],
      ['carrier', receipt, carrier],
    ] as const)
      await sql`insert into gesim.metering_records
          (intent_id, side, seq, cum_bytes, cum_amount_micros, as_of, signer, signature, digest, detail_root)
        values (${intentId}, ${side}, 1, ${BYTES}, ${CHARGE}, ${said.asOf}, ${key.address.toLowerCase()},
          ${await key.sign({ hash: digest })}, ${digest}, ${ZERO_HASH})`.execute(tx)
    await sql`insert into gesim.metering_usage
        (intent_id, evidence, seq, billable_bytes, co_signed_bytes, device_digest, carrier_digest)
      values (${intentId}, ${evidence}, 1, ${BYTES}, ${BYTES}, ${voucher}, ${receipt})`.execute(tx)
  })
  return evidence
}

/** A stranger demands; the chain's event is told as the indexer does. */
async function demand(functionName: 'challengeData' | 'challengeEvidence', args: readonly unknown[]) {
  const { client, local } = world
  const { addresses, keys } = local
  const stranger = keys.executors[1]!
  await world.mustSend(keys.operator, addresses.usdc, testUsdcAbi, 'mint', [
    privateKeyToAccount(stranger).address,
    BOND,
  ])
  await world.mustSend(stranger, addresses.usdc, testUsdcAbi, 'approve', [addresses.payOnUsage, BOND])
  await world.mustSend(stranger, addresses.payOnUsage, payOnUsageAbi, functionName, args)
  const block = await client.getBlock({ includeTransactions: false })
  const logs = await client.getLogs({ address: addresses.payOnUsage, fromBlock: block.number - 3n })
  const [log] = parseEventLogs({ abi: payOnUsageAbi, eventName: 'Demanded', logs }).slice(-1)
  const { id, demand: of } = log!.args
  await world.say('demand.opened', purchase.intentId, {
    demandId: id,
    kind: functionName === 'challengeData' ? 'data' : 'evidence',
    demand: { ...of, total: of.total.toString(), coSigned: of.coSigned.toString() },
    txHash: ZERO_HASH,
  })
  return id
}

const onChain = (json: EventBodies['answer.wanted']['demand']) => ({
  ...json,
  total: BigInt(json.total),
  coSigned: BigInt(json.coSigned),
})

/** The chain has the answer; it is not wished for again, and the demand is asked about until its time is over. */
async function answered(id: Hex): Promise<void> {
  expect(await world.view.isOpenDemand(id)).toBe(false)
  const wishes = (await world.read({ kinds: ['answer.wanted'] })).length
  await eventually(async () => {
    const { rows } = await sql<{ state: string }>`
      select state from gesim.settlement_demands where demand_id = ${id}`.execute(world.store.db)
    return rows[0]?.state === 'ended'
  }, 30_000)
  expect((await world.read({ kinds: ['answer.wanted'] })).length).toBe(wishes)
}

it('answers a demand for a leaf, and earns its bond', async () => {
  const { keys, addresses } = world.local
  const id = await demand('challengeData', [epoch, purchase.terms])
  const answer = await world.heard('answer.wanted')
  expect(answer).toMatchObject({ demandId: id, leafIntentId: purchase.intentId })
  await world.mustSend(keys.poster, addresses.payOnUsage, payOnUsageAbi, 'answerData', [
    onChain(answer.demand),
    answer.leafIntentId,
    leafProofFromJson(answer.proof),
  ])
  const poster = privateKeyToAccount(keys.poster).address
  const read = { abi: payOnUsageAbi, address: addresses.payOnUsage } as const
  expect(await world.client.readContract({ ...read, functionName: 'owedTo', args: [poster] })).toBe(BOND)
  await answered(id)
}, 60_000)

it('answers a demand for the records behind a leaf with what both sides signed', async () => {
  const { keys, addresses } = world.local
  const id = await demand('challengeEvidence', [epoch, purchase.terms, leaf, device.address])
  const { records, ...answer } = await world.heard('answer.wanted', 1)
  const { voucher, receipt } = records!
  await world.mustSend(keys.poster, addresses.payOnUsage, payOnUsageAbi, 'answerEvidence', [
    onChain(answer.demand),
    termsFromJson(records!.terms),
    leafProofFromJson(answer.proof),
    {
      voucher: voucherFromJson(voucher!.voucher),
      deviceSignature: voucher!.signature,
      receipt: usageReceiptFromJson(receipt!.receipt),
      carrierKey: receipt!.key,
      carrierSignature: receipt!.signature,
      provisioningDigest: records!.provisioningDigest,
    },
  ])
  await answered(id)
}, 60_000)
