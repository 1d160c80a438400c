import type { Hex } from '@gesim/journey'
import { readsOn } from '@gesim/store/testing'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from './testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h?.stop())

const DEVICE = `0x${'de'.repeat(20)}`

/** A purchase in a state, with a quote that was not taken, a pairing code, and a device whose payer has signed or not. */
async function bought(account: Hex, state: string, signed: boolean): Promise<Hex> {
  const ask = async (url: string, payload?: object) =>
    (await h.app.inject({ method: 'POST', url, ...(payload ? { payload } : {}) })).json()
  h.as = { account }
  await ask('/v1/quotes', { planId: 'es-5gb' })
  const quote = await ask('/v1/quotes', { planId: 'es-5gb' })
  const { intentId } = await ask('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
  const { code } = await ask(`/v1/intents/${intentId}/pairing-codes`)
  await ask('/v1/devices/pairings', { code, device: DEVICE })
  await ask(`/v1/intents/${intentId}/pairing-codes`)
  const { db } = h.own.store
  await sql`update gesim.intents_intents set state = ${state} where intent_id = ${intentId}`.execute(db)
  if (signed)
    await sql`update gesim.intents_devices set payer_signature = '0x01', valid_until = 1
      where intent_id = ${intentId}`.execute(db)
  return intentId
}

async function rowsOf(account: Hex) {
  const { rows } = await sql<{
    quotes: bigint
    codes: bigint
    intents: string[] | null
    devices: string[] | null
  }>`
    select (select count(*) from gesim.intents_quotes where account = ${account}) as quotes,
      (select count(*) from gesim.intents_pairing_codes join gesim.intents_intents using (intent_id)
        where payer = ${account}) as codes,
      (select array_agg(intent_id order by intent_id) from gesim.intents_intents where payer = ${account}) as intents,
      (select array_agg(intent_id order by intent_id) from gesim.intents_devices join gesim.intents_intents using (intent_id)
        where payer = ${account}) as devices`.execute(h.own.store.db)
  return rows[0]!
}

test('who leaves takes quotes, codes, tokens and unpaid purchases along; what was paid keeps its accounts', async () => {
  const [leaver, other] = [0, 0].map(
    () => privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex,
  ) as [Hex, Hex]
  const running = await bought(leaver, 'active', true)
  const settled = await bought(leaver, 'settled', true)
  const unbound = await bought(leaver, 'ready', false)
  await bought(leaver, 'lapsed', false)
  const theirs = await bought(other, 'lapsed', false)
  expect(await rowsOf(leaver)).toMatchObject({ quotes: 8n, codes: 4n })

  const seq = await h.event('account.forgotten', null, { account: leaver })
  await readsOn(h.own.store, 'intents', seq)
  const left = await rowsOf(leaver)
  expect(left).toMatchObject({ quotes: 0n, codes: 0n, devices: [running] })
  expect(left.intents).toEqual([running, settled, unbound].sort())
  expect(await rowsOf(other)).toMatchObject({ quotes: 2n, codes: 1n, intents: [theirs], devices: [theirs] })

  // Told again, it changes nothing.
  await readsOn(h.own.store, 'intents', await h.event('account.forgotten', null, { account: leaver }))
  expect(await rowsOf(leaver)).toEqual(left)
})

test('who leaves takes their limits along, and what was counted against them', async () => {
  const [leaver, other] = [0, 0].map(
    () => privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex,
  ) as [Hex, Hex]
  for (const account of [leaver, other]) {
    await bought(account, 'active', false)
    h.as = { account }
    const payload = { perPurchaseMicros: '1', perDayMicros: null, per30DaysMicros: null }
    await h.app.inject({ method: 'PUT', url: '/v1/wallet/limits', payload })
  }
  const counted = async (account: Hex) => {
    const { rows } = await sql<{ limits: bigint; spends: bigint }>`select
      (select count(*) from gesim.intents_limits where account = ${account}) as limits,
      (select count(*) from gesim.intents_spends where account = ${account}) as spends`.execute(
      h.own.store.db,
    )
    return rows[0]
  }
  expect(await counted(leaver)).toEqual({ limits: 1n, spends: 1n })
  await readsOn(h.own.store, 'intents', await h.event('account.forgotten', null, { account: leaver }))
  expect(await counted(leaver)).toEqual({ limits: 0n, spends: 0n })
  expect(await counted(other)).toEqual({ limits: 1n, spends: 1n })
})

test('a payment that is seen after its payer left brings nothing back', async () => {
  const [leaver, other] = [0, 0].map(
    () => privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex,
  ) as [Hex, Hex]
  const theirs = await bought(leaver, 'drafted', false)
  const running = await bought(other, 'drafted', false)
  await h.event('account.forgotten', null, { account: leaver })
  let seq = 0n
  for (const [intentId, payer] of [
    [theirs, leaver],
    [running, other],
  ] as const) {
    const funded = { payer, fundedMicros: '3000000', txHash: `0x${'aa'.repeat(32)}`, gasUsed: '100' } as const
    await h.event('intent.funded', intentId, funded)
    seq = await h.event('intent.funded', intentId, { ...funded, fundedMicros: '7000000' })
  }
  await readsOn(h.own.store, 'intents', seq)
  const { rows } = await sql<{
    account: Hex
    micros: string
  }>`select account, sum(amount_micros) filter (where paid) as micros
    from gesim.intents_spends where intent_id in (${theirs}, ${running}) group by account`.execute(
    h.own.store.db,
  )
  expect(rows).toEqual([{ account: other, micros: '7000000' }])
  // The purchase itself goes on: its money is in escrow.
  const purchase = await sql<{ funded_micros: string }>`select funded_micros from gesim.intents_intents
    where intent_id = ${theirs}`.execute(h.own.store.db)
  expect(purchase.rows[0]?.funded_micros).toBe('7000000')
})

test('who leaves takes along what renews itself, and what was signed for it', async () => {
  const [leaver, other] = [0, 0].map(
    () => privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex,
  ) as [Hex, Hex]
  for (const account of [leaver, other]) {
    const intentId = await bought(account, 'active', false)
    const url = `/v1/intents/${intentId}/renewals`
    const drafted = await h.app.inject({ method: 'POST', url, payload: { times: 2, days: 30 } })
    const { renewalId } = drafted.json()
    const { db } = h.own.store
    await sql`update gesim.intents_renewals set state = 'on' where renewal_id = ${renewalId}`.execute(db)
    await sql`update gesim.intents_renewal_payments set signature = '0x01' where renewal_id = ${renewalId}`.execute(
      db,
    )
  }
  const kept = async (account: Hex) => {
    const { rows } = await sql<{ orders: bigint; payments: bigint }>`select
      (select count(*) from gesim.intents_renewals where account = ${account}) as orders,
      (select count(*) from gesim.intents_renewal_payments where terms->>'payer' = ${account}) as payments`.execute(
      h.own.store.db,
    )
    return rows[0]
  }
  expect(await kept(leaver)).toEqual({ orders: 1n, payments: 2n })
  await readsOn(h.own.store, 'intents', await h.event('account.forgotten', null, { account: leaver }))
  expect(await kept(leaver)).toEqual({ orders: 0n, payments: 0n })
  expect(await kept(other)).toEqual({ orders: 1n, payments: 2n })
})

test('no column of the Intent Manager names a sign-in', async () => {
  const { rows } = await sql<{ name: string }>`select table_name || '.' || column_name as name
    from information_schema.columns where table_schema = 'gesim' and table_name not like 'identity_%'
      and column_name in ('subject', 'subject_ref', 'session_id')`.execute(h.own.store.db)
  expect(rows).toEqual([])
})
