import type { Hex } from '@gesim/journey'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { commitIccid } from './seal.ts'
import { type Bench, openBench, until } from './testing/bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
  await bench.start()
})
beforeEach(() => bench.reset())
afterAll(() => bench.close())

const PAYER: Hex = '0x00000000000000000000000000000000000000aa'
const chosen = (book: number | null) => ({ book, reason: 'a test says so', scores: [] })

async function stateOf(intentId: Hex): Promise<{ state: string; cancel: string; sealed: string | null }> {
  const { rows } = await sql<{
    state: string
    cancel: string
    sealed: string | null
  }>`select state, cancel, sealed
    from gesim.provisioner_orders where intent_id = ${intentId} order by attempt desc limit 1`.execute(
    bench.database.store.db,
  )
  return rows[0]!
}

test('a chosen carrier is asked and the payer alone reads the activation code, which nothing may keep', async () => {
  const intentId = await bench.intent(PAYER)
  expect((await bench.ask(`/v1/intents/${intentId}/activation`, `payer/${PAYER}`)).json.code).toBe(
    'provisioner.not-ready',
  )
  await bench.say('switch.decided', intentId, chosen(1))
  expect((await bench.heard(intentId, 'profile.ordered')).body).toEqual({ book: 1, attempt: 1 })
  expect((await bench.heard(intentId, 'profile.ready')).body).toEqual({ book: 1, attempt: 1 })

  const path = `/v1/intents/${intentId}/activation`
  const own = await bench.ask(path, `payer/${PAYER}`)
  expect(own.json.activationCode).toMatch(/^LPA:1\$localhost:8443\$CODE-/)
  expect(own.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  expect((await bench.ask(path)).status).toBe(401)
  expect((await bench.ask(path, 'payer/0x00000000000000000000000000000000000000bb')).status).toBe(404)

  const { rows } = await sql`select * from gesim.provisioner_orders`.execute(bench.database.store.db)
  const iccid = [...bench.one.reserved.values()][0]!
  expect(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
    new RegExp(`${iccid}|LPA:1`),
  )
})

test('the same decision twice orders once', async () => {
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, chosen(1))
  await bench.say('switch.decided', intentId, chosen(1))
  await bench.heard(intentId, 'profile.ready')
  await bench.say('switch.decided', intentId, chosen(2))
  const other = await bench.intent(PAYER)
  await bench.say('switch.decided', other, chosen(2))
  await bench.heard(other, 'profile.ready')
  expect(await bench.events(intentId, 'profile.ordered')).toHaveLength(1)
})

test('a refusal fails the order at once, and the next carrier delivers under the same intent', async () => {
  bench.one.mode = 'refuses'
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, chosen(1))
  const failed = await bench.heard(intentId, 'order.failed')
  expect(failed.body).toEqual({ book: 1, attempt: 1, code: 'provisioner.carrier-refused' })
  await bench.say('switch.decided', intentId, chosen(2))
  expect((await bench.heard(intentId, 'profile.ready')).body).toEqual({ book: 2, attempt: 2 })
})

test('a silent carrier fails when its time is over, and what it set aside is cancelled when it wakes', async () => {
  bench.one.mode = 'silent'
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, chosen(1))
  const failed = await bench.heard(intentId, 'order.failed')
  expect(failed.body.code).toBe('provisioner.carrier-silent')
  expect(bench.one.calls).toBeGreaterThan(1)
  bench.one.mode = 'answers'
  await until(() => bench.one.cancelled.size === 1)
  await until(async () => (await stateOf(intentId)).cancel === 'done')
  expect([...bench.one.cancelled]).toEqual([...bench.one.reserved.values()])
})

