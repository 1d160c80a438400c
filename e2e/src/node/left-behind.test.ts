// An account is deleted while a purchase is paid and not delivered: nothing leads to the person, and the money is theirs.
import { randomBytes } from 'node:crypto'
import { callOfRefund, signIn } from '@gesim/cli'
import { gesimIdentityAbi } from '@gesim/contracts'
import { walletRoutes } from '@gesim/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directChain, operateAlone, usdcOf } from '../alone.ts'
import { type Database, everyRow, openDatabase } from '../database.ts'
import { sharedStack } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { type Buyer, newBuyer, order, type Purchase, pay, reaches } from '../traveller.ts'
import { eventually } from '../waiting.ts'

interface Person {
  readonly subject_ref: string
  readonly lookup: string
  readonly commitment: string
}

let stack: Stack
let database: Database
let buyer: Buyer
let purchase: Purchase
let before: Person

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
  buyer = await newBuyer(stack)
  purchase = await order(buyer)
  await pay(buyer, purchase)
  await reaches(buyer, purchase, 'ready')
  before = await personOf(buyer)
}, 400_000)

afterAll(() => database?.close())

async function personOf({ traveller }: Buyer): Promise<Person> {
  const [row] = await database.query<Person>(
    `select subject_ref, lookup, commitment from gesim.identity_accounts
      join gesim.identity_subjects using (subject_ref) where account = $1`,
    [traveller.account.address.toLowerCase()],
  )
  return row!
}

const onChain = (functionName: 'isEntitled' | 'isRevoked') =>
  directChain(stack, buyer).readContract({
    address: buyer.connection.addresses.identity,
    abi: gesimIdentityAbi,
    functionName,
    args: [buyer.traveller.account.address],
  })

test('the purchase has to be named; then all that leads to the person goes, and the token without a mark', async () => {
  const { api } = buyer.connection
  const preview = await api.call(walletRoutes.ending)
  expect(preview.purchases.map(({ intentId, state }) => [intentId, state])).toEqual([
    [purchase.intentId, 'ready'],
  ])
  const receipt = randomBytes(32).toString('base64url')
  await expect(api.call(walletRoutes.end, { body: { receipt, leaving: [] } })).rejects.toMatchObject({
    code: 'identity.purchases-run',
  })
  await api.call(walletRoutes.end, { body: { receipt, leaving: [purchase.intentId] } })
  await expect(api.call(walletRoutes.get)).rejects.toMatchObject({ code: 'identity.no-session' })

  const tables = await everyRow(database)
  const found = [before.subject_ref, before.subject_ref.slice(0, 11), before.lookup].flatMap((text) =>
    [...tables].filter(([, rows]) => rows.some((row) => row.includes(text))).map(([name]) => name),
  )
  expect(found).toEqual([])

  const ending = await eventually(
    'the token to be gone',
    async () => {
      const one = await api.call(walletRoutes.ended, { body: { receipt } })
      return one.token === 'gone' && one
    },
    90_000,
    1000,
  )
  expect([await onChain('isEntitled'), await onChain('isRevoked')]).toEqual([false, false])
  const burn = await directChain(stack, buyer).getTransactionReceipt({ hash: ending.txHash! })
  expect(burn.to!.toLowerCase()).toBe(buyer.connection.addresses.identity.toLowerCase())
})

test('the key alone takes the whole price back, without us', async () => {
  const chain = directChain(stack, buyer)
  const held = await usdcOf(chain, buyer)
  await operateAlone(stack, buyer, callOfRefund(buyer.connection, purchase.quote))
  expect(await usdcOf(chain, buyer)).toBe(held + BigInt(purchase.quote.priceMicros))
})

test('who comes back with the same key has a token again and is somebody new', async () => {
  await signIn(buyer.connection)
  const now = await personOf(buyer)
  expect(now.subject_ref).not.toBe(before.subject_ref)
  expect(now.commitment).not.toBe(before.commitment)
  expect(await onChain('isEntitled')).toBe(true)
})
