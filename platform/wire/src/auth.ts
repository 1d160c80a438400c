import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Address, HexBytes, Millis, Seconds } from './words.ts'

/** A way to sign in. */
export const Provider = Type.Object({
  id: Type.String({ maxLength: 32 }),
  name: Type.String({ maxLength: 64 }),
})

/** The session as the browser may know it. */
export const Session = Type.Object({
  signedIn: Type.Boolean(),
  /** The first characters of the keyed subject reference: enough to tell two apart, useless for anything else. */
  subjectPrefix: Type.Optional(Type.String({ maxLength: 16 })),
  account: Type.Optional(Address),
  /** Until then secrets may be released; after it, sign in again with `fresh=1`. */
  freshUntilMs: Type.Optional(Millis),
  expiresAtMs: Type.Optional(Millis),
})
export type Session = Static<typeof Session>

/** One of the traveller's sessions, for the page that lists them. */
export const SessionRow = Type.Object({
  id: Type.String({ maxLength: 32 }),
  current: Type.Boolean(),
  createdAtMs: Millis,
  seenAtMs: Millis,
  expiresAtMs: Millis,
})

const ReturnTo = Type.String({
  pattern: '^/(?![/\\\\])[!-~]*$',
  maxLength: 512,
  description: 'A path of the web app',
})

export const authRoutes = {
  providers: route({
    method: 'GET',
    path: '/v1/auth/providers',
    summary: 'The ways to sign in',
    caller: 'anyone',
    answer: Type.Object({ providers: Type.Array(Provider) }),
  }),
  login: route({
    method: 'GET',
    path: '/v1/auth/login',
    summary: 'Goes to the sign-in provider (scope openid only) and comes back to `return`',
    caller: 'anyone',
    query: Type.Object({
      provider: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,32}$', maxLength: 32 })),
      return: Type.Optional(ReturnTo),
      /** `1`: sign in anew even with a living session there, so that secrets can be released. */
      fresh: Type.Optional(Type.Literal('1')),
    }),
    status: 302,
    perMinute: 60,
    refuses: ['identity.provider-unknown', 'identity.provider-unreachable'],
  }),
  callback: route({
    method: 'GET',
    path: '/v1/auth/callback',
    summary: 'Where the sign-in provider returns to; sets the session cookie',
    caller: 'anyone',
    query: Type.Object({
      code: Type.Optional(Type.String({ maxLength: 2048 })),
      state: Type.Optional(Type.String({ maxLength: 256 })),
      iss: Type.Optional(Type.String({ maxLength: 512 })),
      error: Type.Optional(Type.String({ maxLength: 128 })),
      error_description: Type.Optional(Type.String({ maxLength: 1024 })),
    }),
    status: 302,
    perMinute: 60,
    refuses: ['identity.sign-in-unknown', 'identity.sign-in-refused'],
  }),
  session: route({
    method: 'GET',
    path: '/v1/auth/session',
    summary: 'Whether somebody is signed in, and with which account',
    caller: 'anyone',
    answer: Session,
  }),
  logout: route({
    method: 'POST',
    path: '/v1/auth/logout',
    summary: 'Ends this session',
    caller: 'anyone',
    status: 204,
  }),
  sessions: route({
    method: 'GET',
    path: '/v1/auth/sessions',
    summary: 'All living sessions of the traveller',
    caller: 'traveller',
    answer: Type.Object({ sessions: Type.Array(SessionRow) }),
  }),
  endSession: route({
    method: 'DELETE',
    path: '/v1/auth/sessions/:id',
    summary: 'Ends one of the traveller’s sessions',
    caller: 'traveller',
    params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$', maxLength: 32 }) }),
    status: 204,
  }),
  challenge: route({
    method: 'GET',
    path: '/v1/auth/challenge',
    summary: 'A text to sign for signing in with a wallet key; single use, five minutes',
    caller: 'anyone',
    query: Type.Object({ address: Address }),
    answer: Type.Object({ text: Type.String({ maxLength: 1000 }), issuedAt: Seconds, expiresAt: Seconds }),
    perMinute: 60,
  }),
  wallet: route({
    method: 'POST',
    path: '/v1/auth/wallet',
    summary: 'Signs in whoever holds a wallet key: the challenge signed as EIP-191 text by that key',
    caller: 'anyone',
    body: Type.Object(
      { address: Address, issuedAt: Seconds, signature: HexBytes },
      { additionalProperties: false },
    ),
    answer: Session,
    perMinute: 60,
    refuses: ['identity.challenge-unknown', 'identity.signature-wrong'],
  }),
} as const
