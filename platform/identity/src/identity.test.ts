import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import { type SignInServer, startSignIn } from '@gesim/sign-in'
import { settled, type TestStore } from '@gesim/store/testing'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ORIGIN, startIdentity, type TestIdentity, walletSignIn } from './testing-identity.ts'
import { accountProofText } from './wallet.ts'

let identity: TestIdentity
let own: TestStore
let chain: LocalChain
let signIn: SignInServer
let dir: string
let app: FastifyInstance
const browser = () => identity.browser()

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'identity-'))
  signIn = await startSignIn({
    port: 0,
    host: '127.0.0.1',
    issuer: '',
    clientId: 'gesim-web',
    redirectUris: [`${ORIGIN}/v1/auth/callback`],
    stateDir: dir,
  })
  identity = await startIdentity(signIn.issuer)
  ;({ app, own, chain } = identity)
}, 60_000)
afterAll(async () => {
  await identity?.close()
  await Promise.allSettled([signIn?.close(), rm(dir, { recursive: true })])
})

/** Walks through the provider's pages as `persona` and returns where it sends the browser back to. */
async function walkProvider(url: string, persona: string): Promise<URL> {
  const cookies = new Map<string, string>()
  const ask = async (target: string, init: RequestInit = {}) => {
    const answer = await fetch(target, {
      ...init,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair] = cookie.split(';') as [string]
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return answer
  }
  let answer = await ask(url)
  for (let hop = 0; hop < 10; hop++) {
    const location = answer.headers.get('location')
    if (location) {
      const next = new URL(location, url)
      if (next.origin === ORIGIN) return next
      answer = await ask(next.href)
      continue
    }
    const page = await answer.text()
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1]
    const field = /name="(\w+)" value="([^"]+)"/.exec(page)
    if (!action || !field) throw new Error(page)
    const name = page.includes(`value="${persona}"`) ? field[1]! : ''
    answer = await ask(new URL(action, url).href, {
      method: 'POST',
      body: new URLSearchParams({ [name]: persona }),
    })
  }
  throw new Error('no way back')
}

async function signInAs(
  persona: string,
  page = browser(),
  path = '/v1/auth/login?provider=local&return=/wallet',
) {
  const left = await page.call('GET', path)
  expect(left.statusCode).toBe(302)
  const back = await walkProvider(left.headers.location as string, persona)
  const done = await page.call('GET', `/v1/auth/callback${back.search}`)
  return { page, left, back, done }
}

const PERSONA = /value="([a-z]+)"/
let persona = ''
beforeAll(async () => {
  const page = browser()
  const left = await page.call('GET', '/v1/auth/login')
  const html = await fetch(left.headers.location as string).then((answer) => answer.text())
  persona = PERSONA.exec(html)?.[1] ?? 'ada'
})

test('signing in asks for openid only, with PKCE, state and nonce, and keeps nothing but a keyed reference', async () => {
  const { page, left, done } = await signInAs(persona)
  const asked = new URL(left.headers.location as string).searchParams
  expect(asked.get('scope')).toBe('openid')
  expect(asked.get('code_challenge_method')).toBe('S256')
  expect(asked.get('nonce')).toBeTruthy()
  expect(done.headers.location).toBe(`${ORIGIN}/wallet`)
  const cookie = [done.headers['set-cookie']].flat().find((one) => one!.startsWith('gesim='))!
  expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
  const session = (await page.call('GET', '/v1/auth/session')).json()
  expect(session).toMatchObject({ signedIn: true })
  expect(session.freshUntilMs).toBeGreaterThan(Date.now())
  // The cookie itself is stored nowhere, only its hash.
  const { rows } = await sql<{ n: bigint }>`select count(*) as n from gesim.identity_sessions
    where token_hash = sha256(${page.jar.get('gesim')!}::bytea)`.execute(own.store.db)
  expect(rows[0]!.n).toBe(1n)
})

test('a return is good once, in the browser that left, and never to another site', async () => {
  const { page, back } = await signInAs(persona)
  expect((await page.call('GET', `/v1/auth/callback${back.search}`)).json().code).toBe(
    'identity.sign-in-unknown',
  )
  const mine = browser()
  const left = await mine.call('GET', '/v1/auth/login')
  const stolen = await walkProvider(left.headers.location as string, persona)
  expect((await browser().call('GET', `/v1/auth/callback${stolen.search}`)).json().code).toBe(
    'identity.sign-in-unknown',
  )
  for (const target of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)'])
    expect((await mine.call('GET', `/v1/auth/login?return=${encodeURIComponent(target)}`)).statusCode).toBe(
      400,
    )
})

