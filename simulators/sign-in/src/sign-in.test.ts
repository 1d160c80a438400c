import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SignInServer, startSignIn } from './provider.ts'

const REDIRECT = 'http://localhost:1/v1/auth/callback'
let server: SignInServer
const stateDir = mkdtempSync(join(tmpdir(), 'gesim-sign-in-'))
const start = () =>
  startSignIn({
    host: '127.0.0.1',
    port: 0,
    issuer: '',
    stateDir,
    clientId: 'gesim-web',
    redirectUris: [REDIRECT],
  })

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  await server.close()
  rmSync(stateDir, { recursive: true, force: true })
})

/** Goes through the pages as a browser would and returns the claims of the ID token. */
async function signIn(persona: string) {
  const config = await client.discovery(new URL(server.issuer), 'gesim-web', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const codeVerifier = client.randomPKCECodeVerifier()
  const nonce = client.randomNonce()
  const state = client.randomState()
  let url: URL | null = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    nonce,
    state,
  })
  const cookies = new Map<string, string>()
  for (let hop = 0; hop < 8 && url && !url.href.startsWith(REDIRECT); hop++) {
    const isPick = url.pathname.startsWith('/pick/')
    const response: Response = await fetch(url, {
      method: isPick ? 'POST' : 'GET',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: isPick ? new URLSearchParams({ persona }) : undefined,
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      cookies.set(name!, value!)
    }
    const location: string | null = response.headers.get('location')
    url = location ? new URL(location, url) : null
    if (!url) throw new Error(`${response.status} ${await response.text()}`)
  }
  const tokens = await client.authorizationCodeGrant(config, url!, {
    pkceCodeVerifier: codeVerifier,
    expectedNonce: nonce,
    expectedState: state,
  })
  return tokens.claims()!
}

it('gives each persona a subject of its own that stays the same over restarts', async () => {
  const first = await signIn('ada')
  expect((await signIn('noor')).sub).not.toBe(first.sub)
  await server.close()
  server = await start()
  expect((await signIn('ada')).sub).toBe(first.sub)
  expect(first.sub).not.toContain('ada')
})

it('tells an identifier and when it was proven, and nothing about the person', async () => {
  const claims = await signIn('ada')
  expect(claims.auth_time).toBeTypeOf('number')
  expect(Object.keys(claims).sort()).toEqual(['aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sub'])
})

it('refuses a person it does not know', async () => {
  await expect(signIn('mallory')).rejects.toThrow('There is no such person here')
})

it('says that a sign-in is over in place of failing', async () => {
  const response = await fetch(`${server.issuer}/pick/nothing`)
  expect(response.status).toBe(410)
})
