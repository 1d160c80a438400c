import { createLog } from '@gesim/base'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import { type IntentTerms, intentIdOf, termsToJson } from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { readsOn, settled, type TestStore, testStore } from '@gesim/store/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBilling } from './billing.ts'
import { financeSummary, reconcileBooks } from './finance.ts'
import { bookStatement, ledgerPage, trialBalance } from './statements.ts'

const ZERO: Hex = `0x${'00'.repeat(32)}`
const HASH: Hex = `0x${'ab'.repeat(32)}`
const PAYER: Hex = `0x${'0a'.repeat(20)}`
const BOOK = 7
const DEPOSIT = 5_000_000n

let test: TestStore
let running: Running
let salt = 0n

beforeAll(async () => {
  test = await testStore()
  running = startBilling(test.store, createLog('test', 'silent'))
})
afterAll(async () => {
  await running.stop()
  await test.close()
})

function newTerms(): IntentTerms {
  return {
    payer: PAYER,
    booksHash: ZERO,
    planCommit: ZERO,
    pricePerGB: 3_000_000n,
    activationFee: 100_000n,
    includedBytes: 0n,
    blockBytes: 0n,
    maxDeposit: DEPOSIT,
    provisionBy: 0,
    deadline: 0,
    flags: 0,
    unsignedCredit: 0n,
    salt: ++salt,
  }
}

let lastSaid = 0n

async function say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) {
  lastSaid = await test.store.tx((tx) => test.store.append(tx, kind, intentId, body))
  return lastSaid
}

/** Waits until billing has read everything that was said. */
const heard = () => readsOn(test.store, 'billing', lastSaid)

async function opened(terms = newTerms()): Promise<Hex> {
  const intentId = intentIdOf(terms)
  await say('intent.funded', intentId, {
    payer: PAYER,
    fundedMicros: DEPOSIT.toString(),
    txHash: HASH,
    gasUsed: '1',
  })
  await say('activation.wanted', intentId, {
    terms: termsToJson(terms),
    books: [BOOK],
    book: BOOK,
    receipt: {
      intentId,
      book: BOOK,
      eidCommit: ZERO,
      iccidCommit: ZERO,
      profileHash: ZERO,
      evidence: ZERO,
      installedAt: 1,
    },
    carrierKey: PAYER,
    receiptSignature: '0x',
    consent: { receiptDigest: HASH, validUntil: 1 },
    consentSignature: '0x',
    binding: { device: '0x', validUntil: 0, payerSignature: '0x' },
  })
  await say('intent.activated', intentId, {
    book: BOOK,
    index: 0,
    activatedAt: 1,
    txHash: HASH,
    gasUsed: '1',
  })
  return intentId
}

function usage(billableBytes: bigint, final = false): EventBodies['usage.recorded'] {
  return {
    book: BOOK,
    deviceBytes: billableBytes.toString(),
    carrierBytes: billableBytes.toString(),
    billableBytes: billableBytes.toString(),
    coSignedBytes: (billableBytes / 2n).toString(),
    seq: 1,
    asOf: 1,
    evidence: HASH,
    final,
    exhausted: false,
  }
}

async function chargesOf(intentId: Hex) {
  await settled(test.store)
  const events = await test.store.read({ intentId, kinds: ['charge.posted'] })
  return events.map((event) => (event as JourneyEvent<'charge.posted'>).body)
}

describe('billing', () => {
  it('charges the activation fee at once and usage by the tariff, with the co-signed part', async () => {
    const intentId = await opened()
    await say('usage.recorded', intentId, usage(1_000_000_000n))
    await heard()
    expect(await chargesOf(intentId)).toMatchObject([
      { amountMicros: '100000', coSignedMicros: '100000', bytesUsed: '0', final: false },
      { amountMicros: '3100000', coSignedMicros: '1600000', bytesUsed: '1000000000', evidence: HASH },
    ])
  })

  it('clamps at the deposit', async () => {
    const intentId = await opened()
    await say('usage.recorded', intentId, usage(9_000_000_000n))
    await heard()
    expect((await chargesOf(intentId)).at(-1)).toMatchObject({ amountMicros: DEPOSIT.toString() })
  })

  it('balances a whole life, and every account sums to zero', async () => {
    const intentId = await opened()
    await say('usage.recorded', intentId, usage(500_000_000n, true))
    await say('payout.claimed', null, {
      epoch: 1,
      book: BOOK,
      grossMicros: '1600000',
      feeMicros: '16000',
      to: PAYER,
      txHash: HASH,
      gasUsed: '1',
    })
    await say('intent.closed', intentId, {
      chargedMicros: '1600000',
      refundedMicros: '3400000',
      reason: 1,
      txHash: HASH,
      gasUsed: '1',
    })
    await heard()
    const moves = await ledgerPage(test.store.db, { limit: 50, intentId })
    expect(moves.map((one) => one.why).sort()).toEqual([
      'activated',
      'first charge',
      'funded',
      'remainder due',
      'remainder returned',
      'usage charged',
    ])
    const balance = await trialBalance(test.store.db)
    expect(balance.sumMicros).toBe('0')
    const rows = await reconcileBooks(test.store.db, null)
    expect(rows.every((row) => row.differenceMicros === '0')).toBe(true)
  })

  it('tells a carrier what its book earned and was paid', async () => {
    await heard()
    const statement = await bookStatement(test.store.db, BOOK)
    expect(statement.lines.length).toBeGreaterThan(0)
    const newest = await bookStatement(test.store.db, BOOK, 1)
    expect(newest.lines).toEqual(statement.lines.slice(-1))
    expect(newest.chargedMicros).toBe(statement.chargedMicros)
    expect(statement.payouts).toMatchObject([{ netMicros: '1584000', feeMicros: '16000', txHash: HASH }])
  })

  it('shows a difference when the chain holds another balance', async () => {
    await heard()
    const summary = await financeSummary(test.store.db, { escrowMicros: 1n, paymasterMicros: 2n })
    expect(summary.balanced).toBe(false)
    expect(summary.tiles.paymasterMicros).toBe('2')
    const escrow = summary.reconciliation.find((row) => row.name === 'USDC in the escrow')!
    expect(BigInt(escrow.differenceMicros)).toBe(1n - BigInt(summary.tiles.escrowMicros))
  })

  it('takes back what a reorganisation took back', async () => {
    const intentId = await opened()
    await heard()
    const before = await trialBalance(test.store.db)
    const seq = await say('intent.funded', intentId, {
      payer: PAYER,
      fundedMicros: (DEPOSIT + 7n).toString(),
      txHash: HASH,
      gasUsed: '1',
    })
    await say('chain.undone', intentId, {
      seq: seq.toString(),
      event: 'intent.funded',
      txHash: HASH,
      block: 1,
    })
    await heard()
    const after = await trialBalance(test.store.db)
    const escrow = (balance: typeof before) =>
      balance.accounts.find((one) => one.account === `escrow:book:${BOOK}`)!.balanceMicros
    expect(escrow(after)).toBe(escrow(before))
    expect((await ledgerPage(test.store.db, { limit: 50, intentId }))[0]!.why).toBe('undone: funded')
  })

  it('never changes a transfer', async () => {
    await heard()
    await expect(
      test.store.db
        .withTables<{ billing_transfers: { amount_micros: bigint } }>()
        .updateTable('billing_transfers')
        .set({ amount_micros: 1n })
        .execute(),
    ).rejects.toThrow('never changed')
  })
})
