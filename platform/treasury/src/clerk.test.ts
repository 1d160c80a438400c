import { createLog } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { eventually, type TestStore, testStore, tokenAccess } from '@gesim/store/testing'
import Fastify from 'fastify'
import { sql } from 'kysely'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TRANSFERS_AT_ONCE } from './decide.ts'
import type { Outcome, Ramp, SafeFacts, Safes } from './ports.ts'
import { treasuryRoutesOn } from './routes.ts'
import { readBatches, readOffRamps, readSignatures } from './table.ts'
import { Treasury } from './treasury.ts'

const SAFE: Hex = `0x${'5a'.repeat(20)}`
const OWN_SAFE: Hex = `0x${'0f'.repeat(20)}`
const DEPOSIT: Hex = `0x${'d0'.repeat(20)}`
const REF: Hex = `0x${'be'.repeat(32)}`
const OWNERS = ['11', '22'].map((byte) => privateKeyToAccount(`0x${byte.repeat(32)}`))

let test: TestStore
let treasury: Treasury
/** What a test has happen while a batch is simulated. */
let meanwhile: () => Promise<unknown> = async () => {}
let outcome: Outcome = { kind: 'waiting' }
let simulated: (data: Hex) => string | null = () => null
let facts: SafeFacts
/** Where it differs from the newest. */
let finalNonce: number | undefined
let drafts = 0

/** A chain on which nothing fails: the table and its locks are a real Postgres. */
const safes: Safes = {
  facts: async () => facts,
  draft: async (safe, transfers, nonce) => ({
    safe,
    to: DEPOSIT,
    data: `0x${transfers.map(({ amountMicros }) => amountMicros.toString(16).padStart(4, '0')).join('')}`,
    operation: 1,
    nonce,
    safeTxHash: `0x${(++drafts).toString(16).padStart(64, '0')}`,
  }),
  async simulate({ data }) {
    await meanwhile()
    return simulated(data)
  },
  execution: async () => '0x',
  outcome: async () => outcome,
  predict: async () => ({ safe: SAFE, deployment: { to: SAFE, data: '0x' } }),
  finalNonce: async () => ({ block: 1n, nonce: finalNonce ?? facts.nonce }),
}
const ordered: string[] = []
const ramp: Ramp = {
  name: 'twin',
  async order({ key }) {
    ordered.push(key)
    return { orderId: key, depositAddress: DEPOSIT, feeMicros: 0n }
  },
  status: async () => ({ kind: 'pending' }),
}

beforeAll(async () => {
  test = await testStore()
}, 60_000)
afterAll(() => test?.close())
beforeEach(async () => {
  await sql`truncate gesim.treasury_carriers, gesim.treasury_signatures, gesim.treasury_off_ramps,
    gesim.treasury_batches`.execute(test.store.db)
  meanwhile = async () => {}
  simulated = () => null
  outcome = { kind: 'waiting' }
  ordered.length = 0
  finalNonce = undefined
  facts = {
    owners: OWNERS.map((owner) => owner.address.toLowerCase() as Hex),
    threshold: 2,
    nonce: 0,
    balanceMicros: 1_000_000n,
  }
  treasury = new Treasury({
    store: test.store,
    safes,
    ramp,
    requests: { since: async (fromBlock) => ({ requests: [], upTo: fromBlock }) },
    carrierRegistry: SAFE,
    ownSafe: OWN_SAFE,
    log: createLog('test', 'silent'),
    nowMs: () => Date.now(),
    settings: { everySeconds: 1, retrySeconds: 60 },
  })
})

/** Approved requests, each with an order of the provider unless told otherwise. Ids, oldest first. */
async function approved(count: number, { safe = SAFE, carrierId = 1, hasOrder = true } = {}) {
  const { rows } = await sql<{ id: bigint }>`
    insert into gesim.treasury_off_ramps
      (carrier_id, safe, amount_micros, currency, beneficiary_ref, state, order_id, deposit_address)
    select ${carrierId}, ${safe}, 10, 'EUR', ${REF}, 'approved', ${hasOrder ? 'order' : null}::text,
      ${hasOrder ? DEPOSIT : null}::text
    from generate_series(1, ${count}::int) returning id`.execute(test.store.db)
  return rows.map((row) => row.id).sort((a, b) => (a < b ? -1 : 1))
}