test('who stops at the provider comes back to the sign-in page with the reason and the way; a program gets the refusal', async () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const refusedAt = async (headers: Record<string, string>) => {
    const page = browser()
    const left = await page.call('GET', '/v1/auth/login?return=/plans/es-5%3Fbuy=1')
    const state = new URL(left.headers.location as string).searchParams.get('state')
    const iss = encodeURIComponent(signIn.issuer)
    const url = `/v1/auth/callback?error=access_denied&state=${state}&iss=${iss}`
    return await page.call('GET', url, undefined, headers)
  }
  const shown = await refusedAt(html)
  const page = new URL(shown.headers.location as string)
  expect([page.origin, page.pathname]).toEqual([ORIGIN, '/sign-in'])
  expect(Object.fromEntries(page.searchParams)).toEqual({
    failed: 'identity.sign-in-refused',
    return: '/plans/es-5?buy=1',
  })
  const told = await refusedAt({ accept: 'application/json' })
  expect([told.statusCode, told.json().code]).toEqual([403, 'identity.sign-in-refused'])
  // Somebody else's return, and a way to sign in that is not there, end on the same page.
  const stolen = await browser().call('GET', '/v1/auth/callback?code=x&state=y', undefined, html)
  expect(new URL(stolen.headers.location as string).search).toBe('?failed=identity.sign-in-unknown')
  const unknown = await browser().call('GET', '/v1/auth/login?provider=none', undefined, html)
  expect(new URL(unknown.headers.location as string).search).toBe('?failed=identity.provider-unknown')
})

test('the same person has one subject, and signing in again ends the old session', async () => {
  const { page } = await signInAs(persona)
  const first = (await page.call('GET', '/v1/auth/session')).json()
  const old = page.jar.get('gesim')!
  await signInAs(persona, page)
  expect((await page.call('GET', '/v1/auth/session')).json().subjectPrefix).toBe(first.subjectPrefix)
  expect(page.jar.get('gesim')).not.toBe(old)
  const thief = await app.inject({ url: '/v1/auth/session', headers: { cookie: `gesim=${old}` } })
  expect(thief.json()).toEqual({ signedIn: false })
  await page.call('POST', '/v1/auth/logout')
  expect((await page.call('GET', '/v1/auth/session')).json()).toEqual({ signedIn: false })
})

test('a fresh sign-in asks the provider to ask again, even where it still knows the person', async () => {
  const { page } = await signInAs(persona)
  await sql`update gesim.identity_sessions set fresh_until = now() - interval '1 second'`.execute(
    own.store.db,
  )
  expect((await page.call('GET', '/v1/auth/session')).json().freshUntilMs).toBeLessThan(Date.now())
  const { left } = await signInAs(persona, page, '/v1/auth/login?fresh=1')
  expect(new URL(left.headers.location as string).searchParams.get('prompt')).toBe('login')
  expect((await page.call('GET', '/v1/auth/session')).json().freshUntilMs).toBeGreaterThan(Date.now())
})

test('what another site makes a browser do is refused', async () => {
  const { page } = await signInAs(persona)
  const evil = await page.call('POST', '/v1/wallet/recovery-saved', undefined, {
    origin: 'https://evil.example',
  })
  expect(evil.json().code).toBe('identity.origin-wrong')
  const noOrigin = await app.inject({
    method: 'POST',
    url: '/v1/wallet/recovery-saved',
    headers: { cookie: page.header(), 'sec-fetch-site': 'cross-site' },
  })
  expect(noOrigin.json().code).toBe('identity.origin-wrong')
  expect((await page.call('POST', '/v1/wallet/recovery-saved')).statusCode).toBe(204)
})

