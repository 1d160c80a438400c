import { fromHex, utf8 } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { logLeafHash, verifyConsistency, verifyInclusion } from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { logKey } from './checkpoint.ts'
import { TransparencyLog } from './transparency.ts'

const HASH: Hex = `0x${'ab'.repeat(32)}`
const INTENT: Hex = `0x${'01'.repeat(32)}`

let test: TestStore
let log: TransparencyLog
let running: Running

beforeAll(async () => {
  test = await testStore()
  log = new TransparencyLog(test.store, 'gesim.test/log', logKey('22'.repeat(32)))
  running = log.start()
})
afterAll(async () => {
  await running.stop()
  await test.close()
})

async function finals(from: number, to: number): Promise<void> {
  await test.store.tx(async (tx) => {
    for (let epoch = from; epoch < to; epoch++) await test.store.append(tx, 'root.final', null, { epoch })
  })
}

async function grownTo(size: number): Promise<void> {
  const endMs = Date.now() + 5000
  while ((await log.checkpoint()).size < size) {
    if (Date.now() > endMs) throw new Error('the log did not grow')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('logs what was said, proves it, and only ever grows', async () => {
  await finals(0, 3)
  await test.store.tx(async (tx) => {
    await test.store.append(tx, 'profile.installed', INTENT, {
      book: 1,
      receiptDigest: HASH,
      evidence: HASH,
    })
  })
  await grownTo(4)
  const before = await log.checkpoint()
  await finals(3, 10)
  await grownTo(11)

  const { entries, size } = await log.entries(0)
  expect(size).toBe(11)
  expect(entries.map((one) => one.kind)).toContain('receipt')
  for (const entry of entries) {
    expect(`0x${Buffer.from(logLeafHash(utf8(entry.entry))).toString('hex')}`).toBe(entry.leafHash)
    const { path, checkpoint } = await log.proof(entry.leafHash)
    const isIn = verifyInclusion(
      fromHex(checkpoint.root),
      checkpoint.size,
      entry.index,
      fromHex(entry.leafHash),
      path.map((one) => fromHex(one)),
    )
    expect(isIn).toBe(true)
  }

  const after = await log.checkpoint()
  const { path } = await log.consistency(before.size, after.size)
  const onlyGrew = verifyConsistency(
    fromHex(before.root),
    before.size,
    fromHex(after.root),
    after.size,
    path.map((one) => fromHex(one)),
  )
  expect(onlyGrew).toBe(true)

  const { rows } = await sql<{ part: { entries: unknown[] } }>`
    select part from gesim.receipt_transparency where intent_id = ${INTENT}`.execute(test.store.db)
  expect(rows[0]!.part.entries).toHaveLength(1)
})

it('says so when an entry or a size is unknown', async () => {
  await expect(log.proof(HASH)).rejects.toMatchObject({ code: 'transparency.unknown-entry' })
  await expect(log.consistency(1, 999)).rejects.toMatchObject({ code: 'transparency.unknown-size' })
})

it('refuses to change what was logged', async () => {
  await expect(sql`update gesim.transparency_entries set entry = 'x'`.execute(test.store.db)).rejects.toThrow(
    'append-only',
  )
})
