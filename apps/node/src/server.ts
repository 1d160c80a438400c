import { type Log, readSettings, refuse, systemClock } from '@gesim/base'
import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import { identityAccess, identitySettings } from '@gesim/identity'
import { intentsAccess } from '@gesim/intents'
import type { Access, Running, Stage, StageContext, Store } from '@gesim/store'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { catalogueOf, intentOf, registerErrors } from './errors.ts'
import { startEventSpans } from './event-spans.ts'
import { registerIdempotency, sweepNodeRows } from './idempotency.ts'
import { registerLimits } from './limits.ts'
import { registerNetwork } from './network.ts'
import { registerOpenApi } from './openapi.ts'
import { registerRequestLog, registerRequestPage } from './request-log.ts'
import { HOLDINGS } from './roles.ts'
import type { NodeSettings } from './settings.ts'
import type { Telemetry } from './telemetry.ts'
import { registerValidation } from './validation.ts'

export interface NodeParts {
  readonly stages: readonly Stage[]
  readonly settings: NodeSettings
  readonly env: Readonly<Record<string, string | undefined>>
  readonly store: Store
  readonly log: Log
  readonly telemetry: Telemetry
  readonly signal: AbortSignal
}

export interface RunningNode {
  readonly url: string
  stop(): Promise<void>
}

const BODY_LIMIT_BYTES = 16_384
const SHUTDOWN_WITHIN_MS = 5_000

/** Starts the stages, then their routes, then listens. */
export async function startNode(parts: NodeParts): Promise<RunningNode> {
  const { stages, settings, store, log } = parts
  const local = settings.chainId === LOCAL_CHAIN_ID
  const identity = identityAccess(
    store,
    readSettings({ webOrigins: identitySettings.webOrigins }, parts.env),
    local,
  )
  const access: Access = {
    traveller: identity.traveller,
    carrier: identity.carrier,
    operator: identity.operator,
    device: intentsAccess(store).device,
  }
  const running: Running[] = []
  const contexts = new Map<Stage, StageContext>()
  for (const stage of stages) {
    const context: StageContext = {
      store,
      access,
      log: log.with({ stage: stage.name }),
      clock: systemClock,
      signal: parts.signal,
      chain: { rpcUrl: settings.rpcUrl, chainId: settings.chainId, addresses: settings.addresses },
      settings: readSettings(stage.settings, parts.env),
      holdings: HOLDINGS,
    }
    contexts.set(stage, context)
    running.push(await stage.start(context))
  }

  const app = createApp(settings)
  registerErrors(app, catalogueOf(stages), log)
  await registerOpenApi(app)
  registerLimits(app, local)
  app.addHook('onRequest', async (request) => identity.requireOwnOrigin(request))
  registerIdempotency(app, store)
  const stopRequestLog = registerRequestLog(app, store, log, parts.telemetry)
  registerNetwork(
    app,
    store,
    settings,
    stages.map(({ name }) => name),
  )
  registerRequestPage(app, store, async (request) => {
    if (!(await access.operator(request as FastifyRequest))) throw refuse('node.not-operator')
  })
  for (const stage of stages) await stage.routes?.(app, contexts.get(stage)!)
  const url = await app.listen({ host: settings.host, port: settings.port })
  const sweeper = store.schedule('node.sweep', 3_600, () => sweepNodeRows(store))
  const stopSpans = await startEventSpans(store, parts.telemetry, log)

  return {
    url,
    async stop() {
      stopSpans()
      await Promise.race([app.close(), new Promise((resolve) => setTimeout(resolve, SHUTDOWN_WITHIN_MS))])
      await Promise.allSettled([sweeper.stop(), ...running.reverse().map((one) => one.stop())])
      await stopRequestLog()
    },
  }
}

function createApp(settings: NodeSettings): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: settings.trustProxy.length ? [...settings.trustProxy] : false,
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 512 },
  })
  registerValidation(app)
  app.addHook('onRequest', async (request, reply) => {
    const intentId = intentOf(request)
    if (intentId) reply.header('x-correlator', intentId)
    else if (
      typeof request.headers['x-correlator'] === 'string' &&
      /^[\w-]{1,128}$/.test(request.headers['x-correlator'])
    ) {
      reply.header('x-correlator', request.headers['x-correlator'])
    }
    reply.header('x-content-type-options', 'nosniff')
  })
  return app
}
