import { intentsHeld, readHeld } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { storedWords } from '@gesim/wire'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOLDINGS } from './roles.ts'

const SUBJECT = `v1:${'Ab'.repeat(21)}c`
const ACCOUNT = `0x${'a1'.repeat(20)}` as const
const OWNER = `0x${'b2'.repeat(20)}`
const INTENT = `0x${'c3'.repeat(32)}` as const

/** Columns that name a sign-in, an account, its key or a purchase, and what a traveller's row has there. */
const NAMES: Readonly<Record<string, string>> = {
  subject_ref: SUBJECT,
  account: ACCOUNT,
  payer: ACCOUNT,
  sender: ACCOUNT,
  owner: OWNER,
  first_owner: OWNER,
  intent_id: INTENT,
  correlator: INTENT,
}

/** Tables that have such a column, or hold such a value, and tell a traveller nothing about themselves. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  relayer_senders: 'The keys of the relayer itself and their next nonces.',
  treasury_signatures: 'The owners are people of the treasury who sign payouts to carriers.',
}

/** Values that the constraints of a table ask for, and links that are not made by a name. */
const ASKED: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  journal: { kind: 'gas.charged', body: JSON.stringify({ account: ACCOUNT }) },
  identity_challenges: { address: OWNER },
  identity_subjects: { lookup: SUBJECT, salt: Buffer.alloc(32) },
  identity_accounts: { commitment: '0x5a' },
  intents_intents: { state: 'active' },
  intents_devices: { device: '0x01' },
  intents_preferences: { qos: 'chat' },
  intents_renewals: { renewal_id: 'r_5a', state: 'on', times: '2' },
  // By the number of the renewal, whose account is the traveller's.
  intents_renewal_payments: { renewal_id: 'r_5a' },
  intents_questions: { nonce: `0x${'5a'.repeat(32)}`, carrier: `0x${'ca'.repeat(20)}` },
  provisioner_orders: { state: 'active', iccid_commit: 'kept' },
  provisioner_warm: { state: 'taken', iccid_commit: 'kept' },
  metering_records: { side: 'device' },
  billing_transfers: { from_account: 'escrow:held', to_account: 'traveller:wallets' },
  advisor_decisions: { kind: 'switch' },
  settlement_demands: { kind: 'data' },
  relayer_transactions: { role: 'operator' },
  // By the number of the transaction.
  relayer_attempts: {},
  web_push_subscriptions: { name: '5a'.repeat(32) },
  node_idempotency: { answer: JSON.stringify({ intentId: INTENT }) },
  indexer_logs: { facts: JSON.stringify({ account: ACCOUNT }) },
}

interface Column {
  table_name: string
  column_name: string
  data_type: string
  needed: boolean
}

let own: TestStore
let columns: Column[]
beforeAll(async () => {
  own = await testStore()
  const { rows } = await sql<Column>`select c.table_name, c.column_name, c.data_type,
      c.is_nullable = 'NO' and c.column_default is null as needed
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'gesim' and t.table_type = 'BASE TABLE' order by 1, c.ordinal_position`.execute(
    own.store.db,
  )
  columns = rows
  await plant()
})
afterAll(() => own?.close())

const tableOf = (table: string) => columns.filter((column) => column.table_name === table)
const tables = () => [...new Set(columns.map((column) => column.table_name))]
const listed = (table: string) => HOLDINGS.filter((holding) => holding.table === `gesim.${table}`)

/** A purchase with everything that can be kept of it: one row in each table that names it or that ASKED links to it. */
async function plant() {
  await own.store.tx(async (tx) => {
    // Rows are put in without the order in which the stages would write them.
    await sql`set local session_replication_role = replica`.execute(tx)
    for (const table of tables()) {
      const asked = ASKED[table] ?? {}
      const mine = tableOf(table)
      if (!(table in ASKED) && !mine.some(({ column_name }) => column_name in NAMES)) continue
      if (table in EXCEPTIONS) continue
      const filled = mine.filter(
        ({ column_name, needed }) => needed || column_name in asked || column_name in NAMES,
      )
      // The key of a relayer stands there, not that of a traveller.
      const used = filled.filter(
        ({ column_name }) => !(table === 'relayer_transactions' && column_name === 'sender'),
      )
      const values = used.map((column) => sql`${asked[column.column_name] ?? placeholder(column)}`)
      await sql`insert into ${sql.table(`gesim.${table}`)}
        (${sql.join(used.map(({ column_name }) => sql.ref(column_name)))}) overriding system value
        values (${sql.join(values)})`.execute(tx)
    }
    await sql`update gesim.relayer_operations set transaction_id = 1`.execute(tx)
    await own.store.enqueue(tx, 'planted', { intentId: INTENT })
  })
}

