import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings, systemClock } from '@gesim/base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oidcProvider, randomNonce, randomPKCECodeVerifier, randomState } from './oidc.ts'
import { identitySettings, type ProviderSetting } from './settings.ts'
import { startApple, type TestApple } from './testing-apple.ts'

const CLIENT = { clientId: 'com.example.web', teamId: 'TEAM123456', keyId: 'KEY1234567' }
const BACK = 'https://gesim.example/v1/auth/callback'
let dir: string
let apple: TestApple
let keyFile: string

const pem = (key: KeyObject, type: 'pkcs8' | 'sec1' = 'pkcs8') =>
  key.export({ type: type as 'pkcs8', format: 'pem' }) as string

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apple-'))
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  keyFile = await fileOf('AuthKey.p8', pem(privateKey))
  apple = await startApple({ ...CLIENT, publicKey })
})
afterAll(async () => {
  await apple?.close()
  await rm(dir, { recursive: true })
})

const settingOf = (changes: Partial<{ teamId: string; keyId: string; keyFile: string }> = {}) =>
  ({
    id: 'apple',
    name: 'Apple',
    issuer: apple.issuer,
    clientId: CLIENT.clientId,
    apple: { teamId: CLIENT.teamId, keyId: CLIENT.keyId, keyFile, ...changes },
  }) satisfies ProviderSetting

/** Goes to the provider and back, as a browser would. */
async function signIn(provider: ReturnType<typeof oidcProvider>, nonce = randomNonce()) {
  const state = randomState()
  const secrets = { nonce, codeVerifier: randomPKCECodeVerifier() }
  const url = new URL(await provider.authorizationUrl(state, secrets, BACK, false))
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(303)
  return {
    url,
    finish: (with_ = secrets) => provider.finish(new URL(answer.headers.get('location')!), state, with_),
  }
}

test('a sign-in at Apple asks for an identifier only and ends with its subject', async () => {
  const { url, finish } = await signIn(oidcProvider(settingOf(), systemClock))
  expect(url.searchParams.get('scope')).toBe('openid')
  // Apple posts a form to the way back only where it is asked to: our cookie would not come along then (SameSite=Lax).
  expect(url.searchParams.get('response_mode') ?? 'query').toBe('query')
  expect(await finish()).toEqual({
    issuer: apple.issuer,
    subject: '001234.abcdef.0987',
    authTime: expect.any(Number),
  })
  expect(apple.asked).not.toContain('/.well-known/openid-configuration')
})

test('each exchange has a secret of its own, of five minutes, however long the node runs', async () => {
  let later = 0
  const provider = oidcProvider(settingOf(), { nowMs: () => Date.now() + later })
  const before = apple.secrets.length
  await (await signIn(provider)).finish()
  later = -200_000
  await (await signIn(provider)).finish()
  const [first, second] = apple.secrets
    .slice(before)
    .map((secret) => JSON.parse(Buffer.from(secret.split('.')[1]!, 'base64url').toString()))
  expect(first.exp - Date.now() / 1000).toBeGreaterThan(290)
  expect(first.exp - Date.now() / 1000).toBeLessThanOrEqual(300)
  expect(second.exp).toBeLessThan(first.exp - 190)
  // A secret from a clock that stands still is over at Apple's.
  later = -400_000
  await expect((await signIn(provider)).finish()).rejects.toMatchObject({
    code: 'identity.sign-in-refused',
    facts: { provider: 'apple', why: 'invalid_client' },
  })
})

test('another nonce, another team, another key: refused, and named as Apple names it', async () => {
  const good = oidcProvider(settingOf(), systemClock)
  const begun = await signIn(good)
  await expect(
    begun.finish({ nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }),
  ).rejects.toMatchObject({ code: 'identity.sign-in-refused' })
  const stranger = await fileOf(
    'stranger.p8',
    pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  )
  for (const change of [{ teamId: 'TEAM999999' }, { keyId: 'KEY9999999' }, { keyFile: stranger }])
    await expect((await signIn(oidcProvider(settingOf(change), systemClock))).finish()).rejects.toMatchObject(
      {
        code: 'identity.sign-in-refused',
        facts: { why: 'invalid_client' },
      },
    )
})

test('a key that cannot sign is told at the start, with its file and without its content', async () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const damaged = pem(p256).replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
  const cases = {
    [join(dir, 'none.p8')]: 'cannot be read: ENOENT',
    [dir]: 'cannot be read: EISDIR',
    [await fileOf('p384.p8', pem(p384))]: 'is not a key on the curve P-256',
    [await fileOf('rsa.p8', pem(rsa))]: 'is not a key on the curve P-256',
    [await fileOf('sec1.pem', pem(p256, 'sec1'))]: 'is not a private key in PKCS #8 PEM',
    [await fileOf('words.p8', 'secret words')]: 'is not a private key in PKCS #8 PEM',
    [await fileOf('damaged.p8', damaged)]: 'is damaged',
  }
  for (const [file, why] of Object.entries(cases))
    expect(() => oidcProvider(settingOf({ keyFile: file }), systemClock)).toThrow(
      expect.objectContaining({
        code: 'identity.apple-key-wrong',
        message: `identity.apple-key-wrong (provider=apple file=${file} why=${why})`,
      }),
    )
})

test('settings that cannot be meant are refused', () => {
  const read = (one: object) =>
    readSettings({ providers: identitySettings.providers }, { IDENTITY_PROVIDERS: JSON.stringify([one]) })
  const good = settingOf()
  expect(read(good).providers).toEqual([good])
  for (const bad of [
    { ...good, clientSecret: 'both' },
    { ...good, issuer: `${good.issuer}/` },
    { ...good, apple: { ...good.apple, teamId: 'short' } },
    { ...good, apple: { ...good.apple, keyId: 'with-dashes' } },
    { ...good, apple: { teamId: CLIENT.teamId, keyId: CLIENT.keyId } },
  ])
    expect(() => read(bad)).toThrow('IDENTITY_PROVIDERS')
})

test('any other provider gets its secret in the way that it lists', async () => {
  for (const [methods, way] of [
    [undefined, 'basic'],
    [['client_secret_post', 'client_secret_basic'], 'basic'],
    [['client_secret_post'], 'post'],
  ] as const) {
    const seen: string[] = []
    const server: Server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json')
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      if (request.method === 'GET')
        return response.end(
          JSON.stringify({
            issuer,
            authorization_endpoint: `${issuer}/a`,
            token_endpoint: `${issuer}/t`,
            ...(methods ? { token_endpoint_auth_methods_supported: methods } : {}),
          }),
        )
      let body = ''
      for await (const chunk of request) body += chunk
      const posted = new URLSearchParams(body).get('client_secret') === 'word'
      const basic = request.headers.authorization === `Basic ${Buffer.from('me:word').toString('base64')}`
      seen.push(...(posted ? ['post'] : []), ...(basic ? ['basic'] : []))
      return response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const provider = oidcProvider(
      { id: 'x', name: 'X', issuer, clientId: 'me', clientSecret: 'word' },
      systemClock,
    )
    const state = randomState()
    await expect(
      provider.finish(new URL(`${BACK}?code=c&state=${state}`), state, {
        nonce: randomNonce(),
        codeVerifier: randomPKCECodeVerifier(),
      }),
    ).rejects.toMatchObject({ code: 'identity.sign-in-refused', facts: { why: 'invalid_grant' } })
    expect(seen).toEqual([way])
    await new Promise((resolve) => server.close(resolve))
  }
})