test('a refund while the carrier works ends the order: nothing becomes ready, the profile is given back', async () => {
  const intentId = await bench.intent(PAYER)
  let answered = false
  bench.one.meanwhile = async () => {
    await bench.say('intent.refunded', intentId, { refundedMicros: '5000000', txHash: '0x01', gasUsed: '1' })
    await until(async () => (await stateOf(intentId)).state === 'closed')
    answered = true
  }
  await bench.say('switch.decided', intentId, chosen(1))
  // The profile may be given back before the order's own call ends: its cancellation asks the carrier again.
  await until(() => answered && bench.one.cancelled.size === 1)
  await until(async () => (await stateOf(intentId)).sealed === null)
  expect(await bench.events(intentId, 'profile.ready')).toHaveLength(0)
})

test('a refund that is heard before the decision leaves nothing to order', async () => {
  const intentId = await bench.intent(PAYER)
  await bench.say('intent.refunded', intentId, { refundedMicros: '5000000', txHash: '0x01', gasUsed: '1' })
  await bench.say('switch.decided', intentId, chosen(1))
  const other = await bench.intent(PAYER)
  await bench.say('switch.decided', other, chosen(1))
  await bench.heard(other, 'profile.ready')
  expect(await bench.events(intentId, 'profile.ordered')).toHaveLength(0)
})

test('a stage that stops between two steps goes on after its restart, with one profile at the carrier', async () => {
  const intentId = await bench.intent(PAYER)
  bench.one.mode = 'silent'
  await bench.say('switch.decided', intentId, chosen(1))
  await bench.heard(intentId, 'profile.ordered')
  await bench.stop()
  bench.one.mode = 'answers'
  await bench.start()
  await bench.heard(intentId, 'profile.ready')
  expect(bench.one.reserved.size).toBe(1)
})

test('no carrier left, or one that is not configured, orders nothing from nobody', async () => {
  const [nobody, stranger] = [await bench.intent(PAYER), await bench.intent(PAYER)]
  await bench.say('switch.decided', nobody, chosen(null))
  await bench.say('switch.decided', stranger, chosen(9))
  expect((await bench.heard(stranger, 'order.failed')).body.code).toBe('provisioner.no-such-carrier')
  expect(await bench.events(nobody, 'profile.ordered')).toHaveLength(0)
})

test("the carrier's notices move the order, for its own books and known profiles only", async () => {
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, chosen(1))
  await bench.heard(intentId, 'profile.ready')
  const iccid = [...bench.one.reserved.values()][0]!
  const notice = (point: number, status: string, of = iccid) => ({
    header: { functionRequesterIdentifier: '2.999.20', functionCallIdentifier: 'c-1' },
    iccid: of,
    profileType: 'gesim-data',
    timestamp: '2026-01-01T00:00:00Z',
    notificationPointId: point,
    notificationPointStatus: { status },
  })
  const path = '/gsma/rsp2/es2plus/handleDownloadProgressInfo'
  expect((await bench.ask(path, undefined, notice(3, 'Executed-Success'))).status).toBe(401)
  expect((await bench.ask(path, 'carrier/2', notice(3, 'Executed-Success'))).status).toBe(204)
  expect(
    (await bench.ask(path, 'carrier/1', notice(3, 'Executed-Success', '8999900199999999999'))).status,
  ).toBe(204)
  expect((await stateOf(intentId)).state).toBe('ready')
  for (let i = 0; i < 2; i++)
    expect((await bench.ask(path, 'carrier/1', notice(3, 'Executed-Success'))).status).toBe(204)
  await bench.heard(intentId, 'profile.downloaded')
  expect(await bench.events(intentId, 'profile.downloaded')).toHaveLength(1)
  expect((await bench.ask(path, 'carrier/1', notice(4, 'Failed'))).status).toBe(204)
  expect((await bench.heard(intentId, 'order.failed')).body.code).toBe('provisioner.installation-failed')
  expect(
    (await bench.ask(path, 'carrier/1', { ...notice(3, 'Executed-Success'), iccid: 'x' })).json.code,
  ).toBe('validation')
})

