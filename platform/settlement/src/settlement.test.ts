import { createLog } from '@gesim/base'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import {
  cutoffOf,
  domainOf,
  epochAt,
  leafProofFromJson,
  nodeProofFromJson,
  positionOf,
  verifyLeafProof,
  verifyNodeProof,
  ZERO_HASH,
} from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { readsOn, settled, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findEpoch } from './epochs.ts'
import { epochInputs, leafProofIn, nodeIn, showEpoch } from './serve.ts'
import { Settlement } from './settlement.ts'
import { MemoryChain } from './testing-chain.ts'
import { Trees } from './trees.ts'

const PAYER: Hex = `0x${'0a'.repeat(20)}`
const HASH: Hex = `0x${'ab'.repeat(32)}`
const BOOK = 4
/** The first second of epoch 100. */
const START = 3_000
const attestors = [1, 2, 3].map(() => privateKeyToAccount(generatePrivateKey()))
const committee = {
  version: 1,
  members: attestors.map((one) => ({ attestor: one.address.toLowerCase() as Hex, weight: 10n })),
}

let test: TestStore
let chain: MemoryChain
let settlement: Settlement
let follower: Running
/** The journal's position when the test began. */
let began = 0n
let intents = 0

// One database, one chain and one clerk for all tests: time and the tree go on from one to the next.
beforeAll(async () => {
  test = await testStore()
  chain = new MemoryChain(START, committee)
  settlement = newClerk()
  follower = settlement.follow()
})
afterAll(async () => {
  await follower.stop()
  await test.close()
})
beforeEach(async () => {
  chain.committee = committee
  chain.basis = { coSignedFinal: true, totalFinal: true, claimedMicros: 10n ** 15n, claimedEpoch: 0 }
  const { rows } = await sql<{ seq: bigint }>`
    select coalesce(max(seq), 0)::bigint as seq from gesim.journal`.execute(test.store.db)
  began = rows[0]!.seq
})

function newClerk(): Settlement {
  return new Settlement({
    store: test.store,
    chain,
    domain: domainOf(31337, chain.escrow),
    clock: { nowMs: () => chain.seconds * 1000 },
    log: createLog('test', 'silent'),
    settings: { pollMs: 250, leadSeconds: 2, quorumWaitMs: 500, retrySeconds: 60 },
  })
}

/** Time goes on to the end of the present epoch, whose number is returned, and the clerk looks. */
async function endEpoch(): Promise<number> {
  const epoch = epochAt(chain.seconds, chain.epochSeconds)
  chain.seconds = cutoffOf(epoch, chain.epochSeconds)
  await settlement.step()
  return epoch
}

/** A new intent that the chain opened, with its papers. */
async function activated(book = BOOK): Promise<Hex> {
  const intentId: Hex = `0x${(++intents).toString(16).padStart(64, '0')}`
  chain.emit('IntentFunded', { intentId, payer: PAYER }, ['uint64', 'uint64'], [1000n, 1000n])
  chain.emit(
    'IntentActivated',
    { intentId, book },
    ['uint32', 'bytes32', 'uint40'],
    [intents - 1, HASH, chain.seconds],
  )
  await say('activation.wanted', intentId, {
    terms: { payer: PAYER } as never,
    books: [book],
    book,
    receipt: { intentId } as never,
    carrierKey: PAYER,
    receiptSignature: '0x',
    consent: { receiptDigest: HASH, validUntil: 1 },
    consentSignature: '0x',
    binding: { device: '0x', validUntil: 0, payerSignature: '0x' },
  })
  return intentId
}

/** Writes to the journal and waits until the clerk has read it. */
async function say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) {
  const seq = await test.store.tx((tx) => test.store.append(tx, kind, intentId, body))
  await readsOn(test.store, 'settlement', seq)
}

const charge = (intentId: Hex, micros: number, final = false) =>
  say('charge.posted', intentId, {
    book: BOOK,
    amountMicros: String(micros),
    coSignedMicros: String(micros),
    bytesUsed: String(micros),
    seq: micros,
    evidence: HASH,
    final,
  })

