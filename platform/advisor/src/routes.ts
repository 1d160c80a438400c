import { refuse } from '@gesim/base'
import type { StageContext } from '@gesim/store'
import { type AdvisorDecision, advisorRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { advisorSettings } from './settings.ts'
import { type DecisionRow, decisionsBefore } from './table.ts'

/** The decisions log. */
export function routes(app: FastifyInstance, context: StageContext<typeof advisorSettings>): void {
  serve(app, advisorRoutes.decisions, async ({ query, request }) => {
    if (!(await context.access.operator(request))) throw refuse('advisor.operators-only')
    const { kind, before, limit = 50 } = query
    const rows = await decisionsBefore(context.store.db, {
      limit,
      ...(kind ? { kind } : {}),
      ...(before ? { before: BigInt(before) } : {}),
    })
    return { decisions: rows.map(toDecision) }
  })
}

function toDecision(row: DecisionRow): AdvisorDecision {
  return {
    id: row.id.toString(),
    atMs: row.at.getTime(),
    kind: row.kind,
    rulesVersion: row.rules_version,
    ...(row.intent_id === null ? {} : { intentId: row.intent_id }),
    ...(row.book === null ? {} : { book: row.book }),
    choice: row.choice,
    why: row.why,
    ...(row.scores === null ? {} : { scores: row.scores }),
    inputsHash: row.inputs_hash,
  }
}
