// Looks into the databases of a running stack, past every door: tests only.
import pg from 'pg'

export interface Database {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/** Connects to a database of the stack. */
export async function openDatabase(url: string): Promise<Database> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as Row[],
    close: () => client.end(),
  }
}

/** Every row of every table as text, by table, system schemas left out. */
export async function everyRow(database: Database): Promise<Map<string, string[]>> {
  const tables = await database.query<{
    name: string
  }>(`select format('%I.%I', table_schema, table_name) as name
    from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`)
  const found = new Map<string, string[]>()
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`)
    if (rows.length > 0)
      found.set(
        name,
        rows.map(({ row }) => row),
      )
  }
  return found
}
