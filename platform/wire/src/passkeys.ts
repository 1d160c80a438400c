import { type Static, Type } from 'typebox'
import { Session } from './auth.ts'
import { route } from './route.ts'
import { Address, HexBytes, Millis } from './words.ts'

const Base64Url = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 1, maxLength })
const CredentialId = Base64Url(1024)
const params = Type.Object({ id: CredentialId })

/** What a passkey of the traveller is good for. */
export const Passkey = Type.Object({
  credentialId: CredentialId,
  /** x and y of its P-256 key; null for one made before these were kept. */
  publicKey: Type.Union([HexBytes, Type.Null()]),
  signsIn: Type.Boolean(),
  /** It has sealed a seed. Where `sealedSeed` is null all the same, the key was changed since and it opens the new one no longer. */
  seals: Type.Boolean(),
  /** The seed of the wallet's present key, sealed by it: a ciphertext that only this passkey opens. */
  sealedSeed: Type.Union([Base64Url(2048), Type.Null()]),
  createdAtMs: Millis,
  usedAtMs: Type.Union([Millis, Type.Null()]),
})
export type Passkey = Static<typeof Passkey>

export const passkeyRoutes = {
  challenge: route({
    method: 'POST',
    path: '/v1/auth/passkey/challenge',
    summary: 'A challenge for a passkey to sign: bound to this browser, single use, five minutes',
    caller: 'anyone',
    body: Type.Object(
      {
        /** `add`: a new passkey is made for who is signed in. */
        for: Type.Union([Type.Literal('sign-in'), Type.Literal('add')]),
      },
      { additionalProperties: false },
    ),
    answer: Type.Object({ challenge: Base64Url(64), rpId: Type.String({ maxLength: 253 }) }),
    secret: true,
    perMinute: 30,
    refuses: ['identity.no-session'],
  }),
  signIn: route({
    method: 'POST',
    path: '/v1/auth/passkey',
    summary: 'Signs in whoever holds a passkey that may: the assertion of a challenge of this browser',
    caller: 'anyone',
    body: Type.Object(
      {
        credentialId: CredentialId,
        clientData: Base64Url(4096),
        authenticatorData: Base64Url(2048),
        signature: Base64Url(512),
        userHandle: Type.Optional(Base64Url(128)),
      },
      { additionalProperties: false },
    ),
    answer: Session,
    perMinute: 30,
    refuses: ['identity.passkey-challenge-unknown', 'identity.passkey-unknown', 'identity.passkey-wrong'],
  }),
  list: route({
    method: 'GET',
    path: '/v1/wallet/passkey',
    summary: 'The passkeys, what each is good for, and the sealed seeds',
    caller: 'traveller',
    answer: Type.Object({ passkeys: Type.Array(Passkey) }),
    secret: true,
  }),
  add: route({
    method: 'POST',
    path: '/v1/wallet/passkey',
    summary: 'Keeps the public key of a new passkey; it may sign in where the present sign-in is fresh',
    caller: 'traveller',
    body: Type.Object(
      {
        credentialId: CredentialId,
        clientData: Base64Url(4096),
        /** `getAuthenticatorData()` of the response: with no attestation nothing else in it is signed by anybody. */
        authenticatorData: Base64Url(4096),
      },
      { additionalProperties: false },
    ),
    answer: Passkey,
    status: 201,
    perMinute: 10,
    refuses: [
      'identity.passkey-challenge-unknown',
      'identity.passkey-wrong',
      'identity.passkey-taken',
      'identity.too-many-passkeys',
    ],
  }),
  seal: route({
    method: 'PUT',
    path: '/v1/wallet/passkey',
    summary: 'Stores the seed of a key, sealed by a passkey: a ciphertext that only that passkey opens',
    caller: 'traveller',
    body: Type.Object(
      { credentialId: CredentialId, owner: Address, sealedSeed: Base64Url(2048) },
      { additionalProperties: false },
    ),
    status: 204,
    perMinute: 10,
    refuses: ['identity.passkey-unknown', 'identity.too-many-keys'],
  }),
  allow: route({
    method: 'PUT',
    path: '/v1/wallet/passkey/:id/sign-in',
    summary: 'Lets a passkey sign in, or no longer; to a fresh sign-in only',
    caller: 'traveller',
    params,
    body: Type.Object({ signsIn: Type.Boolean() }, { additionalProperties: false }),
    status: 204,
    perMinute: 20,
    refuses: ['identity.not-fresh', 'identity.passkey-unknown', 'identity.last-way'],
  }),
  remove: route({
    method: 'DELETE',
    path: '/v1/wallet/passkey/:id',
    summary: 'Forgets a passkey and what it sealed; to a fresh sign-in only',
    caller: 'traveller',
    params,
    status: 204,
    perMinute: 20,
    refuses: ['identity.not-fresh', 'identity.passkey-unknown', 'identity.last-way'],
  }),
} as const
