import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Eid } from '@gesim/sgp22'
import pg from 'pg'
import type { EventRecord, EventState } from './ports.ts'

const SCHEMA = readFileSync(new URL('../sql/schema.sql', import.meta.url), 'utf8')

interface Row {
  event_id: string
  rsp_server_address: string
  owner: string
  forwarded: boolean
  expires_at: Date
}

function eventOf(row: Row): EventRecord {
  return {
    eventId: row.event_id,
    rspServerAddress: row.rsp_server_address,
    owner: row.owner,
    forwarded: row.forwarded,
    expiresAtMs: row.expires_at.getTime(),
  }
}

/** Events in a Postgres database of their own; EIDs are kept as keyed hashes only. `dataKey` has 32 bytes. */
export async function postgresEvents(databaseUrl: string, dataKey: Uint8Array): Promise<EventState> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  await pool.query(SCHEMA)
  const keyOf = (eid: Eid) => createHmac('sha256', dataKey).update(`gesim smds eid\0${eid}`).digest()
  return {
    add: async (eid, event) => {
      const { rowCount } = await pool.query(
        `insert into smds.event (eid_key, event_id, rsp_server_address, owner, forwarded, expires_at)
         values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0)) on conflict do nothing`,
        [keyOf(eid), event.eventId, event.rspServerAddress, event.owner, event.forwarded, event.expiresAtMs],
      )
      return rowCount === 1
    },
    remove: async (eid, eventId, owner) => {
      const { rows } = await pool.query<Row>(
        'delete from smds.event where eid_key = $1 and event_id = $2 and owner = $3 returning *',
        [keyOf(eid), eventId, owner],
      )
      return rows[0] && eventOf(rows[0])
    },
    list: async (eid, nowMs) => {
      const { rows } = await pool.query<Row>(
        `select * from smds.event where eid_key = $1 and expires_at > to_timestamp($2 / 1000.0)
          order by registered_at, event_id`,
        [keyOf(eid), nowMs],
      )
      return rows.map(eventOf)
    },
    forget: async (nowMs) => {
      const { rowCount } = await pool.query(
        'delete from smds.event where expires_at <= to_timestamp($1 / 1000.0)',
        [nowMs],
      )
      return rowCount ?? 0
    },
    close: () => pool.end(),
  }
}
