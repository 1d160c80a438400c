import { type Clock, refuse, unreachable } from '@gesim/base'
import * as client from 'openid-client'
import { appleMetadata, appleSecrets } from './apple.ts'
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

const TIMEOUT_SECONDS = 10

export const { randomNonce, randomPKCECodeVerifier, randomState } = client

/**
 * OpenID Connect by the authorization code flow with PKCE, state and nonce, scope `openid` and nothing more.
 * Throws `identity.apple-key-wrong`.
 */
export function oidcProvider(setting: ProviderSetting, clock: Clock): Provider {
  let found: Promise<client.Configuration> | undefined
  // Plain http exists for a provider on one's own machine only.
  const insecure = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(setting.issuer)
  const about = { subject_type: 'pairwise' } as const
  const authentication = clientAuthentication(setting, clock)

  function configuration(): Promise<client.Configuration> {
    found ??= setting.apple ? apple() : discovered()
    return found
  }

  async function apple(): Promise<client.Configuration> {
    const metadata = appleMetadata(setting.issuer)
    const config = new client.Configuration(metadata, setting.clientId, about, authentication)
    config.timeout = TIMEOUT_SECONDS
    if (insecure) client.allowInsecureRequests(config)
    return config
  }

  function discovered(): Promise<client.Configuration> {
    return client
      .discovery(new URL(setting.issuer), setting.clientId, about, authentication, {
        timeout: TIMEOUT_SECONDS,
        ...(insecure ? { execute: [client.allowInsecureRequests] } : {}),
      })
      .catch((cause) => {
        found = undefined
        throw unreachable('identity.provider-unreachable', { provider: setting.id }, cause)
      })
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

/** How this client proves itself at the token endpoint. */
function clientAuthentication(setting: ProviderSetting, clock: Clock): client.ClientAuth {
  if (setting.apple) {
    const secret = appleSecrets(setting, setting.apple)
    return (...request) => client.ClientSecretPost(secret(clock.nowMs()))(...request)
  }
  const { clientSecret } = setting
  if (!clientSecret) return client.None()
  return (server, ...request) => {
    // OpenID Connect Discovery 1.0, section 3: a provider that lists no method takes this one.
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const method = methods.includes('client_secret_basic')
      ? client.ClientSecretBasic
      : client.ClientSecretPost
    method(clientSecret)(server, ...request)
  }
}