async function sign(epoch: number, by: readonly PrivateKeyAccount[] = attestors): Promise<void> {
  const { digest } = (await findEpoch(test.store.db, epoch))!
  for (const one of by)
    await settlement.attest(epoch, { attestor: one.address, signature: await one.sign({ hash: digest }) })
}

/** The root reaches the chain, as the indexer tells. */
async function post(epoch: number, weight: number): Promise<void> {
  const { commitment } = (await findEpoch(test.store.db, epoch))!
  chain.root = { epoch, root: commitment.root }
  chain.weight = weight
  await say('root.posted', null, {
    epoch,
    root: commitment.root,
    totalMicros: commitment.total,
    coSignedMicros: commitment.coSigned,
    postedAt: chain.seconds,
    weight,
    txHash: HASH,
    gasUsed: '1',
  })
}

/** Signs, sends and posts an epoch, and makes it final; beyond challenge it is after 15 seconds. */
async function finish(epoch: number, afterSeconds = 2): Promise<void> {
  await sign(epoch)
  await settlement.step()
  await post(epoch, 10_000)
  chain.final.add(epoch)
  chain.seconds += afterSeconds
  await settlement.step()
}

async function told<Kind extends EventKind>(kind: Kind): Promise<EventBodies[Kind][]> {
  await settled(test.store)
  const events = await test.store.read({ kinds: [kind], after: began })
  return events.map((event) => (event as JourneyEvent<Kind>).body)
}

const stateOf = async (epoch: number) => (await findEpoch(test.store.db, epoch))?.state ?? null

