import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sleepMs } from '@gesim/base'
import pg from 'pg'
import { startPostgres } from '../postgres.ts'

// The server that all test files share, in a process of its own: it outlives the test run that started it, so that
// the next run finds it warm, and ends once nobody has been connected for a while, however the tests ended.
const IDLE_MOST_MS = 60_000

const dir = process.argv[2]!
const postgres = await startPostgres({
  dataDir: join(dir, 'postgres'),
  // A test database need not survive a power cut.
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' },
})
await writeFile(join(dir, 'url.new'), postgres.url('postgres'), { mode: 0o600 })
await rename(join(dir, 'url.new'), join(dir, 'url'))

let idleMs = 0
while (idleMs < IDLE_MOST_MS) {
  await sleepMs(2_000)
  idleMs += 2_000
  try {
    const client = new pg.Client({ connectionString: postgres.url('postgres') })
    await client.connect()
    const { rows } = await client.query<{ n: string }>(
      "select count(*) as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    )
    await client.end()
    if (Number(rows[0]!.n) > 0) idleMs = 0
  } catch {
    break
  }
}
await rm(join(dir, 'url'), { force: true })
await postgres.stop()
await rm(join(dir, 'postgres'), { recursive: true, force: true })
