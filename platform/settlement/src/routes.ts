import type { Store } from '@gesim/store'
import { epochsRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { epochInputs, leafProofIn, listEpochs, nodeIn, showEpoch } from './serve.ts'
import type { Settlement } from './settlement.ts'
import { Trees } from './trees.ts'

/** What attestors and anyone who checks read, and the one thing that attestors write. */
export function settlementRoutes(
  app: FastifyInstance,
  store: Pick<Store, 'db'>,
  settlement: Pick<Settlement, 'attest' | 'remainderOf'>,
): void {
  const trees = new Trees(store.db)
  serve(app, epochsRoutes.list, async ({ query }) => ({
    epochs: await listEpochs(store, query.limit ?? 50, query.state),
  }))
  serve(app, epochsRoutes.get, ({ params }) => showEpoch(store, params.epoch))
  serve(app, epochsRoutes.inputs, ({ params }) => epochInputs(store, trees, params.epoch))
  serve(app, epochsRoutes.proof, ({ params }) => leafProofIn(store, trees, params.epoch, params.id))
  serve(app, epochsRoutes.node, ({ params }) =>
    nodeIn(store, trees, params.epoch, params.level, params.place),
  )
  serve(app, epochsRoutes.remainder, ({ params }) => settlement.remainderOf(params.id))
  serve(app, epochsRoutes.attest, async ({ params, body }) => ({
    accepted: true as const,
    weightBps: await settlement.attest(params.epoch, body),
  }))
}
