// What tests of one stage put in the place of other stages.
import type { Hex } from '@gesim/journey'
import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { Access } from '../stage.ts'
import type { Store } from '../store.ts'

/**
 * In the place of identity: the bearer token itself says who asks, as `payer/<account>`, `device/<key>/<intent>` or
 * `carrier/<book>`.
 */
export function tokenAccess(options: { readonly isOperator: boolean }): Access {
  return {
    async traveller(request) {
      const [kind, account] = bearer(request)
      return kind === 'payer' ? { account: account as Hex } : null
    },
    async device(request) {
      const [kind, device, intentId] = bearer(request)
      return kind === 'device' ? { device: device as Hex, intentId: intentId as Hex } : null
    },
    async carrier(request) {
      const [kind, book] = bearer(request)
      return kind === 'carrier' ? { carrierId: Number(book), books: [Number(book)] } : null
    },
    operator: async () => options.isOperator,
  }
}

function bearer(request: FastifyRequest): string[] {
  return (request.headers.authorization ?? '').replace('Bearer ', '').split('/')
}

/** In the place of the Intent Manager's views: tables of the same columns, which the test writes. */
export async function standInIntents({ db }: Store): Promise<void> {
  await sql`drop view if exists gesim.intents_facts cascade`.execute(db)
  await sql`drop view if exists gesim.device_bindings cascade`.execute(db)
  await sql`create table gesim.intents_facts (intent_id text primary key, payer text, terms jsonb,
    books int[], plan_id text, profile_type text, country text, state text, ended boolean,
    renewed boolean)`.execute(db)
  await sql`create table gesim.device_bindings (intent_id text, device text, valid_until bigint,
    payer_signature text)`.execute(db)
}
