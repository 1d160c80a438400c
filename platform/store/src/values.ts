import pg from 'pg'

const INT8 = 20
const INT8_ARRAY = 1016

/**
 * How values come out of Postgres, the same on every road: `bigint` columns as `bigint` (never a rounded number),
 * the rest as `pg` does it: `numeric` as text, `timestamptz` as `Date`, `jsonb` as values, `bytea` as `Buffer`.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary')
    if (oid === INT8) return BigInt
    if (oid === INT8_ARRAY) {
      const parse = pg.types.getTypeParser(INT8_ARRAY as number, 'text') as (
        text: string,
      ) => (string | null)[]
      return (text: string) => parse(text).map((value) => (value === null ? null : BigInt(value)))
    }
    return pg.types.getTypeParser(oid, 'text')
  }) as typeof pg.types.getTypeParser,
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** Brings rows that were read with the defaults of `pg` into the form of `valueTypes`. In place. */
export function convertRows(rows: Record<string, unknown>[], fields: readonly Field[] | undefined): void {
  for (const field of fields ?? []) {
    if (field.dataTypeID !== INT8 && field.dataTypeID !== INT8_ARRAY) continue
    for (const row of rows) {
      const value = row[field.name]
      if (typeof value === 'string') row[field.name] = BigInt(value)
      else if (Array.isArray(value))
        row[field.name] = value.map((item) => (typeof item === 'string' ? BigInt(item) : item))
    }
  }
}
