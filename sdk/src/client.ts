import { Failure, refuse, unreachable } from '@gesim/base'
import type { AnswerOf, BodyOf, ErrorBody, ParamsOf, QueryOf, Route } from '@gesim/wire'
import { readServerSentEvents, type ServerSentEvent } from './sse.ts'

export interface ClientOptions {
  /** Where the API is, for instance `https://api.example.org`. */
  readonly baseUrl: string
  /** A key of `/v1/developer/keys`, for callers without a session. */
  readonly apiKey?: string
  /** Give up on one request after this long (default 15 s). */
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/** What a route takes: only the parts that it has. */
export type Input<R extends Route> = {
  readonly params?: ParamsOf<R>
  readonly query?: QueryOf<R>
  readonly body?: BodyOf<R>
  readonly bearer?: string
  readonly idempotencyKey?: string
}

export interface GesimClient {
  /** Calls a route of `@gesim/wire`. Throws a `Failure` with the API's own code, facts and remedy. */
  call<R extends Route>(route: R, input?: Input<R>): Promise<AnswerOf<R>>
  /** Events of a stream route as they come; resumes by itself after a broken connection. */
  stream<R extends Route>(
    route: R,
    input: Input<R> & { signal: AbortSignal },
  ): AsyncGenerator<ServerSentEvent>
}

const FAR = 30_000

/**
 * A client of the GeSIM API, typed by the same schemas as the server. Keeps the session cookie that a sign-in sets.
 *
 * @example
 * const gesim = createClient({ baseUrl: 'http://127.0.0.1:4000' })
 * const { plans } = await gesim.call(plansRoutes.list, { query: { country: 'ES' } })
 */
export function createClient(options: ClientOptions): GesimClient {
  const cookies = new Map<string, string>()
  const send = options.fetch ?? fetch

  async function request<R extends Route>(
    route: R,
    input: Input<R>,
    signal: AbortSignal,
    extra?: HeadersInit,
  ) {
    const url = urlOf(options.baseUrl, route, input)
    const headers = new Headers(extra)
    if (cookies.size)
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const bearer = input.bearer ?? options.apiKey
    if (bearer) headers.set('authorization', `Bearer ${bearer}`)
    if (input.idempotencyKey) headers.set('idempotency-key', input.idempotencyKey)
    if (input.body !== undefined) headers.set('content-type', 'application/json')
    let response: Response
    try {
      response = await send(url, {
        method: route.method,
        headers,
        body: input.body === undefined ? undefined : JSON.stringify(input.body),
        redirect: 'manual',
        signal,
      })
    } catch (cause) {
      throw unreachable('sdk.no-answer', { url: url.href }, cause)
    }
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
      if (name) value ? cookies.set(name, value!) : cookies.delete(name)
    }
    if (response.status >= 400) throw await failureOf(response, url)
    return response
  }

  return {
    async call(route, input = {}) {
      const response = await request(route, input, AbortSignal.timeout(options.timeoutMs ?? 15_000))
      if (response.status === 204 || response.status === 302) return undefined as AnswerOf<typeof route>
      return (await response.json()) as AnswerOf<typeof route>
    },
    async *stream(route, input) {
      let lastId = ''
      for (let waitMs = 250; !input.signal.aborted; waitMs = Math.min(waitMs * 2, FAR)) {
        try {
          const headers = { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) }
          const response = await request(route, input, input.signal, headers)
          if (!response.body) throw refuse('sdk.not-a-stream', { path: route.path })
          for await (const event of readServerSentEvents(response.body)) {
            lastId = event.id
            waitMs = 250
            yield event
          }
        } catch (error) {
          if (input.signal.aborted) return
          if (error instanceof Failure && error.kind === 'refused') throw error
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    },
  }
}

function urlOf<R extends Route>(baseUrl: string, route: R, input: Input<R>): URL {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = (input.params as Record<string, unknown> | undefined)?.[name]
    if (value === undefined) throw refuse('sdk.parameter-missing', { path: route.path, name })
    return encodeURIComponent(String(value))
  })
  const url = new URL(path, baseUrl)
  for (const [name, value] of Object.entries((input.query as Record<string, unknown>) ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

async function failureOf(response: Response, url: URL): Promise<Failure> {
  const body = (await response.json().catch(() => null)) as ErrorBody | null
  const kind = response.status >= 500 ? (response.status === 503 ? 'unreachable' : 'broken') : 'refused'
  if (!body?.code)
    return new Failure(kind, 'sdk.answer-unclear', { status: response.status, url: url.pathname })
  return new Failure(kind, body.code, { status: response.status, message: body.message, remedy: body.remedy })
}