const openBatches = () => readBatches(test.store.db, { open: true })
const paidBy = async (batchId: bigint) =>
  (await readOffRamps(test.store.db, { batchId })).map((row) => row.id).sort((a, b) => (a < b ? -1 : 1))

describe('a Safe that has just sent something', () => {
  it('gets its batch when that is final: before, its nonce could be taken back', async () => {
    const [request] = await approved(1)
    facts = { ...facts, nonce: 6 }
    finalNonce = 5
    await treasury.look()
    expect(await openBatches()).toEqual([])
    finalNonce = 6
    await treasury.look()
    const [batch] = await openBatches()
    expect(batch).toMatchObject({ nonce: 6n, from_block: 2n })
    expect(await paidBy(batch!.id)).toEqual([request])
  })
})

describe('a request that is refused while its batch is made', () => {
  it('is not paid: the batch is given up and made again with the others', async () => {
    const [refused, other] = await approved(2)
    meanwhile = async () => {
      meanwhile = async () => {}
      await treasury.decide(refused!, false, 'a test')
    }
    await treasury.look()
    expect(await openBatches()).toEqual([])
    await treasury.look()
    const [batch] = await openBatches()
    expect(await paidBy(batch!.id)).toEqual([other])
  })

  it('is not paid either when the refusal commits while the batch waits for its row', async () => {
    const [refused] = await approved(1)
    let commit = () => {}
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve
    })
    let refusal: Promise<unknown> = Promise.resolve()
    meanwhile = async () => {
      await new Promise<void>((isWritten) => {
        refusal = test.store.tx(async (tx) => {
          await sql`update gesim.treasury_off_ramps set state = 'failed' where id = ${refused}`.execute(tx)
          isWritten()
          await mayCommit
        })
      })
    }
    const look = treasury.look()
    await eventually(async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(test.store.db)
      return rows[0]!.count === 1
    })
    commit()
    await Promise.all([look, refusal])
    expect(await openBatches()).toEqual([])
    expect((await readOffRamps(test.store.db, {}))[0]).toMatchObject({ state: 'failed', batch_id: null })
  })

  it('is refused no more once the batch is there', async () => {
    const [id] = await approved(1)
    await treasury.look()
    await expect(treasury.decide(id!, false)).rejects.toMatchObject({ code: 'treasury.wrong-state' })
  })

  it('stays refused when the batch would have failed because of it', async () => {
    const [refused, other] = await approved(2)
    simulated = () => 'fails'
    meanwhile = async () => {
      meanwhile = async () => {}
      await treasury.decide(refused!, false, 'by a person')
    }
    await treasury.look()
    const rows = await readOffRamps(test.store.db, {})
    expect(rows.find((row) => row.id === refused)).toMatchObject({ state: 'failed', why: 'by a person' })
    expect(rows.find((row) => row.id === other)).toMatchObject({ state: 'failed', why: 'fails' })
  })

  it('is in one batch only, though two clerks make one at the same time', async () => {
    await approved(3)
    let waiting = 0
    meanwhile = async () => {
      waiting += 1
      await eventually(async () => waiting === 2)
    }
    await Promise.all([treasury.look(), treasury.look()])
    expect(await readBatches(test.store.db)).toHaveLength(1)
  })
})

