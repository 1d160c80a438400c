import { unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { OnRamp, OnRampPrice, OnRampStart, OnRampStatus } from './ports.ts'

const TIMEOUT_MS = 5_000
const MOST_ANSWER_CHARACTERS = 16_384

interface Shown extends OnRampStart {
  readonly state: 'open' | 'paid' | 'delivered' | 'failed' | 'cancelled' | 'expired'
  readonly why?: 'declined' | 'undelivered'
  readonly txHash?: Hex
}

/**
 * The card sandbox (simulators/card-ramp): no card is charged, and what it delivers is test USDC. A real provider is another
 * adapter behind the same port; this one is never used off a local chain.
 */
export function sandboxCard(options: {
  readonly url: string
  readonly apiKey: string
  /** Where it says that an order moved. */
  readonly noticeUrl: string
}): OnRamp {
  async function ask<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    try {
      const answer = await fetch(new URL(path, options.url), {
        method,
        headers: {
          authorization: `Bearer ${options.apiKey}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const text = await answer.text()
      if (!answer.ok || text.length > MOST_ANSWER_CHARACTERS) throw new Error(`answered ${answer.status}`)
      return JSON.parse(text) as Answer
    } catch (cause) {
      throw unreachable('treasury.on-ramp-unreachable', {}, cause)
    }
  }
  const order = (orderId: string) => `/v1/orders/${encodeURIComponent(orderId)}`
  return {
    name: 'sandbox',
    sandbox: true,
    quote: (amountMicros) => ask<OnRampPrice>('POST', '/v1/quotes', { amountMicros: String(amountMicros) }),
    start: ({ key, amountMicros, account, returnUrl }) =>
      ask<OnRampStart>('POST', '/v1/orders', {
        key,
        amountMicros: String(amountMicros),
        address: account,
        returnUrl,
        notifyUrl: options.noticeUrl,
      }),
    status: async (orderId) => statusOf(await ask<Shown>('GET', order(orderId))),
    cancel: async (orderId) => statusOf(await ask<Shown>('POST', `${order(orderId)}/cancel`, {})),
  }
}

function statusOf(shown: Shown): OnRampStatus {
  switch (shown.state) {
    case 'open':
      return { kind: 'waiting' }
    case 'paid':
      return { kind: 'paid' }
    case 'delivered':
      return { kind: 'delivered', txHash: shown.txHash! }
    case 'expired':
      return { kind: 'expired' }
    case 'cancelled':
      return { kind: 'failed', why: 'cancelled' }
    case 'failed':
      return { kind: 'failed', why: shown.why ?? 'undelivered' }
  }
}
