import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Readable } from 'node:stream'
import { bytesEqual, concatBytes, fromHex, refuse, toHex } from '@gesim/base'
import { milenage, sqnOfAuts, type Vector, vectorOf } from '@gesim/euicc'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { allSubscriptions, type Parts } from './parts.ts'
import type { Subscription } from './state.ts'
import { radioAt } from './telemetry.ts'
import { allowanceOf } from './usage.ts'

/** Octets of one transfer. */
const MOST_TRANSFER_BYTES = 64 << 20
/** AMF with the separation bit set, as in LTE and later (TS 33.102, annex H). */
const AMF = Uint8Array.of(0x80, 0x00)
/** An attach that is not answered is forgotten. */
const ATTACH_MS = 30_000
const MOST_ATTACHES = 10_000

interface Attach {
  readonly subscription: Subscription
  readonly rand: Uint8Array
  readonly vector: Vector
  readonly untilMs: number
}

interface Session {
  readonly subscription: Subscription
  readonly key: Uint8Array
  counter: number
}

/**
 * The radio in software: a phone attaches with the card's real authentication (AKA), and every octet it then sends or
 * asks for is counted. The protocol is in the README; nothing of it is 3GPP's air interface but the authentication.
 */
export function radioRoutes(app: FastifyInstance, parts: Parts): void {
  const attaches = new Map<string, Attach>()
  const sessions = new Map<string, Session>()
  const { file, settings } = parts

  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))

  function challenge(subscription: Subscription) {
    const rand = Uint8Array.from(randomBytes(16))
    const functions = milenage(fromHex(subscription.ki), fromHex(subscription.opc))
    const sqn = BigInt(subscription.sqn)
    // Written before it is used: a sequence number that is used twice is a network that the card does not trust.
    // The next SEQ, and the next of the 32 indices (annex C.1.1).
    subscription.sqn = String((((sqn >> 5n) + 1n) << 5n) | ((sqn + 1n) & 31n))
    file.save()
    const vector = vectorOf(functions, rand, sqn, AMF)
    for (const [id, attach] of attaches) if (attach.untilMs < parts.clock.nowMs()) attaches.delete(id)
    if (attaches.size >= MOST_ATTACHES)
      throw refuse('carrier.bad-request', { why: 'too many phones attach at once' })
    const attachId = toHex(Uint8Array.from(randomBytes(16)))
    attaches.set(attachId, { subscription, rand, vector, untilMs: parts.clock.nowMs() + ATTACH_MS })
    return { attachId, rand: toHex(rand), autn: toHex(vector.autn) }
  }

  app.post('/radio/attach', async (request, reply) => {
    const imsi = textOf(request.body, 'imsi', /^\d{6,15}$/)
    const subscription = allSubscriptions(parts).find((one) => one.imsi === imsi && one.order !== 'cancelled')
    if (!subscription) throw refuse('carrier.authentication-failed')
    return reply.code(201).send(challenge(subscription))
  })

  app.post<{ Params: { attachId: string } }>('/radio/attach/:attachId/answer', async (request) => {
    const { attachId } = request.params
    const attach = attaches.get(attachId)
    attaches.delete(attachId)
    if (!attach || attach.untilMs < parts.clock.nowMs()) throw refuse('carrier.authentication-failed')
    const { subscription, rand, vector } = attach
    const body = request.body as { res?: unknown; auts?: unknown }
    if (body.auts !== undefined) {
      const functions = milenage(fromHex(subscription.ki), fromHex(subscription.opc))
      const sqn = sqnOfAuts(functions, rand, fromHex(textOf(body, 'auts', /^[0-9a-f]{28}$/i)))
      if (sqn === undefined) throw refuse('carrier.authentication-failed')
      subscription.sqn = String(((sqn >> 5n) + 1n) << 5n)
      return challenge(subscription)
    }
    if (body.res === undefined) throw refuse('carrier.authentication-failed')
    const res = fromHex(textOf(body, 'res', /^[0-9a-f]{8,32}$/i))
    if (!bytesEqual(res, vector.xres)) throw refuse('carrier.authentication-failed')
    const sessionId = toHex(Uint8Array.from(randomBytes(16)))
    for (const [id, session] of sessions) if (session.subscription === subscription) sessions.delete(id)
    sessions.set(sessionId, { subscription, key: concatBytes(vector.ck, vector.ik), counter: 0 })
    return {
      sessionId,
      plmn: settings.plmn,
      rat: 'LTE',
      service: subscription.service === 'on' ? 'on' : 'off',
    }
  })

  /** The session of a request, proven with the keys that only this card and its home network have. */
  function sessionOf(request: FastifyRequest): Session {
    const header = request.headers['x-radio']
    const match = /^([0-9a-f]{32})\.([1-9]\d{0,14})\.([0-9a-f]{64})$/.exec(
      typeof header === 'string' ? header : '',
    )
    const session = match ? sessions.get(match[1]!) : undefined
    if (!match || !session) throw refuse('carrier.authentication-failed')
    const counter = Number(match[2])
    const mac = createHmac('sha256', session.key)
      .update(`${request.method} ${request.url} ${counter}`)
      .digest()
    if (!timingSafeEqual(mac, Buffer.from(match[3]!, 'hex')) || counter <= session.counter)
      throw refuse('carrier.authentication-failed')
    session.counter = counter
    return session
  }

  function allowed(subscription: Subscription): bigint {
    const allowance = allowanceOf(subscription, parts.clock.nowMs() / 1000)
    if (!('why' in allowance)) return allowance.bytes
    const facts = { cumBytes: subscription.cumBytes }
    if (allowance.why === 'exhausted') throw refuse('carrier.exhausted', facts)
    if (allowance.why === 'unsigned-credit') throw refuse('carrier.unsigned-credit', facts)
    throw refuse('carrier.service-off', facts)
  }

  function count(subscription: Subscription, bytes: number): void {
    subscription.cumBytes += bytes
    file.saveSoon()
  }

  app.get<{ Querystring: { bytes?: string } }>('/radio/down', async (request, reply) => {
    const { subscription } = sessionOf(request)
    const asked = Number(request.query.bytes)
    if (!Number.isInteger(asked) || asked < 1 || asked > MOST_TRANSFER_BYTES)
      throw refuse('carrier.bad-request', { why: 'bytes is 1 to 67108864' })
    const most = allowed(subscription)
    const length = BigInt(asked) < most ? asked : Number(most)
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-length', length)
      .send(Readable.from(octets(length, (sent) => count(subscription, sent))))
  })

  app.post('/radio/up', { bodyLimit: MOST_TRANSFER_BYTES }, async (request) => {
    const { subscription } = sessionOf(request)
    allowed(subscription)
    let bytes = 0
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      count(subscription, chunk.length)
      if (bytes > MOST_TRANSFER_BYTES)
        throw refuse('carrier.bad-request', { why: 'more than 64 MiB at once' })
    }
    return { bytes }
  })

  app.get('/radio/session', async (request) => {
    const { subscription } = sessionOf(request)
    const allowance = allowanceOf(subscription, parts.clock.nowMs() / 1000)
    return {
      service: subscription.service,
      cumBytes: subscription.cumBytes,
      vouchedBytes: subscription.vouchedBytes,
      stopped: 'why' in allowance ? allowance.why : null,
      telemetry: radioAt(settings.seed, settings.regions[0]!, settings.quality, parts.clock.nowMs()),
    }
  })

  app.post('/radio/detach', async (request, reply) => {
    const session = sessionOf(request)
    for (const [id, each] of sessions) if (each === session) sessions.delete(id)
    return reply.code(204).send()
  })
}

/** Octets in pieces, counted as they leave: what a phone that hangs up never got is not charged. */
function* octets(length: number, sent: (bytes: number) => void): Generator<Uint8Array> {
  const piece = new Uint8Array(64 * 1024).fill(0x47)
  for (let left = length; left > 0; ) {
    const next = left < piece.length ? piece.subarray(0, left) : piece
    left -= next.length
    sent(next.length)
    yield next
  }
}

function textOf(body: unknown, name: string, pattern: RegExp): string {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
  if (typeof value !== 'string' || !pattern.test(value)) throw refuse('carrier.bad-request', { member: name })
  return value
}
