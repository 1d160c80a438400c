import { type Failure, isFailure, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'
import { recoverMessageAddress } from 'viem'
import type { Provider } from './oidc.ts'
import { randomNonce, randomPKCECodeVerifier, randomState } from './oidc.ts'
import { WALLET_WAY } from './passkeys.ts'
import { seal, unseal } from './seal.ts'
import { FRESH_SECONDS, openSession, subjectOf } from './sessions.ts'
import { type Pepper, secretHash } from './subject.ts'

const SIGN_IN_SECONDS = 600
const CHALLENGE_SECONDS = 300
/** The issuer under which a wallet key signs in: no provider can have this name, it is not a URL. */
const WALLET_ISSUER = 'wallet'

export interface SignInOptions {
  readonly store: Store
  readonly peppers: readonly Pepper[]
  readonly providers: ReadonlyMap<string, Provider>
  readonly redirectUri: string
  readonly sealKey: Uint8Array
  readonly sessionDays: number
}

/** A finished sign-in: the cookie's secret and where the browser wanted to go. */
export interface SignedIn {
  readonly secret: string
  readonly returnTo: string
}

/** A sign-in that was begun here and that the provider did not confirm: the way back is still known. */
export interface NotSignedIn {
  readonly failure: Failure
  readonly returnTo: string
}

/** The two ways in: an OpenID provider, and the key of a wallet. */
export function makeSignIn(options: SignInOptions) {
  const { store, peppers, providers, sealKey } = options
  // Anyone can write anything into the path of a link: sealed, so that it stands in no table as it came.
  const closed = (state: string, path: string) => seal(sealKey, `return:${state}`, path).toString('base64')
  const open = (state: string, sealed: string) =>
    unseal(sealKey, `return:${state}`, Buffer.from(sealed, 'base64'))

  return {
    /** Leaves for the provider. `state` goes into a cookie too, which ties the return to this browser. */
    async begin(
      providerId: string | undefined,
      returnTo: string,
      fresh: boolean,
    ): Promise<{ url: string; state: string }> {
      const provider = providerId ? providers.get(providerId) : [...providers.values()][0]
      if (!provider) throw refuse('identity.provider-unknown', { provider: providerId })
      const state = randomState()
      const secrets = { nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
      const url = await provider.authorizationUrl(state, secrets, options.redirectUri, fresh)
      await sql`insert into gesim.identity_sign_ins
        values (${secretHash(state)}, ${provider.setting.id}, ${secrets.nonce}, ${secrets.codeVerifier}, ${closed(state, returnTo)},
          now() + make_interval(secs => ${SIGN_IN_SECONDS}))`.execute(store.db)
      return { url, state }
    },

    /** Comes back from the provider. Each begun sign-in is good for one return. */
    async finish(
      query: string,
      state: string | undefined,
      cookieState: string | undefined,
      replaces: string | undefined,
    ): Promise<SignedIn | NotSignedIn> {
      if (!state || state !== cookieState) throw refuse('identity.sign-in-unknown')
      const { rows } = await sql<{
        provider: string
        nonce: string
        code_verifier: string
        return_to: string
      }>`delete from gesim.identity_sign_ins where state_hash = ${secretHash(state)} and expires_at > now()
        returning provider, nonce, code_verifier, return_to`.execute(store.db)
      const begun = rows[0]
      const provider = begun && providers.get(begun.provider)
      if (!provider) throw refuse('identity.sign-in-unknown')
      const callback = new URL(options.redirectUri)
      callback.search = query
      const returnTo = open(state, begun.return_to)
      const proven = await provider
        .finish(callback, state, { nonce: begun.nonce, codeVerifier: begun.code_verifier })
        .catch((error: unknown) => {
          if (!isFailure(error)) throw error
          return error
        })
      if (isFailure(proven)) return { failure: proven, returnTo }
      // Most providers do not say when the person last proved himself; where one does, an old proof is not fresh.
      const fresh = proven.authTime === undefined || proven.authTime > Date.now() / 1000 - FRESH_SECONDS
      const secret = await store.tx(async (tx) => {
        const subject = await subjectOf(tx, peppers, proven.issuer, proven.subject, begun.provider)
        return await openSession(tx, subject, options.sessionDays, fresh, replaces)
      })
      return { secret, returnTo }
    },

    /** A text for a wallet key to sign. */
    async challenge(address: Hex): Promise<{ text: string; issuedAt: number; expiresAt: number }> {
      const issuedAt = Math.floor(Date.now() / 1000)
      const nonce = randomNonce()
      // Asked again within the same second, the newest challenge holds.
      await sql`insert into gesim.identity_challenges
        values (${address.toLowerCase()}, ${issuedAt}, ${nonce}, now() + make_interval(secs => ${CHALLENGE_SECONDS}))
        on conflict (address, issued_at) do update set nonce = excluded.nonce`.execute(store.db)
      return {
        text: challengeText(address, issuedAt, nonce),
        issuedAt,
        expiresAt: issuedAt + CHALLENGE_SECONDS,
      }
    },

    /** Signs in whoever signed the challenge with the key of the address. */
    async finishWallet(
      address: Hex,
      issuedAt: number,
      signature: Hex,
      replaces: string | undefined,
    ): Promise<string> {
      const { rows } = await sql<{ nonce: string }>`delete from gesim.identity_challenges
        where address = ${address.toLowerCase()} and issued_at = ${issuedAt} and expires_at > now()
        returning nonce`.execute(store.db)
      if (!rows[0]) throw refuse('identity.challenge-unknown', { address })
      await requireSigned(address, challengeText(address, issuedAt, rows[0].nonce), signature)
      return await store.tx(async (tx) => {
        const subject = await subjectOf(tx, peppers, WALLET_ISSUER, address.toLowerCase(), WALLET_WAY)
        return await openSession(tx, subject, options.sessionDays, true, replaces)
      })
    },
  }
}

/** What a wallet key signs to sign in. */
function challengeText(address: Hex, issuedAt: number, nonce: string): string {
  return [
    'GeSIM sign-in',
    `address: ${address.toLowerCase()}`,
    `issued: ${new Date(issuedAt * 1000).toISOString()}`,
    `nonce: ${nonce}`,
    'Signing this moves no money.',
  ].join('\n')
}

/** Checks an EIP-191 signature of a plain key. Throws `identity.signature-wrong`. */
export async function requireSigned(address: Hex, text: string, signature: Hex): Promise<void> {
  const signer = await recoverMessageAddress({ message: text, signature }).catch(() => undefined)
  if (signer?.toLowerCase() !== address.toLowerCase()) throw refuse('identity.signature-wrong', { address })
}