test('a wallet key signs in by a challenge that works once and for that key only', async () => {
  const { page, answer, body } = await walletSignIn(browser())
  expect(answer.json().signedIn).toBe(true)
  expect((await page.call('POST', '/v1/auth/wallet', body)).json().code).toBe('identity.challenge-unknown')
  const other = privateKeyToAccount(generatePrivateKey())
  const challenge = (await page.call('GET', `/v1/auth/challenge?address=${other.address}`)).json()
  const wrong = await page.call('POST', '/v1/auth/wallet', {
    address: other.address,
    issuedAt: challenge.issuedAt,
    signature: body.signature,
  })
  expect(wrong.json().code).toBe('identity.signature-wrong')
})

test('an account is registered by its owner’s signature, once, and only the one that the factory makes', async () => {
  const { page, owner, answer } = await walletSignIn(browser())
  const { chainAccounts } = await import('./chain.ts')
  const account = (
    await chainAccounts({
      rpcUrl: chain.rpcUrl,
      chainId: chain.chainId,
      addresses: chain.addresses,
    }).addressFor(owner.address)
  ).toLowerCase() as Hex
  const prefix = answer.json().subjectPrefix as string
  const text = accountProofText(account, owner.address, prefix)
  const proof = await owner.signMessage({ message: text })
  const register = (body: object) => page.call('POST', '/v1/wallet/account', body)

  expect((await register({ owner: owner.address, account, proof: `0x${'00'.repeat(65)}` })).json().code).toBe(
    'identity.signature-wrong',
  )
  const wrong: Hex = `0x${'ab'.repeat(20)}`
  const wrongProof = await owner.signMessage({ message: accountProofText(wrong, owner.address, prefix) })
  expect((await register({ owner: owner.address, account: wrong, proof: wrongProof })).json().code).toBe(
    'identity.account-wrong',
  )
  const made = await register({ owner: owner.address, account, proof })
  expect([made.statusCode, made.json().account]).toEqual([201, account])
  await register({ owner: owner.address, account, proof })
  await settled(own.store)
  const events = await own.store.read({ kinds: ['account.registered'] })
  expect(events.filter((event) => (event.body as { account: Hex }).account === account)).toHaveLength(1)
  expect((await page.call('GET', '/whoami')).json().traveller.account).toBe(account)

  await own.store.tx(async (tx) => {
    await own.store.append(tx, 'identity.minted', null, {
      account,
      tokenId: '5',
      txHash: `0x${'01'.repeat(32)}`,
    })
  })
  for (let n = 0; n < 100; n++) {
    if ((await page.call('GET', '/v1/wallet')).json().identity) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const did = (await page.call('GET', `/v1/identity/${account}/did.json`)).json()
  expect(did.id).toBe(`did:pkh:eip155:31337:${account}`)
  const endpoints = Object.fromEntries(
    did.service.map((each: { type: string; serviceEndpoint: string }) => [each.type, each.serviceEndpoint]),
  )
  expect(Object.keys(endpoints)).toEqual(['LinkedDomains', 'EntitlementRegistry', 'SoulboundToken'])
  expect(endpoints.SoulboundToken).toBe(
    `${endpoints.EntitlementRegistry.replace(/:(0x\w+)$/, '/erc721:$1')}/5`,
  )
  expect(endpoints.LinkedDomains).toMatch(/^https?:/)
})

test('API keys carry their role, are shown once and stored as hashes', async () => {
  const carrier = await app.inject({
    url: '/whoami',
    headers: { authorization: 'Bearer gs_test_carrier0000000000000000' },
  })
  expect(carrier.json()).toMatchObject({ carrier: { carrierId: 7, books: [3] }, operator: false })
  expect((await app.inject({ url: '/v1/developer/keys' })).json().code).toBe('identity.key-wrong')
  const { createKey, endKey } = await import('./keys.ts')
  const operator = await createKey(own.store.db, { name: 'desk', role: 'operator' }, false)
  const headers = { authorization: `Bearer ${operator.secret}` }
  const made = await app.inject({
    method: 'POST',
    url: '/v1/developer/keys',
    headers,
    payload: { name: 'laptop' },
  })
  expect(made.json().secret).toMatch(/^gs_test_/)
  const list = await app.inject({ url: '/v1/developer/keys', headers })
  expect(list.body).not.toContain(made.json().secret)
  expect(list.json().keys.length).toBeGreaterThanOrEqual(3)
  await endKey(own.store.db, operator.key.id)
  expect((await app.inject({ url: '/v1/developer/keys', headers })).statusCode).toBe(401)
})
