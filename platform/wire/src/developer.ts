import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Line, Millis, Uint32 } from './words.ts'

export const KeyRole = Type.Union([
  Type.Literal('developer'),
  Type.Literal('carrier'),
  Type.Literal('operator'),
])

/** An API key without its secret. */
export const ApiKey = Type.Object({
  id: Type.String({ maxLength: 32 }),
  name: Line,
  /** The first characters, to recognise it by. */
  prefix: Type.String({ maxLength: 16 }),
  role: KeyRole,
  carrierId: Type.Optional(Uint32),
  books: Type.Optional(Type.Array(Uint32)),
  createdAtMs: Millis,
  usedAtMs: Type.Optional(Millis),
  expiresAtMs: Type.Optional(Millis),
})
export type ApiKey = Static<typeof ApiKey>

export const developerRoutes = {
  listKeys: route({
    method: 'GET',
    path: '/v1/developer/keys',
    summary: 'API keys, without their secrets',
    caller: 'operator',
    answer: Type.Object({ keys: Type.Array(ApiKey) }),
  }),
  createKey: route({
    method: 'POST',
    path: '/v1/developer/keys',
    summary: 'A new API key; the secret is in this answer and never again',
    caller: 'operator',
    body: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 64 }),
        role: Type.Optional(KeyRole),
        carrierId: Type.Optional(Uint32),
        books: Type.Optional(Type.Array(Uint32, { maxItems: 64 })),
        validDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 366 })),
      },
      { additionalProperties: false },
    ),
    answer: Type.Object({ key: ApiKey, secret: Type.String({ maxLength: 80 }) }),
    status: 201,
    secret: true,
    perMinute: 20,
  }),
  deleteKey: route({
    method: 'DELETE',
    path: '/v1/developer/keys/:id',
    summary: 'Ends an API key at once',
    caller: 'operator',
    params: Type.Object({ id: Type.String({ pattern: '^k_[A-Za-z0-9_-]{8,24}$', maxLength: 32 }) }),
    status: 204,
    refuses: ['identity.key-unknown'],
  }),
  requests: route({
    method: 'GET',
    path: '/v1/developer/requests',
    summary: 'The last requests to the API: method, route, status, duration; never a body or an address',
    caller: 'operator',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) }),
    answer: Type.Object({
      requests: Type.Array(
        Type.Object({
          atMs: Millis,
          method: Type.String(),
          route: Type.String(),
          status: Type.Integer(),
          durationMs: Type.Number(),
          code: Type.Optional(Type.String()),
          correlator: Type.Optional(Type.String()),
        }),
      ),
    }),
  }),
  events: route({
    method: 'GET',
    path: '/v1/developer/events',
    summary: 'The newest events of the journal',
    caller: 'operator',
    query: Type.Object({
      intentId: Type.Optional(Type.String({ pattern: '^0x[0-9a-fA-F]{64}$', maxLength: 66 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    }),
    answer: Type.Object({
      events: Type.Array(
        Type.Object({
          seq: Type.String(),
          kind: Type.String(),
          version: Type.Integer(),
          intentId: Type.Union([Type.String(), Type.Null()]),
          atMs: Millis,
          body: Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true })),
        }),
      ),
    }),
  }),
} as const
