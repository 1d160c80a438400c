// The node is killed with SIGKILL at every step of a purchase. Each purchase still ends: paid once, delivered once.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chainStory, expectInOrder, profilesFor } from '../books.ts'
import { type Database, openDatabase } from '../database.ts'
import { killNode, nodeServes, sharedStack } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { gesim, newTraveller } from '../terminal.ts'

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

/** Kills the node at each of these steps of the purchase that begins now; gives the steps at which it did. */
async function killAt(steps: readonly string[], over: () => boolean): Promise<string[]> {
  const [now] = await database.query<{ at: Date }>('select now() as at')
  // A quote whose answer was lost is taken anew, so the purchase is known by when it began.
  const ours = 'select intent_id from gesim.intents_intents where created_at >= $2'
  const killed: string[] = []
  let after = '0'
  for (const step of steps) {
    const look = () => {
      if (step === 'quote')
        return firstRow('select 1 from gesim.intents_quotes where created_at >= $1', [now!.at], over)
      if (OF_EPOCH.includes(step))
        return firstRow('select 1 from gesim.journal where kind = $1 and seq > $2', [step, after], over)
      const text = `select 1 from gesim.journal where kind = $1 and intent_id in (${ours})`
      return firstRow(text, [step, now!.at], over)
    }
    if (!(await look())) break
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
      const command = gesim(newTraveller(stack), 'buy', '--country', 'ES', '--leave-rest')
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