describe('those who wait longest', () => {
  it('are paid first, however many wait', async () => {
    const ids = await approved(250)
    await treasury.look()
    const [batch] = await openBatches()
    expect(await paidBy(batch!.id)).toEqual(ids.slice(0, TRANSFERS_AT_ONCE))
  })

  it('hold up no other Safe with money when theirs has none', async () => {
    const poor: Hex = `0x${'99'.repeat(20)}`
    await approved(250, { safe: poor, carrierId: 2 })
    const [id] = await approved(1)
    const rich = facts
    const { facts: factsOf } = safes
    safes.facts = async (safe) => (safe === poor ? { ...rich, balanceMicros: 0n } : rich)
    await treasury.look()
    safes.facts = factsOf
    const [batch] = await openBatches()
    expect(await paidBy(batch!.id)).toEqual([id])
  })

  it('are ordered first at the provider, and everybody in turn', async () => {
    const ids = (await approved(250, { hasOrder: false })).map(String)
    await treasury.look()
    expect(ordered).toEqual(ids.slice(0, 200))
    await treasury.look()
    expect(ordered).toEqual(ids)
  })

  it('are on the operator’s list while they wait for a decision', async () => {
    const [oldest] = await approved(1)
    await sql`update gesim.treasury_off_ramps set state = 'requested'`.execute(test.store.db)
    await approved(250)
    expect((await treasury.offRamps()).at(-1)!.id).toBe(oldest)
  })
})

describe('batches', () => {
  it('are shown to the operator and to the carrier that they pay, and to nobody else', async () => {
    await approved(1)
    await treasury.look()
    const as = async (isOperator: boolean, authorization?: string) => {
      const app = Fastify()
      treasuryRoutesOn(app, tokenAccess({ isOperator }), treasury, 31_337)
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await app.inject({ method: 'GET', url: '/v1/treasury/batches', headers })
      await app.close()
      return answer
    }
    expect((await as(true)).json().batches).toHaveLength(1)
    expect((await as(false, 'Bearer carrier/1')).json().batches).toHaveLength(1)
    expect((await as(false, 'Bearer carrier/2')).json().batches).toHaveLength(0)
    const stranger = await as(false)
    expect(stranger.statusCode).not.toBe(200)
    expect(stranger.body).not.toContain(SAFE)
    expect((await as(false, 'Bearer payer/0x1')).statusCode).not.toBe(200)
  })

  it('take a signature that ends in 0 or 1 as the Safe wants it: in 27 or 28', async () => {
    await approved(1)
    await treasury.look()
    const [batch] = await openBatches()
    const hash = batch!.safe_tx_hash
    const signature = await OWNERS[0]!.sign({ hash })
    const parity = signature.endsWith('1b') ? '00' : '01'
    await treasury.sign(batch!.id, `${signature.slice(0, -2)}${parity}` as Hex)
    expect((await readSignatures(test.store.db, batch!.id))[0]!.signature).toBe(signature)
  })

  it('are left alone while what became of them is not final', async () => {
    const [id] = await approved(1)
    await treasury.look()
    const [batch] = await openBatches()
    outcome = { kind: 'unsettled' }
    for (const owner of OWNERS)
      await treasury.sign(batch!.id, await owner.sign({ hash: batch!.safe_tx_hash }))
    await treasury.look()
    expect(await openBatches()).toMatchObject([{ id: batch!.id, state: 'signing' }])
    expect(await paidBy(batch!.id)).toEqual([id])
  })
})

describe('a carrier’s Safe', () => {
  const choose = (carrierId: number, safe: Hex) =>
    treasury.choosePayout(carrierId, { payout: 'fiat', safe, currency: 'EUR', beneficiaryRef: REF })

  it('is not the treasury’s, nor one that pays another carrier', async () => {
    await expect(choose(2, OWN_SAFE)).rejects.toMatchObject({ code: 'treasury.safe-taken' })
    await choose(1, SAFE)
    await expect(choose(2, SAFE)).rejects.toMatchObject({ code: 'treasury.safe-taken' })
    await choose(1, SAFE)
    // Its requests are still paid from there.
    await approved(1)
    await treasury.choosePayout(1, { payout: 'usdc' })
    await expect(choose(2, SAFE)).rejects.toMatchObject({ code: 'treasury.safe-taken' })
  })
})