describe('an epoch', () => {
  it('goes from charges to a signed root, to payouts and the remainder', async () => {
    const intentId = await activated()
    const index = intents - 1
    await charge(intentId, 100)
    chain.basis = { coSignedFinal: true, totalFinal: false, claimedMicros: 0n, claimedEpoch: 0 }
    const first = await endEpoch()
    await finish(first)
    expect(await stateOf(first)).toBe('final')
    const [wanted] = await told('root.wanted')
    expect(wanted!.signatures).toHaveLength(3)
    expect(wanted!.commitment).toMatchObject({ epoch: first, prevRoot: ZERO_HASH, toBlock: '29' })
    const [settle] = await told('settle.wanted')
    expect(settle).toMatchObject({ epoch: first, books: [BOOK] })
    expect(verifyNodeProof(rootOf(wanted!.commitment), BOOK, nodeProofFromJson(settle!.proofs[0]!))).toBe(
      true,
    )

    await charge(intentId, 300, true)
    const second = await endEpoch()
    await finish(second)
    // The contract takes it from the payer only until the root is beyond every challenge.
    expect(await told('remainder.wanted')).toEqual([])
    chain.basis = { ...chain.basis, totalFinal: true }
    chain.seconds += 13
    await settlement.step()
    const [remainder] = await told('remainder.wanted')
    expect(remainder!.epoch).toBe(second)
    const { commitment } = (await told('root.wanted'))[1]!
    expect(commitment).toMatchObject({ prevRoot: wanted!.commitment.root, fromBlock: '30' })
    const proof = leafProofFromJson(remainder!.proof)
    expect(proof).toMatchObject({ amount: 300n, flags: 1 })
    expect(verifyLeafProof(rootOf(commitment), intentId, positionOf(BOOK, index), proof)).toBe(true)
    await settlement.step()
    expect(await told('remainder.wanted')).toHaveLength(1)
  })

  it('with nothing new has no root', async () => {
    const epoch = await endEpoch()
    expect(await stateOf(epoch)).toBeNull()
    expect(await told('epoch.closed')).toEqual([])
  })

  it('is decided once, by whichever clerk comes first', async () => {
    await charge(await activated(), 100)
    const epoch = epochAt(chain.seconds, chain.epochSeconds)
    chain.seconds = cutoffOf(epoch, chain.epochSeconds)
    await Promise.all([settlement.step(), newClerk().step(), newClerk().step()])
    await settlement.step()
    expect(await told('epoch.closed')).toHaveLength(1)
  })

  it('is sent with a quorum soon, and carried by the next one when it does not arrive', async () => {
    await charge(await activated(), 100)
    const epoch = await endEpoch()
    await sign(epoch, attestors.slice(0, 2))
    await settlement.step()
    expect(await stateOf(epoch)).toBe('collecting')
    chain.seconds += 1
    await settlement.step()
    expect(await stateOf(epoch)).toBe('wanted')
    const before = (await findEpoch(test.store.db, epoch))!.commitment

    await charge(await activated(), 100)
    const next = await endEpoch()
    await settlement.step()
    expect(await stateOf(epoch)).toBe('missed')
    const { commitment } = (await findEpoch(test.store.db, next))!
    expect(commitment).toMatchObject({ prevRoot: before.prevRoot, fromBlock: before.fromBlock })
    expect(BigInt(commitment.total)).toBe(BigInt(before.total) + 100n)
  })

  it('is passed over when nobody signs, and sent with one signature when the window ends', async () => {
    await charge(await activated(), 100)
    const unsigned = await endEpoch()
    chain.seconds += 5
    await settlement.step()
    expect(await stateOf(unsigned)).toBe('missed')
    const epoch = await endEpoch()
    await sign(epoch, attestors.slice(0, 1))
    chain.seconds += 3
    await settlement.step()
    expect(await stateOf(epoch)).toBe('wanted')
    await expect(sign(unsigned)).rejects.toMatchObject({ code: 'settlement.too-late' })
  })

  it('posted without a quorum has the late signatures sent after it, once they make one', async () => {
    await charge(await activated(), 100)
    const epoch = await endEpoch()
    await sign(epoch, attestors.slice(0, 1))
    chain.seconds += 3
    await settlement.step()
    await post(epoch, 3_334)
    const look = async (seconds: number) => {
      chain.seconds += seconds
      await settlement.step()
      return (await told('attest.wanted')).map((one) => one.signatures.length)
    }
    expect(await look(2)).toEqual([])
    await sign(epoch, attestors.slice(1, 2))
    expect(await look(2)).toEqual([2])
    expect(await look(2)).toEqual([2])
    // It did not come through: again, with all that have signed by then.
    await sign(epoch)
    expect(await look(61)).toEqual([2, 3])
    // Now the chain knows, whoever brought it.
    chain.weight = 10_000
    expect(await look(61)).toEqual([2, 3])
    expect((await findEpoch(test.store.db, epoch))!.posted_weight).toBe(10_000)
  })

  it('takes signatures of the committee over this very commitment only', async () => {
    await charge(await activated(), 100)
    const epoch = await endEpoch()
    const stranger = privateKeyToAccount(generatePrivateKey())
    await expect(sign(epoch, [stranger])).rejects.toMatchObject({ code: 'settlement.not-in-committee' })
    const signature = await attestors[0]!.sign({ hash: HASH })
    const attestor = attestors[0]!.address
    await expect(settlement.attest(epoch, { attestor, signature })).rejects.toMatchObject({
      code: 'settlement.bad-attestation',
    })
    await expect(settlement.attest(7, { attestor, signature })).rejects.toMatchObject({
      code: 'settlement.unknown-epoch',
    })
    await sign(epoch, [attestors[0]!])
    await sign(epoch, [attestors[0]!])
    expect((await showEpoch(test.store, epoch)).epoch).toMatchObject({ attestations: 1, weightBps: 3_334 })
  })
})

