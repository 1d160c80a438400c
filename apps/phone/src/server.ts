import { readFileSync } from 'node:fs'
import { isFailure, type Log, refuse } from '@gesim/base'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Phone } from './phone.ts'
import { httpStatusOf, showFailure } from './shown-failure.ts'

/** The page and its parts, served from memory. */
const PAGE: Readonly<Record<string, { type: string; file: string }>> = {
  '/': { type: 'text/html; charset=utf-8', file: 'index.html' },
  '/phone.css': { type: 'text/css; charset=utf-8', file: 'phone.css' },
  '/phone.js': { type: 'text/javascript; charset=utf-8', file: 'phone.js' },
  '/icon.svg': { type: 'image/svg+xml', file: 'icon.svg' },
}

const text = (maxLength: number, pattern?: string) => ({
  type: 'string',
  maxLength,
  ...(pattern ? { pattern } : {}),
})

const DOWNLOAD_BODY = {
  type: 'object',
  required: ['activationCode'],
  additionalProperties: false,
  properties: {
    activationCode: { ...text(255), minLength: 1 },
    pairingCode: text(6, '^[A-Za-z0-9]{6}$'),
    confirmationCode: text(64),
  },
}

const TRAFFIC_BODY = {
  type: 'object',
  required: ['bytes'],
  additionalProperties: false,
  properties: { bytes: { type: 'integer', minimum: 1, maximum: 10_000_000_000 } },
}

const ICCID_PARAMS = { type: 'object', properties: { iccid: text(20, '^[0-9]{18,20}$') } }

/** Only this machine may speak to the phone, also when a name on the web is made to point here. */
function isLocal(host: string | undefined): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host ?? '')
}

export interface ServedPhone {
  readonly url: string
  close(): Promise<void>
}

/** Serves a phone's page and its interface on a local port. */
export async function servePhone(
  phone: Phone,
  at: { readonly host: string; readonly port: number; readonly log: Log },
): Promise<ServedPhone> {
  const app = Fastify({ bodyLimit: 16_384, forceCloseConnections: true })
  const loopback = at.host === '127.0.0.1' || at.host === 'localhost' || at.host === '::1'

  app.addHook('onRequest', async (request) => {
    if (loopback && !isLocal(request.headers.host)) throw refuse('phone.bad-request', { why: 'foreign host' })
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
    reply.header('content-security-policy', "default-src 'self'; frame-ancestors 'none'; base-uri 'none'")
    // Activation codes stand in the address of the page.
    reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error, _request, reply) => {
    const known = isFailure(error) ? error : badRequest(error)
    if (!known) at.log.error('a request to the phone failed', { error })
    const status = httpStatusOf(known ?? error)
    return reply.code(status).send({ status, ...showFailure(known ?? error) })
  })
  app.setNotFoundHandler((_request, reply) => {
    const failure = refuse('phone.bad-request', { why: 'no such path' })
    return reply.code(404).send({ status: 404, ...showFailure(failure) })
  })

  for (const [path, { type, file }] of Object.entries(PAGE)) {
    const content = readFileSync(new URL(`./page/${file}`, import.meta.url))
    app.get(path, (_request, reply) => reply.type(type).send(content))
  }
  routes(app, phone)
  const url = await app.listen({ host: at.host, port: at.port })
  return { url, close: () => app.close() }
}

function badRequest(error: unknown) {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status >= 500) return undefined
  return refuse('phone.bad-request', { why: error instanceof Error ? error.message : 'malformed' })
}

function routes(app: FastifyInstance, phone: Phone): void {
  app.get('/api/state', async () => phone.state())
  app.get('/api/profiles', async () => ({ profiles: await phone.profiles() }))
  app.get('/api/events', (request, reply) => streamState(phone, reply, request.raw))

  app.post<{ Body: { activationCode: string; pairingCode?: string; confirmationCode?: string } }>(
    '/api/downloads',
    { schema: { body: DOWNLOAD_BODY } },
    async (request, reply) => reply.code(202).send(phone.startDownload(request.body)),
  )
  app.get<{ Params: { id: string } }>('/api/downloads/:id', async (request) =>
    phone.download(request.params.id),
  )

  const change = (path: string, run: (iccid: string) => Promise<void>) =>
    app.post<{ Params: { iccid: string } }>(
      `/api/profiles/:iccid/${path}`,
      { schema: { params: ICCID_PARAMS } },
      async (request) => {
        await run(request.params.iccid)
        return { profiles: await phone.profiles() }
      },
    )
  change('enable', (iccid) => phone.enable(iccid))
  change('disable', (iccid) => phone.disable(iccid))
  app.delete<{ Params: { iccid: string } }>(
    '/api/profiles/:iccid',
    { schema: { params: ICCID_PARAMS } },
    async (request) => {
      await phone.delete(request.params.iccid)
      return { profiles: await phone.profiles() }
    },
  )

  app.post<{ Body: { bytes: number }; Querystring: { wait?: string } }>(
    '/api/traffic',
    { schema: { body: TRAFFIC_BODY } },
    async (request, reply) => {
      const used = phone.useData(request.body.bytes)
      // Who waits gets the end of it; who does not follows it by the state.
      if (request.query.wait !== undefined) return await used
      const refused = await Promise.race([used.then(() => undefined), begun()]).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (refused) throw refused
      used.catch(() => undefined)
      return reply.code(202).send(phone.state().traffic)
    },
  )
  app.delete('/api/traffic', async () => {
    phone.stopData()
    return phone.state().traffic
  })
}

/** Long enough for a transfer that cannot begin to say so. */
const begun = () => new Promise<void>((resolve) => setTimeout(resolve, 300))

const KEEP_ALIVE_MS = 15_000

/** Server-sent events: the whole state after each change. */
function streamState(phone: Phone, reply: FastifyReply, request: NodeJS.EventEmitter): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const send = (state: unknown) => raw.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`)
  send(phone.state())
  const stop = phone.subscribe(send)
  const alive = setInterval(() => raw.write(': alive\n\n'), KEEP_ALIVE_MS)
  request.on('close', () => {
    stop()
    clearInterval(alive)
    raw.end()
  })
}
