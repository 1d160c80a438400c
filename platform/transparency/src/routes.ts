import { logRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import type { TransparencyLog } from './transparency.ts'

/** The log for whoever wants to check it. */
export function transparencyRoutes(app: FastifyInstance, log: TransparencyLog): void {
  serve(app, logRoutes.checkpoint, () => log.checkpoint())
  serve(app, logRoutes.entries, ({ query }) => log.entries(query.from, query.to))
  serve(app, logRoutes.proof, ({ params }) => log.proof(params.leafHash))
  serve(app, logRoutes.consistency, ({ query }) => log.consistency(query.first, query.second))
}
