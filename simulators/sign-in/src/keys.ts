// What must stay the same over restarts: the key that signs tokens, the cookie key, the salt of pairwise subjects.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ProviderKeys {
  readonly jwks: { keys: Record<string, unknown>[] }
  readonly cookieKey: string
  readonly subjectSalt: string
}

/** The keys of the state folder, drawn the first time. */
export function providerKeys(stateDir: string): ProviderKeys {
  const path = join(stateDir, 'sign-in.json')
  if (!existsSync(path)) {
    mkdirSync(stateDir, { recursive: true })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = {
      ...privateKey.export({ format: 'jwk' }),
      alg: 'RS256',
      use: 'sig',
      kid: randomBytes(8).toString('hex'),
    }
    const drawn: ProviderKeys = {
      jwks: { keys: [jwk] },
      cookieKey: randomBytes(32).toString('hex'),
      subjectSalt: randomBytes(32).toString('hex'),
    }
    writeFileSync(path, JSON.stringify(drawn), { mode: 0o600 })
  }
  return JSON.parse(readFileSync(path, 'utf8')) as ProviderKeys
}
