// The money is the traveller's until a profile is installed: fail-over, refund after the deadline, refund alone.
import { callOfRefund } from '@gesim/cli'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { directChain, operateAlone, usdcOf } from '../alone.ts'
import { chainStory, expectInOrder, profilesFor } from '../books.ts'
import { type Database, openDatabase } from '../database.ts'
import { faultAt, sharedStack, withSettings } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { type Buyer, look, newBuyer, order, type Purchase, pay, reaches } from '../traveller.ts'
import { eventually } from '../waiting.ts'

let stack: Stack
let database: Database
let buyer: Buyer
let books: number[]

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
  books = stack.read().carriers.map(({ book }) => book)
  buyer = await newBuyer(stack)
})

afterEach(async () => {
  await Promise.all(books.map((book) => faultAt(stack, book)))
})

afterAll(() => database?.close())

/** From the chain itself, also while GeSIM's own door to it is closed. */
const balance = () => usdcOf(directChain(stack, buyer), buyer)

/** Everything is back, by one transaction, and no carrier was paid for it. */
async function expectWholeAmountBack(purchase: Purchase, before: bigint): Promise<void> {
  const intent = await look(buyer, purchase)
  expect(intent).toMatchObject({
    state: 'refunded',
    chargedMicros: '0',
    refundedMicros: purchase.quote.priceMicros,
  })
  expect(await balance()).toBe(before)
  expect(await chainStory(stack, purchase.intentId)).toEqual({
    IntentCreated: 1,
    IntentFunded: 1,
    IntentRefunded: 1,
  })
  await expectInOrder(stack, database)
}

const storyOf = (purchase: Purchase) =>
  database.query<{ kind: string; book: number | null }>(
    `select kind, (body->>'book')::int as book from gesim.journal where intent_id = $1 order by seq`,
    [purchase.intentId],
  )

const takeBack = async (purchase: Purchase) => {
  await buyer.traveller.operations.sendUserOperation({
    calls: [callOfRefund(buyer.connection, purchase.quote)],
  })
  await reaches(buyer, purchase, 'refunded')
}

/** A purchase whose first choice is a carrier that is silent. The choice follows the radio, so it may take another try. */
async function buyFromSilent(): Promise<{ purchase: Purchase; silent: number }> {
  const probe = await order(buyer)
  await pay(buyer, probe)
  let { book: chosen } = await reaches(buyer, probe, 'ready')
  await takeBack(probe)
  for (let attempt = 0; attempt < 5; attempt++) {
    const silent = chosen!
    await Promise.all(books.map((book) => faultAt(stack, book)))
    await faultAt(stack, silent, 'silent')
    const purchase = await order(buyer)
    await pay(buyer, purchase)
    const ready = await reaches(buyer, purchase, 'ready')
    if ((await storyOf(purchase)).some(({ kind }) => kind === 'order.failed')) return { purchase, silent }
    chosen = ready.book
    await takeBack(purchase)
  }
  throw new Error('the choice changed each time')
}

test('a carrier that is silent is passed over for the next, without a transaction and under the same intent id', async () => {
  const before = await balance()
  const { purchase, silent } = await buyFromSilent()
  const { book: second, timeline } = await look(buyer, purchase)
  expect(second).not.toBe(silent)
  expect(books).toContain(second)
  expect(timeline.map(({ step }) => step)).toEqual(['paid', 'ordered', 'ready'])
  const story = await storyOf(purchase)
  expect(story).toContainEqual({ kind: 'order.failed', book: silent })
  expect(story).toContainEqual({ kind: 'profile.ready', book: second })
  expect(await chainStory(stack, purchase.intentId)).toEqual({ IntentCreated: 1, IntentFunded: 1 })
  expect(profilesFor(stack, purchase.intentId).map(({ book }) => book)).toEqual([second])
  await takeBack(purchase)
  await expectWholeAmountBack(purchase, before)
})

test('when no carrier answers, the whole amount comes back by itself after the deadline', async () => {
  const before = await balance()
  await withSettings(stack, { INTENTS_PROVISION_SECONDS: '25', PROVISIONER_ORDER_SECONDS: '4' }, async () => {
    await Promise.all(books.map((book) => faultAt(stack, book, 'silent')))
    const purchase = await order(buyer)
    await pay(buyer, purchase)
    const { timeline, provisionBy } = await reaches(buyer, purchase, 'refunded', 120_000)
    const refunded = timeline.find(({ step }) => step === 'refunded')!
    expect(refunded.atMs / 1000).toBeGreaterThan(provisionBy)
    const failed = (await storyOf(purchase)).filter(({ kind }) => kind === 'order.failed')
    expect(failed.map(({ book }) => book).sort()).toEqual([...books].sort())
    expect(profilesFor(stack, purchase.intentId)).toEqual([])
    await expectWholeAmountBack(purchase, before)
  })
})

test('the payer takes the whole amount back alone, while no part of GeSIM answers', async () => {
  const before = await balance()
  const purchase = await order(buyer)
  await pay(buyer, purchase)
  await reaches(buyer, purchase, 'ready')
  const node = stack.read().pids.node!
  process.kill(node, 'SIGSTOP')
  try {
    await operateAlone(stack, buyer, callOfRefund(buyer.connection, purchase.quote))
    expect(await balance()).toBe(before)
  } finally {
    process.kill(node, 'SIGCONT')
  }
  await reaches(buyer, purchase, 'refunded')
  await expectWholeAmountBack(purchase, before)
  // The carrier hears of it too: what it had reserved is given up.
  await eventually('the order to be cancelled', () => profilesFor(stack, purchase.intentId).length === 0)
})
