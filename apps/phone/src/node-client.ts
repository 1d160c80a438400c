import { type FailureFacts, refuse, unreachable } from '@gesim/base'
import type { AnswerOf, BodyOf, DeviceIntent, devicesRoutes } from '@gesim/wire'
import type { Hex } from 'viem'

const TIMEOUT_MS = 15_000

/** Sends one request in JSON; the failure of the other side comes back with its own code in the facts. */
export async function askJson<T>(
  url: string,
  init: { readonly method: string; readonly headers?: Record<string, string>; readonly body?: unknown },
  failures: {
    refused: (facts: FailureFacts) => Error
    unreachable: (facts: FailureFacts, cause?: unknown) => Error
  },
): Promise<T> {
  const place = { host: new URL(url).host, path: new URL(url).pathname }
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method: init.method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    })
    text = await response.text()
  } catch (cause) {
    throw failures.unreachable(place, cause)
  }
  let body: Record<string, unknown> = {}
  try {
    body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  } catch (cause) {
    if (response.ok) throw failures.unreachable({ ...place, status: response.status }, cause)
  }
  if (response.ok) return body as T
  const says = {
    status: response.status,
    refusedWith: String(body.code ?? ''),
    message: String(body.message ?? ''),
  }
  if (response.status >= 500 || response.status === 429) throw failures.unreachable({ ...place, ...says })
  throw failures.refused({ ...place, ...says })
}

type Pairing = AnswerOf<typeof devicesRoutes.pair>
type Voucher = BodyOf<typeof devicesRoutes.voucher>
type VoucherAnswer = AnswerOf<typeof devicesRoutes.voucher>
type Consent = BodyOf<typeof devicesRoutes.activationConsent>

/** The device's side of the GeSIM node. */
export class NodeClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  #ask<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    return askJson<T>(
      this.url + path,
      { method, headers, body },
      {
        refused: (facts) => refuse('phone.node-refused', facts),
        unreachable: (facts, cause) => unreachable('phone.node-unreachable', facts, cause),
      },
    )
  }

  pair(code: string, device: Hex): Promise<Pairing> {
    return this.#ask('POST', '/v1/devices/pairings', undefined, { code, device })
  }

  intent(id: Hex, token: string): Promise<DeviceIntent> {
    return this.#ask('GET', `/v1/devices/intents/${id}`, token)
  }

  consent(token: string, body: Consent): Promise<{ accepted: true }> {
    return this.#ask('POST', '/v1/devices/activation-consents', token, body)
  }

  voucher(token: string, body: Voucher): Promise<VoucherAnswer> {
    return this.#ask('POST', '/v1/devices/vouchers', token, body)
  }
}
