import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate, startPostgres } from './index.ts'

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('the embedded Postgres keeps its data over a restart, and a left-over one is joined', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gesim-postgres-'))
  const options = { dataDir, databases: ['one', 'two'], settings: { fsync: 'off' } }
  try {
    const first = await startPostgres(options)
    await ask(first.url('one'), 'create table kept as select 42 as n')
    // A parent that was killed leaves the server running; the next start joins it.
    const joined = await startPostgres(options)
    expect([joined.pid, joined.port]).toEqual([first.pid, first.port])
    await joined.stop()
    await expect(ask(first.url('one'), 'select 1')).rejects.toThrow()

    const again = await startPostgres(options)
    expect(await ask(again.url('one'), 'select n from kept')).toEqual([{ n: 42 }])
    expect(await ask(again.url('two'), 'select 1 as n')).toEqual([{ n: 1 }])
    // Nobody gets in without the password that lies in the data directory.
    const { port } = again
    await expect(ask(`postgres://gesim:wrong@127.0.0.1:${port}/one`, 'select 1')).rejects.toThrow(/password/)
    expect((await readFile(join(dataDir, 'password'), 'utf8')).length).toBeGreaterThan(20)

    // Migrations apply once, from several processes at once too, and an edited one is noticed.
    const applied = await Promise.all([migrate(again.url('two')), migrate(again.url('two'))])
    expect(applied.map((list) => list.length).sort()[0]).toBe(0)
    expect(await migrate(again.url('two'))).toEqual([])
    await ask(
      again.url('two'),
      "update supabase_migrations.schema_migrations set statements = array['other']",
    )
    await expect(migrate(again.url('two'))).rejects.toMatchObject({ code: 'store.migration-changed' })
    // Nothing is open to browsers: row level security on every table, no grant to anon.
    expect(
      await ask(
        again.url('two'),
        "select relname from pg_class where relnamespace = 'gesim'::regnamespace and relkind in ('r', 'p') and not relrowsecurity",
      ),
    ).toEqual([])
    expect(
      await ask(
        again.url('two'),
        "select table_name from information_schema.role_table_grants where table_schema = 'gesim' and grantee in ('anon', 'authenticated')",
      ),
    ).toEqual([])
    await again.stop()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}, 60_000)
