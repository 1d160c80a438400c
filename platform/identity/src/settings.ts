import { fromHex, type SettingsTable } from '@gesim/base'

/** A sign-in provider: any OpenID provider with the authorization code flow. */
export interface ProviderSetting {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  /** Apple in place of `clientSecret`: the secrets are signed here. */
  readonly apple?: AppleSetting
}

/** The key that signs Apple's client secrets: of which team, its name there, and the .p8 file as Apple gave it. */
export interface AppleSetting {
  readonly teamId: string
  readonly keyId: string
  readonly keyFile: string
}

/** An API key that exists from the start: the local stack gives its simulated carriers theirs. */
export interface SeedKey {
  readonly key: string
  readonly role: 'developer' | 'carrier' | 'operator'
  readonly name?: string
  readonly carrierId?: number
  readonly books?: readonly number[]
}

function json<T>(text: string, check: (value: T) => boolean): T {
  const value = JSON.parse(text) as T
  if (!check(value)) throw new TypeError('not of the documented shape')
  return value
}

/** Apple names teams and keys by ten letters and digits. */
function isApple({ teamId, keyId, keyFile }: AppleSetting): boolean {
  return /^[A-Z0-9]{10}$/.test(teamId) && /^[A-Z0-9]{10}$/.test(keyId) && Boolean(keyFile)
}

function key32(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes.length !== 32) throw new TypeError('not 32 bytes')
  return bytes
}

export const identitySettings = {
  webOrigins: {
    env: 'WEB_ORIGINS',
    means:
      'Origins of the web app, comma-separated; the first is where sign-in returns to. Only these may use the session cookie',
    default: ['http://localhost:3000'] as readonly string[],
    parse: (text: string): readonly string[] =>
      text.split(',').map((origin) => new URL(origin.trim()).origin),
  },
  providers: {
    env: 'IDENTITY_PROVIDERS',
    means:
      'Sign-in providers as JSON: [{"id","name","issuer","clientId","clientSecret"?}]; for Apple "apple":{"teamId","keyId","keyFile"} in place of "clientSecret". See docs/operating/sign-in.md',
    secret: true,
    default: [] as readonly ProviderSetting[],
    parse: (text: string) =>
      json<readonly ProviderSetting[]>(text, (list) =>
        list.every(
          (one) =>
            /^[a-z0-9-]{1,32}$/.test(one.id) &&
            one.name &&
            new URL(one.issuer) &&
            one.clientId &&
            (!one.apple || (!one.clientSecret && !one.issuer.endsWith('/') && isApple(one.apple))),
        ),
      ),
  },
  peppers: {
    env: 'IDENTITY_PEPPERS',
    means:
      'Keys of the subject references, `v1:<64 hex digits>`, comma-separated, newest last; older ones move over at the next sign-in',
    secret: true,
    parse: (text: string) =>
      text.split(',').map((one) => {
        const match = /^(v\d{1,3}):([0-9a-fA-F]{64})$/.exec(one.trim())
        if (!match) throw new TypeError('not v<n>:<64 hex digits>')
        return { version: match[1]!, key: fromHex(match[2]!) }
      }),
  },
  sealKey: {
    env: 'IDENTITY_SEAL_KEY',
    means: 'Key that seals the server’s shares at rest, 64 hex digits; in production from a KMS',
    secret: true,
    parse: key32,
  },
  sessionDays: {
    env: 'IDENTITY_SESSION_DAYS',
    means: 'Longest life of a session',
    unit: 'days',
    default: 30,
    parse: (text: string) => {
      const n = Number(text)
      if (!(n > 0 && n <= 365)) throw new TypeError('not from 0 to 365')
      return n
    },
  },
  seedKeys: {
    env: 'IDENTITY_API_KEYS_SEED',
    means: 'API keys that exist from the start, as JSON: [{"key","role","carrierId"?,"books"?,"name"?}]',
    secret: true,
    default: [] as readonly SeedKey[],
    parse: (text: string) =>
      json<readonly SeedKey[]>(text, (list) =>
        list.every(
          (one) =>
            /^gs_(test|live)_[A-Za-z0-9_-]{20,64}$/.test(one.key) &&
            ['developer', 'carrier', 'operator'].includes(one.role),
        ),
      ),
  },
} as const satisfies SettingsTable
