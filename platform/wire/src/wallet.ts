import { type Static, Type } from 'typebox'
import { Ending, EndingPreview, EndingReceipt, EndingWish, StoredGroup, StoredQuery } from './privacy.ts'
import { route } from './route.ts'
import { Address, Hash, HexBytes, Micros, Millis, Seconds } from './words.ts'

const Base64Url = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 1, maxLength })

/** The smart wallet of the signed-in traveller. */
export const Wallet = Type.Object({
  account: Type.Union([Address, Type.Null()]),
  /** The key that signs for it: of those this server keeps parts of, the one that the account on the chain takes. */
  signers: Type.Array(HexBytes),
  /** The key that the account was made with. Its address follows from it, also when another key signs by now. */
  firstSigner: Type.Union([Address, Type.Null()]),
  /** False where the account on the chain takes none of the keys known here: it was given a key from elsewhere. */
  opens: Type.Boolean(),
  deployed: Type.Boolean(),
  budget: Type.Union([Type.Object({ amountMicros: Micros, validUntil: Seconds, txHash: Hash }), Type.Null()]),
  shares: Type.Object({ server: Type.Boolean(), passkey: Type.Boolean(), recoverySaved: Type.Boolean() }),
  identity: Type.Union([
    Type.Object({
      tokenId: Type.String({ maxLength: 78 }),
      txHash: Hash,
      did: Type.String({ maxLength: 128 }),
    }),
    Type.Null(),
  ]),
})
export type Wallet = Static<typeof Wallet>

export const walletRoutes = {
  get: route({
    method: 'GET',
    path: '/v1/wallet',
    summary: 'The wallet: account, budget for fees, identity, and where the seed is kept safe',
    caller: 'traveller',
    answer: Wallet,
  }),
  createAccount: route({
    method: 'POST',
    path: '/v1/wallet/account',
    summary:
      'Registers the account that belongs to an owner key; its address is computed again from the factory',
    caller: 'traveller',
    body: Type.Object({ owner: Address, account: Address, proof: HexBytes }, { additionalProperties: false }),
    answer: Wallet,
    status: 201,
    perMinute: 20,
    refuses: ['identity.account-wrong', 'identity.signature-wrong', 'identity.account-taken'],
  }),
  putShare: route({
    method: 'PUT',
    path: '/v1/wallet/share',
    summary:
      'Stores the server’s share of a key’s seed, one of three; two are needed, so alone it opens nothing. A new key’s share lies beside the old until the chain has replaced it',
    caller: 'traveller',
    body: Type.Object({ owner: Address, share: Base64Url(512) }, { additionalProperties: false }),
    status: 204,
    perMinute: 10,
    refuses: ['identity.too-many-keys'],
  }),
  releaseShare: route({
    method: 'POST',
    path: '/v1/wallet/share/release',
    summary: 'Gives the server’s share of the present key back, to a fresh sign-in only',
    caller: 'traveller',
    answer: Type.Object({ share: Base64Url(512) }),
    secret: true,
    perMinute: 5,
    refuses: ['identity.not-fresh', 'identity.no-share', 'identity.too-many-releases'],
  }),
  recoverySaved: route({
    method: 'POST',
    path: '/v1/wallet/recovery-saved',
    summary: 'The traveller says that the recovery share is stored',
    caller: 'traveller',
    status: 204,
  }),
  faucet: route({
    method: 'POST',
    path: '/v1/wallet/faucet',
    summary: 'Test USDC; on a local chain only',
    caller: 'anyone',
    body: Type.Object(
      { account: Type.Optional(Address), amountMicros: Type.Optional(Micros) },
      { additionalProperties: false },
    ),
    answer: Type.Object({ txHash: Hash, amountMicros: Micros }),
    perMinute: 30,
  }),
  activity: route({
    method: 'GET',
    path: '/v1/wallet/activity',
    summary: 'What moved money or fees of this wallet, newest first',
    caller: 'traveller',
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          kind: Type.Union([
            Type.Literal('funded'),
            Type.Literal('refunded'),
            Type.Literal('returned'),
            Type.Literal('sponsored-gas'),
          ]),
          atMs: Millis,
          amountMicros: Micros,
          intentId: Type.Optional(Hash),
          txHash: Hash,
        }),
      ),
    }),
  }),
  privacy: route({
    method: 'GET',
    path: '/v1/privacy',
    summary: 'Every field that is stored about the traveller, from the real rows',
    caller: 'traveller',
    query: StoredQuery,
    answer: Type.Object({ groups: Type.Array(StoredGroup) }),
    secret: true,
    perMinute: 60,
  }),
  ending: route({
    method: 'GET',
    path: '/v1/privacy/ending',
    summary: 'What deleting the account would do: which rows go, which stay, and purchases that are not over',
    caller: 'traveller',
    answer: EndingPreview,
    secret: true,
    perMinute: 60,
  }),
  end: route({
    method: 'POST',
    path: '/v1/privacy/ending',
    summary:
      'Deletes the account for good, after a fresh sign-in: sign-in, sessions, shares, sealed seeds; the token follows',
    caller: 'traveller',
    body: EndingWish,
    status: 204,
    perMinute: 10,
    refuses: ['identity.not-fresh', 'identity.purchases-run'],
  }),
  ended: route({
    method: 'POST',
    path: '/v1/privacy/ended',
    summary: 'How far a deletion is, for whoever holds its number',
    caller: 'anyone',
    body: EndingReceipt,
    answer: Ending,
    secret: true,
    perMinute: 120,
    refuses: ['identity.ending-unknown'],
  }),
  did: route({
    method: 'GET',
    path: '/v1/identity/:account/did.json',
    summary: 'The DID document (did:pkh) of an account',
    caller: 'anyone',
    params: Type.Object({ account: Address }),
    answer: Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true })),
    refuses: ['identity.account-unknown'],
  }),
} as const
