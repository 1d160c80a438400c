import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Clock, type Log, refuse, type SettingsOf, systemClock } from '@gesim/base'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { startDeliveries } from './deliveries.ts'
import { OUTCOMES, type Outcome, overPage, payPage } from './page.ts'
import type { cardRampSettings } from './settings.ts'
import { type Hex, type Order, openState } from './state.ts'

export interface CardRampServer {
  readonly url: string
  close(): Promise<void>
}

const MOST_MICROS = 10_000_000_000n
const FEE_BPS = 150n
const LEAST_FEE_MINOR = 30n

/** What a card would be charged, in cents: a dollar a USDC, rounded up, and the provider's fee. */
function priceOf(amountMicros: bigint): { payMinor: number; feeMinor: number } {
  const cents = (amountMicros + 9_999n) / 10_000n
  const share = (cents * FEE_BPS + 9_999n) / 10_000n
  const fee = share > LEAST_FEE_MINOR ? share : LEAST_FEE_MINOR
  return { payMinor: Number(cents + fee), feeMinor: Number(fee) }
}

interface OrderBody {
  key?: unknown
  amountMicros?: unknown
  address?: unknown
  returnUrl?: unknown
  notifyUrl?: unknown
}

/** Starts the simulator of a card provider on loopback. */
export async function startCardRamp(
  settings: SettingsOf<typeof cardRampSettings>,
  log: Log,
  clock: Clock = systemClock,
): Promise<CardRampServer> {
  const file = openState(settings.stateFile)
  const deliveries = await startDeliveries(
    { rpcUrl: settings.rpcUrl, usdc: settings.usdc, key: settings.deliveryKey },
    file,
    notify,
    log,
  )
  const app = fastify({ bodyLimit: 16_384 })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text, done) => done(null, new URLSearchParams(String(text))),
  )

  /** Tells the customer that something happened, not what: it asks, with its key. Lost where it does not answer. */
  function notify(order: Order): void {
    fetch(order.notifyUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderId: order.orderId }),
      signal: AbortSignal.timeout(5_000),
    }).then(
      (answer) => answer.arrayBuffer(),
      (error) => log.warn('a notice was not delivered', { error }),
    )
  }

  function move(order: Order, state: Order['state'], why?: Order['why']): void {
    order.state = state
    if (why) order.why = why
    if (state === 'paid') order.paidAtMs = clock.nowMs()
    file.save()
    notify(order)
    deliveries.wake()
  }

  /** An order as it is now: one that nobody paid in time is over. */
  function find(orderId: string): Order | undefined {
    const order = Object.hasOwn(file.orders, orderId) ? file.orders[orderId] : undefined
    if (order?.state === 'open' && clock.nowMs() >= order.expiresAtMs) move(order, 'expired')
    return order
  }

  const shown = (order: Order) => ({
    orderId: order.orderId,
    state: order.state,
    url: `${publicUrl}/pay/${order.orderId}`,
    payMinor: order.payMinor,
    feeMinor: order.feeMinor,
    currency: 'USD',
    expiresAt: Math.floor(order.expiresAtMs / 1_000),
    ...(order.why ? { why: order.why } : {}),
    ...(order.state === 'delivered' ? { txHash: order.signed!.hash } : {}),
  })

  const digest = (text: string) => createHash('sha256').update(text).digest()
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return
    const borne = digest(request.headers.authorization ?? '')
    if (!timingSafeEqual(borne, digest(`Bearer ${settings.apiKey}`)))
      return reply.code(401).send({ error: 'key' })
  })

  app.post<{ Body: OrderBody }>('/v1/quotes', async ({ body }, reply) => {
    const amount = amountOf(body)
    if (amount === null) return reply.code(400).send({ error: 'amount' })
    const expiresAt = Math.floor(clock.nowMs() / 1_000) + settings.openSeconds
    return { ...priceOf(amount), currency: 'USD', expiresAt }
  })

  app.post<{ Body: OrderBody }>('/v1/orders', async ({ body }, reply) => {
    const amount = amountOf(body)
    const { key, address, returnUrl, notifyUrl } = body ?? {}
    const known = Object.values(file.orders).find((order) => order.key === key)
    if (known) return shown(find(known.orderId)!)
    const returns = settings.returnOrigins.includes(originOf(returnUrl) ?? '')
    if (amount === null || typeof key !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(String(address)))
      return reply.code(400).send({ error: 'order' })
    if (!returns || originOf(notifyUrl) === null) return reply.code(400).send({ error: 'url' })
    const order: Order = {
      orderId: randomBytes(16).toString('base64url'),
      key,
      address: address as Hex,
      amountMicros: amount.toString(),
      ...priceOf(amount),
      returnUrl: String(returnUrl),
      notifyUrl: String(notifyUrl),
      expiresAtMs: clock.nowMs() + settings.openSeconds * 1_000,
      state: 'open',
    }
    file.orders[order.orderId] = order
    file.save()
    return shown(order)
  })

  app.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params }, reply) => {
    const order = find(params.id)
    return order ? shown(order) : reply.code(404).send({ error: 'order' })
  })

  app.post<{ Params: { id: string } }>('/v1/orders/:id/cancel', async ({ params }, reply) => {
    const order = find(params.id)
    if (!order) return reply.code(404).send({ error: 'order' })
    if (order.state === 'open') move(order, 'cancelled')
    return shown(order)
  })

  app.get<{ Params: { id: string } }>('/pay/:id', async ({ params }, reply) => {
    const order = find(params.id)
    const nonce = headed(reply)
    if (order?.state === 'open') return payPage(order, nonce)
    return reply.code(410).send(overPage(order, nonce))
  })

  app.post<{ Params: { id: string } }>(
    '/pay/:id',
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const order = find(request.params.id)
      const nonce = headed(reply)
      if (!order) return reply.code(410).send(overPage(undefined, nonce))
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      const outcome = form.get('outcome') ?? ''
      if (!Object.hasOwn(OUTCOMES, outcome)) return reply.code(400).send(payPage(order, nonce))
      // A second tap, or an old page: what was decided stays, and the buyer goes back all the same.
      if (order.state === 'open') decide(order, outcome as Outcome)
      return reply.redirect(order.returnUrl, 303)
    },
  )

  function decide(order: Order, outcome: Outcome): void {
    if (outcome === 'pay') move(order, 'paid')
    else if (outcome === 'cancel') move(order, 'cancelled')
    else move(order, 'failed', outcome === 'decline' ? 'declined' : 'undelivered')
  }

  let publicUrl: string
  try {
    const url = await app.listen({ host: '127.0.0.1', port: settings.port })
    publicUrl = settings.publicUrl || `http://localhost:${new URL(url).port}`
    return {
      url: publicUrl,
      async close() {
        await app.close()
        await deliveries.stop()
      },
    }
  } catch (cause) {
    await deliveries.stop()
    throw refuse('card-ramp.port-taken', { port: settings.port }, cause)
  }
}

function amountOf(body: OrderBody | undefined): bigint | null {
  const text = body?.amountMicros
  if (typeof text !== 'string' || !/^[1-9]\d{0,14}$/.test(text)) return null
  return BigInt(text) <= MOST_MICROS ? BigInt(text) : null
}

function originOf(url: unknown): string | null {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : null
}

/** Headers of a page: nothing but its own style runs, nothing is kept. */
function headed(reply: FastifyReply): string {
  const nonce = randomBytes(16).toString('base64')
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
  })
  return nonce
}
