import type { Static, TSchema } from 'typebox'

/** Who may call. */
export type Caller = 'anyone' | 'traveller' | 'device' | 'carrier' | 'attestor' | 'operator'

/** One operation of the API: what goes in, what comes out, who may call, and what it can refuse. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path with `:name` parameters. */
  readonly path: string
  readonly summary: string
  readonly caller: Caller
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** What 200 answers; for `stream` and `redirect` it documents what is not JSON. */
  readonly answer?: TSchema
  /** Status of success, where it is not 200. */
  readonly status?: 201 | 202 | 204 | 302
  /** Failure codes that a caller should expect. */
  readonly refuses?: readonly string[]
  /** Largest body in bytes (default 16 KiB). */
  readonly bodyLimitBytes?: number
  /** Same `Idempotency-Key`, same answer, for a day. */
  readonly idempotent?: boolean
  /** Never stored by any cache, and no referrer: the answer is a bearer secret. */
  readonly secret?: boolean
  /** Server-sent events in place of JSON. */
  readonly stream?: boolean
  /** Calls a minute from one caller (default 300). */
  readonly perMinute?: number
}

/** A route with its own type kept, so that bodies and answers are typed from it. */
export function route<const R extends Route>(definition: R): R {
  return definition
}

type Of<S, Default> = S extends TSchema ? Static<S> : Default

export type ParamsOf<R extends Route> = Of<R['params'], Record<string, never>>
export type QueryOf<R extends Route> = Of<R['query'], Record<string, never>>
export type BodyOf<R extends Route> = Of<R['body'], undefined>
export type AnswerOf<R extends Route> = Of<R['answer'], void>

/** What `serve` needs of a Fastify server, in its own words: wire stands below everything that serves. */
export interface HttpServer {
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's own type is generic over server, provider and logger
  route(options: any): unknown
}

/** A request whose parts are typed by its route. `Request` and `Reply` are Fastify's. */
export interface Call<R extends Route, Request, Reply> {
  readonly params: ParamsOf<R>
  readonly query: QueryOf<R>
  readonly body: BodyOf<R>
  readonly request: Request
  readonly reply: Reply
}

/**
 * Registers a route: its schemas validate, its limits hold, the answer is typed.
 *
 * @example
 * serve(app, plansRoutes.get, async ({ params }) => await findPlan(params.planId))
 */
export function serve<R extends Route, Server extends HttpServer>(
  app: Server,
  definition: R,
  // biome-ignore lint/suspicious/noExplicitAny: the caller names Fastify's types; wire does not know them
  handler: (call: Call<R, any, any>) => Promise<AnswerOf<R>> | AnswerOf<R>,
): void {
  app.route({
    method: definition.method,
    url: definition.path,
    bodyLimit: definition.bodyLimitBytes ?? 16_384,
    config: { route: definition },
    schema: {
      summary: definition.summary,
      ...(definition.params ? { params: definition.params } : {}),
      ...(definition.query ? { querystring: definition.query } : {}),
      ...(definition.body ? { body: definition.body } : {}),
      ...(definition.answer && !definition.stream
        ? { response: { [definition.status ?? 200]: definition.answer } }
        : {}),
    },
    // biome-ignore lint/suspicious/noExplicitAny: see above
    handler: async (request: any, reply: any) => {
      if (definition.status) reply.code(definition.status)
      const answer = await handler({
        params: request.params,
        query: request.query,
        body: request.body,
        request,
        reply,
      })
      // A redirect or a stream has answered already.
      if (reply.sent) return reply
      return definition.status === 204 ? undefined : answer
    },
  })
}
