import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { broken } from '@gesim/base'
import pg from 'pg'
import { named } from './errors.ts'
import { installJobs } from './jobs.ts'

/** Where the migrations lie: the folder that the Supabase tools read too. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../../deploy/supabase/migrations', import.meta.url))

/** One migration file. */
export interface Migration {
  /** The digits before the first underscore, as Supabase records them. */
  readonly version: string
  readonly name: string
  readonly text: string
}

/** The migrations in their order. */
export async function readMigrations(dir = MIGRATIONS_DIR): Promise<Migration[]> {
  const files = (await readdir(dir)).filter((file) => /^\d{14}_[a-z0-9_-]+\.sql$/.test(file)).sort()
  return await Promise.all(
    files.map(async (file) => ({
      version: file.slice(0, 14),
      name: file.slice(15, -4),
      text: await readFile(`${dir}/${file}`, 'utf8'),
    })),
  )
}

/**
 * Applies the migrations that a database does not have yet, each in a transaction, and records them where Supabase's
 * own tools do. Safe to call from several processes at once. Throws `store.migration-changed` when an applied one was
 * edited, `store.migration-failed` when one does not apply.
 */
export async function migrate(url: string, dir = MIGRATIONS_DIR): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'gesim migrate' })
  const applied: string[] = []
  try {
    await client.connect()
    await client.query("select pg_advisory_lock(hashtextextended('gesim.migrate', 0))")
    await client.query('create schema if not exists supabase_migrations')
    await client.query(`create table if not exists supabase_migrations.schema_migrations
      (version text primary key, statements text[], name text)`)
    const { rows } = await client.query(
      'select version, statements from supabase_migrations.schema_migrations',
    )
    const known = new Map<string, string[] | null>(rows.map((row) => [row.version, row.statements]))
    for (const migration of await readMigrations(dir)) {
      const before = known.get(migration.version)
      if (known.has(migration.version)) {
        // Supabase's tools split a file into statements; only what this runner recorded can be compared.
        if (before?.length === 1 && before[0] !== migration.text)
          throw broken('store.migration-changed', { name: migration.name, version: migration.version })
        continue
      }
      await client.query('begin')
      try {
        await client.query(migration.text)
        await client.query('insert into supabase_migrations.schema_migrations values ($1, $2, $3)', [
          migration.version,
          [migration.text],
          migration.name,
        ])
        await client.query('commit')
      } catch (error) {
        await client.query('rollback').catch(() => {})
        const why = error instanceof Error ? error.message : String(error)
        throw broken('store.migration-failed', { name: migration.name, why }, error)
      }
      applied.push(migration.version)
    }
    await installJobs(url)
    return applied
  } catch (error) {
    throw named(error)
  } finally {
    await client.end().catch(() => {})
  }
}
