// A purchase in the terminal, as the README tells a user to make it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectInOrder, profilesFor } from '../books.ts'
import { type Database, openDatabase } from '../database.ts'
import { sharedStack } from '../running-stack.ts'
import { ROOT, type Stack } from '../start-stack.ts'
import { type Ended, gesim, newTraveller } from '../terminal.ts'

/** A GSMA test profile (TS.48); not part of the repository. */
const TS48 = join(ROOT, '../shared/data/rsp/ts48-v7/TS48_V7.0_eSIM_GTP_SAIP2.3_NoBERTLV.der')

let stack: Stack
let database: Database
let traveller: string
let own: Promise<Ended>
let ts48: Promise<Ended> | undefined

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
  traveller = newTraveller(stack)
  // The second purchase begins while the first waits for its epoch: the phone is free by then.
  const first = gesim(traveller, 'buy', '--country', 'ES')
  own = first.ended
  if (existsSync(TS48)) {
    const free = first.step('finishing').catch(() => undefined)
    ts48 = free.then(() => gesim(traveller, 'buy', '--country', 'ES', '--profile', TS48, '--use', '5').ended)
  }
})

afterAll(async () => {
  await Promise.all([own, ts48])
  await database?.close()
})

const stepsOf = ({ lines }: Ended) => lines.map(({ step }) => step)

/** A purchase that ended well, and what it cost. */
async function expectWholePurchase(ended: Ended): Promise<void> {
  expect(ended.code, ended.said).toBe(0)
  const steps = stepsOf(ended)
  const inOrder = [
    'funded',
    'ready',
    'installed',
    'connected',
    'settled',
    'carrier paid',
    'books balance',
    'done',
  ]
  const told = steps.slice(steps.indexOf('funded')).filter((step) => inOrder.includes(step!))
  expect(told).toEqual(inOrder)
  const { intent } = ended.lines.find(({ step }) => step === 'done') as { intent: string }
  expect(profilesFor(stack, intent)).toEqual([{ book: expect.any(Number), installed: true }])
  const paid = ended.lines.find(({ step }) => step === 'carrier paid')
  expect(paid).toMatchObject({ tx: expect.stringMatching(/^0x[0-9a-f]{64}$/), gas: expect.any(String) })
}

describe('gesim buy', () => {
  test('goes from funding to the carrier’s payout on a profile of our own making', async () => {
    await expectWholePurchase(await own)
  })

  test('installs a GSMA test profile, personalised, for a second purchase of the same traveller', async (context) => {
    if (!ts48) return context.skip(`there is no ${TS48}`)
    await expectWholePurchase(await ts48)
    await expectInOrder(stack, database)
  })

  test('gives the whole amount back at once with --take-back', async () => {
    const ended = await gesim(newTraveller(stack), 'buy', '--country', 'ES', '--take-back').ended
    expect(ended.code, ended.said).toBe(0)
    const books = ended.lines.find(({ step }) => step === 'books balance') as {
      funded: string
      returned: string
    }
    expect(`${books.returned} µUSDC`).toBe(books.funded)
    expect(stepsOf(ended)).toContain('refunded')
    expect(stepsOf(ended)).not.toContain('carrier paid')
  })

  test('ends with 2 and says what is wrong when it does not understand', async () => {
    const wrong = [
      ['buy', '--contry', 'ES'],
      ['buy', '--country', 'Spain'],
      ['buy', '--use', 'much'],
      ['sell'],
    ]
    const ended = await Promise.all(wrong.map((args) => gesim(traveller, ...args).ended))
    for (const { code, failed } of ended)
      expect({ code, failed }).toEqual({ code: 2, failed: 'cli.not-understood' })
  })
})

describe('a file that is not a profile', () => {
  const outlay = async (dataDir: string) => {
    const { lines } = await gesim(dataDir, 'wallet').ended
    const { account, balanceMicros } = lines[0] as unknown as { account: string; balanceMicros: string }
    const bought = await database.query(
      'select intent_id, state from gesim.intents_intents where payer = $1 order by intent_id',
      [account.toLowerCase()],
    )
    return { balanceMicros, bought }
  }

  test.for([
    ['is refused by the carriers, and nothing is charged', 'README.md', 'cli.profile-refused'],
    ['that is not there is refused, and nothing is charged', 'no-such.der', 'cli.profile-unreadable'],
  ] as const)('%s', async ([, file, code]) => {
    await Promise.all([own, ts48])
    const before = await outlay(traveller)
    const ended = await gesim(traveller, 'buy', '--country', 'ES', '--profile', join(ROOT, file)).ended
    expect(ended).toMatchObject({ code: 1, failed: code })
    expect(stepsOf(ended)).not.toContain('funded')
    expect(await outlay(traveller)).toEqual(before)
  })
})