function placeholder({ column_name, data_type }: Column): unknown {
  const name = NAMES[column_name]
  if (name) return name
  if (data_type === 'jsonb') return '{}'
  if (data_type === 'bytea') return Buffer.from('00', 'hex')
  if (data_type === 'ARRAY') return '{1}'
  if (data_type === 'boolean') return true
  if (data_type.startsWith('timestamp')) return new Date()
  if (data_type === 'uuid') return crypto.randomUUID()
  return data_type === 'text' ? 'x' : 1
}

/** The tables in which a value of the traveller stands anywhere, also within a text or a document. */
async function tablesWith(): Promise<string[]> {
  const found = new Set<string>()
  const needles = [SUBJECT, ACCOUNT.slice(2), OWNER.slice(2), INTENT.slice(2), BigInt(ACCOUNT).toString()]
  for (const { table_name, column_name } of columns) {
    const { rows } = await sql`select from ${sql.table(`gesim.${table_name}`)}
      where ${sql.join(
        needles.map((needle) => sql`position(${needle} in ${sql.ref(column_name)}::text) > 0`),
        sql` or `,
      )} limit 1`.execute(own.store.db)
    if (rows.length) found.add(table_name)
  }
  return [...found]
}

async function heldBy(subject: string, account: `0x${string}` | null) {
  const { db } = own.store
  const intents = await intentsHeld(db, HOLDINGS, { subject, account })
  return await readHeld(db, HOLDINGS, { subject, account, intents })
}

test('every table that holds something of a traveller is told to them, or is an exception with a reason', async () => {
  const found = await tablesWith()
  expect(found.length).toBeGreaterThan(30)
  expect(found.filter((table) => listed(table).length === 0 && !EXCEPTIONS[table])).toEqual([])
})

test('every column whose name says that it is about a traveller is told, also of a table that is empty', () => {
  const missing = columns
    .filter(({ column_name, table_name }) => column_name in NAMES && !EXCEPTIONS[table_name])
    .filter(({ column_name, table_name }) => !listed(table_name).some(({ fields }) => column_name in fields))
  expect(missing.map(({ table_name, column_name }) => `${table_name}.${column_name}`)).toEqual([])
})

test('of a table that is told, no column is kept back', () => {
  const missing = HOLDINGS.filter(({ table }) => table.startsWith('gesim.')).flatMap(({ table }) => {
    const name = table.slice('gesim.'.length)
    const told = new Set(listed(name).flatMap(({ fields }) => Object.keys(fields)))
    return tableOf(name)
      .filter(({ column_name }) => !told.has(column_name))
      .map(({ column_name }) => `${name}.${column_name}`)
  })
  expect(missing).toEqual([])
})

test('the planted rows come out, each in its group, and nobody else sees them', async () => {
  const held = await heldBy(SUBJECT, ACCOUNT)
  expect(held.map(({ holding }) => holding.group).sort()).toEqual(HOLDINGS.map(({ group }) => group).sort())
  const purchases = held.find(({ holding }) => holding.group === 'purchases')!
  expect(purchases.rows[0]).toMatchObject({ intent: INTENT, account: ACCOUNT, plan: 'x' })
  // The part of a key is told to be there, never told.
  expect(held.find(({ holding }) => holding.group === 'key-part')!.rows[0]).toMatchObject({
    content: 'sealed',
  })
  expect(await heldBy(`v1:${'Zz'.repeat(21)}z`, `0x${'d4'.repeat(20)}`)).toEqual([])
  expect(await heldBy(`v1:${'Zz'.repeat(21)}z`, null)).toEqual([])
})

test('what has more rows than an answer is told to its end', async () => {
  const steps = HOLDINGS.filter(({ group }) => group === 'steps')
  await sql`insert into gesim.intents_steps (intent_id, step, at, actor)
    select ${INTENT}, 'step ' || n, now(), 'traveller' from generate_series(1, 4) n`.execute(own.store.db)
  const who = { subject: SUBJECT, account: ACCOUNT, intents: [INTENT] }
  const seen = new Set<string>()
  for (let skip = 0; ; skip += 2) {
    const [page] = await readHeld(own.store.db, steps, who, { skip, most: 2 })
    if (!page) break
    expect(page.total).toBe(5)
    for (const row of page.rows) seen.add(row.step!)
  }
  expect(seen.size).toBe(5)
})

test('every code has its words, and no word is without a code', () => {
  const codes = (pick: (holding: (typeof HOLDINGS)[number]) => string[]) =>
    [...new Set(HOLDINGS.flatMap(pick))].sort()
  expect(codes(({ group }) => [group])).toEqual(Object.keys(storedWords.groups).sort())
  expect(codes(({ why }) => [why])).toEqual(Object.keys(storedWords.whys).sort())
  expect(codes(({ until }) => [until])).toEqual(Object.keys(storedWords.untils).sort())
  expect(codes(({ fields }) => Object.values(fields).map(({ code }) => code))).toEqual(
    Object.keys(storedWords.fields).sort(),
  )
})
