// The node is killed with SIGKILL at every step of a purchase. Each purchase still ends: paid once, delivered once.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chainStory, expectInOrder, profilesFor } from './books.ts'
import { type Database, openDatabase } from './database.ts'
import { killNode, nodeServes, sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { gesim, newTraveller } from './terminal.ts'

/** Every step, spread over three purchases, so that each begins anew after a kill and none lives on kills alone. */
const WALKS = [
  ['quote', 'profile.ordered', 'profile.installed', 'usage.recorded', 'epoch.closed'],
  ['intent.funded', 'profile.ready', 'intent.activated', 'service.ended', 'root.posted'],
  ['switch.wanted', 'activation.wanted', 'root.wanted', 'settle.wanted', 'remainder.wanted'],
] as const

/** Events of an epoch, which belong to no single purchase. */
const OF_EPOCH = ['epoch.closed', 'root.wanted', 'root.posted', 'settle.wanted']
const LOOK_EVERY_MS = 10

let stack: Stack
let database: Database

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
})

afterAll(() => database?.close())

/** Looks at the database until a row is there or nobody waits any more. */
async function firstRow<Row>(text: string, values: unknown[], over: () => boolean): Promise<Row | undefined> {
  while (!over()) {
    const [row] = await database.query<Row>(text, values)
    if (row) return row
    await sleep(LOOK_EVERY_MS)
  }
  return undefined
}

async function lastSeq(): Promise<string> {
  const [row] = await database.query<{ seq: string }>(
    'select coalesce(max(seq), 0) as seq from gesim.journal',
  )
  return row!.seq
}

/** Kills the node at each of these steps of one purchase; gives the steps at which it did. */
async function killAt(steps: readonly string[], over: () => boolean): Promise<string[]> {
  const [{ at } = { at: new Date(0) }] = await database.query<{ at: Date }>('select now() as at')
  const quote = await firstRow<{ intent_id: string }>(
    'select intent_id from gesim.intents_quotes where created_at >= $1 order by created_at desc limit 1',
    [at],
    over,
  )
  const killed: string[] = []
  let after = '0'
  for (const step of steps) {
    if (step !== 'quote') {
      const whose = OF_EPOCH.includes(step)
        ? 'seq > $2::bigint'
        : 'seq > 0 and $2::text is not null and intent_id = $3'
      const values = OF_EPOCH.includes(step) ? [step, after] : [step, after, quote?.intent_id]
      const found = await firstRow(
        `select seq from gesim.journal where kind = $1 and ${whose} limit 1`,
        values,
        over,
      )
      if (!found) break
    }
    killNode(stack)
    killed.push(step)
    // What belongs to an epoch counts only when it comes after the node is back.
    after = await lastSeq()
    await nodeServes(stack)
  }
  return killed
}

describe('a node that is killed', () => {
  test.for(WALKS)(
    'after %s, %s, %s, %s and %s finishes the purchase: paid once, delivered once',
    { timeout: 400_000 },
    async (steps) => {
      const command = gesim(newTraveller(stack), 'buy', '--country', 'ES')
      let over = false
      const killing = killAt(steps, () => over)
      const ended = await command.ended
      over = true
      expect(ended.code, ended.said).toBe(0)
      expect(await killing).toEqual(steps)
      const { intent } = ended.lines.find(({ step }) => step === 'done') as { intent: string }
      expect(await chainStory(stack, intent)).toEqual({
        IntentCreated: 1,
        IntentFunded: 1,
        IntentActivated: 1,
        IntentClosed: 1,
      })
      expect(profilesFor(stack, intent)).toEqual([{ book: expect.any(Number), installed: true }])
      await nodeServes(stack)
      await expectInOrder(stack, database)
    },
  )
})
