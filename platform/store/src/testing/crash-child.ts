import { sleepMs } from '@gesim/base'
import { sql } from 'kysely'
import { connect } from '../store.ts'

// Run by crash.test.ts and killed at any moment: follows the journal and works a queue on the database it is given.
const store = await connect(process.argv[2]!, { connections: 4 })
store.follow({ reader: 'crash', kinds: ['profile.ready'], batch: 4 }, async (event, tx) => {
  await sql`insert into gesim.crash_events (seq, pid) values (${event.seq}, ${process.pid})`.execute(tx)
  await store.enqueue(tx, 'crash.job', { seq: event.seq.toString() }, { key: event.seq.toString() })
  await sleepMs(Math.random() * 4)
})
await store.work<{ seq: string }>(
  'crash.job',
  async (data, tx) => {
    await sleepMs(Math.random() * 10)
    await sql`insert into gesim.crash_jobs (seq, pid) values (${data.seq}::bigint, ${process.pid})`.execute(
      tx,
    )
    await sleepMs(Math.random() * 10)
  },
  { concurrency: 2 },
)
process.stdout.write('ready\n')