describe('what the chain says', () => {
  it('wins for closed intents: their leaf is the charge of the close (A14)', async () => {
    const intentId = await activated()
    await charge(intentId, 80)
    chain.emit('IntentClosed', { intentId }, ['uint64', 'uint64', 'uint8'], [60n, 940n, 2])
    const epoch = await endEpoch()
    const { inputs } = await epochInputs(test.store, new Trees(test.store.db), epoch)
    const input = inputs.find((one) => one.intentId === intentId)!
    expect(input.leaf).toMatchObject({ amount: '60', flags: 1 })
  })

  it('lifts a leaf to what a voucher released', async () => {
    const intentId = await activated()
    await charge(intentId, 100)
    chain.emit(
      'VoucherReleased',
      { intentId },
      ['uint64', 'uint64', 'uint64', 'address'],
      [150n, 50n, 0n, PAYER],
    )
    const epoch = await endEpoch()
    expect((await leafProofIn(test.store, new Trees(test.store.db), epoch, intentId)).leaf).toMatchObject({
      amount: '150',
      flags: 2,
    })
    const nodeOf = (place: number) => nodeIn(test.store, new Trees(test.store.db), epoch, 32, place)
    expect((await nodeOf(0)).total).toBe((await findEpoch(test.store.db, epoch))!.commitment.total)
    await expect(nodeOf(1)).rejects.toMatchObject({ code: 'settlement.no-node' })
    await expect(leafProofIn(test.store, new Trees(test.store.db), epoch, HASH)).rejects.toMatchObject({
      code: 'settlement.no-leaf',
    })
  })

  it('is read anew after a reorganisation', async () => {
    const intentId = await activated()
    await charge(intentId, 100)
    chain.committee = { version: 0, members: [] }
    expect(await stateOf(await endEpoch())).toBeNull()
    chain.reorganise((log) => !log.topics.includes(intentId))
    chain.committee = committee
    await charge(await activated(), 100)
    const { inputs } = await epochInputs(test.store, new Trees(test.store.db), await endEpoch())
    expect(inputs.some((one) => one.intentId === intentId)).toBe(false)
  })
})

describe('payments', () => {
  it('are wished for again when they did not come through, and for the rest after the slow window', async () => {
    chain.basis = { coSignedFinal: true, totalFinal: false, claimedMicros: 0n, claimedEpoch: 0 }
    await charge(await activated(), 100)
    const epoch = await endEpoch()
    await finish(epoch)
    await settlement.step()
    expect(await told('settle.wanted')).toHaveLength(1)
    chain.seconds += 61
    await settlement.step()
    expect(await told('settle.wanted')).toHaveLength(2)
    chain.basis = { ...chain.basis, totalFinal: true }
    chain.seconds += 2
    await settlement.step()
    expect(await told('settle.wanted')).toHaveLength(3)
    chain.basis = { ...chain.basis, claimedMicros: 10n ** 15n }
    chain.seconds += 2
    await settlement.step()
    expect((await findEpoch(test.store.db, epoch))!.settled).toBe(true)
  })

  it('of many books go in portions that a transaction has room for', async () => {
    for (let book = 101; book <= 141; book++) await charge(await activated(book), 10)
    chain.basis = { coSignedFinal: true, totalFinal: false, claimedMicros: 0n, claimedEpoch: 0 }
    await finish(await endEpoch())
    const portions = (await told('settle.wanted')).map((one) => one.books)
    expect(portions.map((books) => books.length)).toEqual([40, expect.any(Number)])
    expect(new Set(portions.flat()).size).toBe(portions.flat().length)
  })

  it('of remainders are proved again from the next final epoch when they were refused', async () => {
    const intentId = await activated()
    await charge(intentId, 100, true)
    const first = await endEpoch()
    await finish(first, 15)
    await say('transaction.refused', null, {
      key: `remainder.wanted:${intentId}:${first}`,
      code: 'relayer.would-revert',
      why: 'IntentEscrow_StaleEpoch',
    })
    await charge(await activated(), 10)
    const second = await endEpoch()
    await finish(second, 15)
    await settled(test.store)
    const events = await test.store.read({ kinds: ['remainder.wanted'], intentId, after: began })
    expect(events.map((event) => (event.body as { epoch: number }).epoch)).toEqual([first, second])
  })
})

describe('a root that is not ours', () => {
  it('stops the clerk', async () => {
    chain.root = { epoch: 7, root: HASH }
    await expect(endEpoch()).rejects.toMatchObject({ code: 'settlement.foreign-root' })
  })
})

function rootOf(commitment: { root: Hex; total: string; coSigned: string }) {
  return { hash: commitment.root, total: BigInt(commitment.total), coSigned: BigInt(commitment.coSigned) }
}
