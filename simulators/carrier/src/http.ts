import { isFailure, type Log, refuse, toBase64 } from '@gesim/base'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { carrierFailures } from './failures.ts'
import { FAULT_MODES } from './faults.ts'
import { dropUnsold } from './orders.ts'
import { allSubscriptions, type Parts } from './parts.ts'
import { radioRoutes } from './radio.ts'
import { requireTemplate } from './subscriber.ts'

/** Largest template package. */
const MOST_TEMPLATE_BYTES = 1 << 20

/** The plain HTTP side on loopback: the radio, and the admin interface for tests. */
export function httpServer(parts: Parts): FastifyInstance {
  const app = fastify({ bodyLimit: MOST_TEMPLATE_BYTES, forceCloseConnections: true })
  app.setErrorHandler((error, _request, reply) => answerFailure(error, reply, parts.log))
  radioRoutes(app, parts)
  if (parts.settings.adminToken !== '') adminRoutes(app, parts)
  return app
}

function answerFailure(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  if (!isFailure(error)) {
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status >= 500) log.error('a request failed', { error })
    const message = status < 500 ? (error as Error).message : 'The simulator failed.'
    return reply
      .code(status)
      .send({ status, code: 'carrier.bad-request', message, remedy: 'See the README.' })
  }
  const texts: Record<string, { says: string; remedy: string; httpStatus?: number }> = carrierFailures
  const text = texts[error.code]
  const status = text?.httpStatus ?? (error.kind === 'unreachable' ? 503 : 409)
  const { cumBytes } = error.facts
  return reply.code(status).send({
    status,
    code: error.code,
    message: text?.says ?? error.message,
    remedy: text?.remedy ?? '',
    ...(cumBytes === undefined ? {} : { cumBytes }),
  })
}

/** Faults, template and counts, for tests and demonstrations. Behind a token, on loopback, never in production. */
function adminRoutes(app: FastifyInstance, parts: Parts): void {
  const { file, fault, settings } = parts

  const admit = async (request: FastifyRequest): Promise<void> => {
    if (request.headers.authorization !== `Bearer ${settings.adminToken}`) throw refuse('carrier.not-allowed')
  }

  app.put<{ Body: { mode?: string; delayMs?: number } }>(
    '/admin/fault',
    { onRequest: admit },
    async (request) => {
      const mode = FAULT_MODES.find((one) => one === request.body?.mode)
      if (!mode) throw refuse('carrier.bad-request', { why: `mode is one of ${FAULT_MODES.join(', ')}` })
      fault.mode = mode
      fault.delayMs = Math.min(Math.max(Number(request.body.delayMs ?? 0), 0), 600_000)
      return fault
    },
  )

  app.put('/admin/template', { onRequest: admit }, async (request, reply) => {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > MOST_TEMPLATE_BYTES)
        throw refuse('carrier.not-a-profile', { why: 'larger than a megabyte' })
      chunks.push(chunk)
    }
    const bytes = Uint8Array.from(Buffer.concat(chunks))
    requireTemplate(bytes)
    file.state.template = toBase64(bytes)
    file.save()
    await dropUnsold(parts)
    return reply.code(204).send()
  })

  app.delete('/admin/template', { onRequest: admit }, async (_request, reply) => {
    file.state.template = ''
    file.save()
    await dropUnsold(parts)
    return reply.code(204).send()
  })

  app.get('/admin/state', { onRequest: admit }, async () => {
    const all = allSubscriptions(parts)
    const count = (test: (one: (typeof all)[number]) => boolean) => all.filter(test).length
    const sold = all.filter((one) => one.soldAtMs !== undefined)
    const last = sold.sort((a, b) => b.soldAtMs! - a.soldAtMs!)[0]
    return {
      name: settings.name,
      book: settings.book,
      fault,
      lastProfile: last?.package ? { source: last.package.source, packageBytes: last.package.bytes } : null,
      template: file.state.template !== '',
      orders: all.length,
      confirmed: count((one) => one.order === 'confirmed'),
      cancelled: count((one) => one.order === 'cancelled'),
      installed: count((one) => one.installed),
      receipts: count((one) => one.receiptPosted),
      inService: count((one) => one.service === 'on'),
      ended: count((one) => one.service === 'ended'),
      cumBytes: all.reduce((sum, one) => sum + one.cumBytes, 0),
    }
  })
}
