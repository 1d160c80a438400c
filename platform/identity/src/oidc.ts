import { refuse, unreachable } from '@gesim/base'
import * as client from 'openid-client'
import type { ProviderSetting } from './settings.ts'

/** What has to be remembered between leaving for the provider and coming back. */
interface SignInSecrets {
  readonly nonce: string
  readonly codeVerifier: string
}

/** What a provider told us, of which only the keyed reference is kept. */
interface Proven {
  readonly issuer: string
  readonly subject: string
  /** Seconds; when the person last proved himself to the provider, where it says so. */
  readonly authTime?: number
}

/** The way to one sign-in provider. */
export interface Provider {
  readonly setting: ProviderSetting
  /** Where to send the browser. */
  authorizationUrl(
    state: string,
    secrets: SignInSecrets,
    redirectUri: string,
    fresh: boolean,
  ): Promise<string>
  /** Exchanges what the browser brought back. Throws `identity.sign-in-refused`, `identity.provider-unreachable`. */
  finish(callbackUrl: URL, state: string, secrets: SignInSecrets): Promise<Proven>
}

export const { randomNonce, randomPKCECodeVerifier, randomState } = client

/** OpenID Connect by the authorization code flow with PKCE, state and nonce, scope `openid` and nothing more. */
export function oidcProvider(setting: ProviderSetting): Provider {
  let found: Promise<client.Configuration> | undefined
  // Plain http exists for a provider on one's own machine only.
  const insecure = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(setting.issuer)

  function configuration(): Promise<client.Configuration> {
    found ??= client
      .discovery(
        new URL(setting.issuer),
        setting.clientId,
        {
          subject_type: 'pairwise',
          ...(setting.clientSecret ? { client_secret: setting.clientSecret } : {}),
        },
        setting.clientSecret ? client.ClientSecretBasic(setting.clientSecret) : client.None(),
        { timeout: 10, ...(insecure ? { execute: [client.allowInsecureRequests] } : {}) },
      )
      .catch((cause) => {
        found = undefined
        throw unreachable('identity.provider-unreachable', { provider: setting.id }, cause)
      })
    return found
  }

  return {
    setting,
    async authorizationUrl(state, secrets, redirectUri, fresh) {
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce: secrets.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(secrets.codeVerifier),
        code_challenge_method: 'S256',
        ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
      })
      return url.href
    },
    async finish(callbackUrl, state, secrets) {
      const config = await configuration()
      try {
        const tokens = await client.authorizationCodeGrant(config, callbackUrl, {
          pkceCodeVerifier: secrets.codeVerifier,
          expectedNonce: secrets.nonce,
          expectedState: state,
          idTokenExpected: true,
        })
        // The id token ends here: nothing of it but issuer and subject goes any further.
        const claims = tokens.claims()!
        return {
          issuer: claims.iss,
          subject: claims.sub,
          ...(typeof claims.auth_time === 'number' ? { authTime: claims.auth_time } : {}),
        }
      } catch (cause) {
        if (cause instanceof TypeError)
          throw unreachable('identity.provider-unreachable', { provider: setting.id }, cause)
        const why = (cause as { error?: string; code?: string }).error ?? (cause as { code?: string }).code
        throw refuse('identity.sign-in-refused', { provider: setting.id, why }, cause)
      }
    },
  }
}