test('advised profiles are reserved within the limit, and an order takes one without asking the carrier for it', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600 + 3600
  const advice = { book: 1, profileType: 'gesim-data', hour, count: 5, quantile: 0.9, why: 'a test' }
  await bench.say('prewarm.advised', null, advice)
  await until(() => bench.one.reserved.size === 3)
  await bench.say('prewarm.advised', null, advice)
  const intentId = await bench.intent(PAYER)
  await until(async () => {
    const { rows } = await sql`select from gesim.provisioner_warm where state = 'warm'`.execute(
      bench.database.store.db,
    )
    return rows.length === 3
  })
  await bench.say('switch.decided', intentId, chosen(1))
  await bench.heard(intentId, 'profile.ready')
  expect(bench.one.reserved.size).toBe(3)
  const [call, iccid] = [...bench.one.confirmed.entries()][0]!
  expect(call).toBe(`${intentId}:1`)
  const { rows } = await sql<{ iccid_commit: string }>`select iccid_commit from gesim.provisioner_orders
    where intent_id = ${intentId}`.execute(bench.database.store.db)
  expect(rows[0]!.iccid_commit).toBe(commitIccid(bench.notary.settings.commitmentKey, iccid))
})

test('a profile that a carrier sets aside after its time is given back, not forgotten', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600 + 3600
  const { db } = bench.database.store
  let expired = false
  // The time runs out while the carrier is asked.
  bench.one.meanwhile = async () => {
    await sql`update gesim.provisioner_warm set until = now() - interval '1 second'`.execute(db)
    expired = true
  }
  const advice = { book: 1, profileType: 'gesim-data', hour, count: 1, quantile: 0.9, why: 'a test' }
  await bench.say('prewarm.advised', null, advice)
  await until(async () => {
    const { rows } = await sql`select from gesim.provisioner_warm`.execute(db)
    return expired && rows.length === 0
  })
  expect([...bench.one.cancelled]).toEqual([...bench.one.reserved.values()])
})

test('a profile kept warm that the carrier dropped meanwhile is replaced by a fresh one of the same carrier', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600 + 3600
  const advice = { book: 1, profileType: 'gesim-data', hour, count: 1, quantile: 0.9, why: 'a test' }
  await bench.say('prewarm.advised', null, advice)
  await until(async () => {
    const { rows } = await sql`select from gesim.provisioner_warm where state = 'warm'`.execute(
      bench.database.store.db,
    )
    return rows.length === 1
  })
  const warm = [...bench.one.reserved.values()][0]!
  bench.one.cancelled.add(warm)
  const intentId = await bench.intent(PAYER)
  await bench.say('switch.decided', intentId, chosen(1))
  expect((await bench.heard(intentId, 'profile.ready')).body).toEqual({ book: 1, attempt: 1 })
  expect(bench.one.confirmed.get(`${intentId}:1`)).toBe(bench.one.reserved.get(`${intentId}:1`))
  expect(bench.one.confirmed.get(`${intentId}:1`)).not.toBe(warm)
})

test('the dashboard of a carrier counts its own orders and how long they took', async () => {
  const [first, second] = [await bench.intent(PAYER), await bench.intent(PAYER)]
  await bench.say('switch.decided', first, chosen(1))
  await bench.heard(first, 'profile.ready')
  bench.one.mode = 'refuses'
  await bench.say('switch.decided', second, chosen(1))
  await bench.heard(second, 'order.failed')
  const { status, json } = await bench.ask('/v1/carrier/dashboard', 'carrier/1')
  expect(status).toBe(200)
  expect(json.carriers).toHaveLength(1)
  expect(json.carriers[0]).toMatchObject({
    name: 'carrier 1',
    book: 1,
    funnel: { ordered: 2, ready: 1, downloaded: 0, installed: 0, active: 0, failed: 1 },
    successPct: 0,
    failures: [{ code: 'provisioner.carrier-refused', count: 1 }],
    escrowedMicros: '0',
  })
  expect(json.carriers[0].p50Ms).toBeGreaterThan(0)
  expect((await bench.ask('/v1/carrier/dashboard')).status).toBe(401)
})
