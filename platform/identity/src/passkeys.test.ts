import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ORIGIN,
  startIdentity,
  type TestBrowser,
  type TestIdentity,
  walletSignIn,
} from './testing-identity.ts'
import { type CeremonyParts, softwarePasskey } from './testing-passkey.ts'

const RP_ID = 'localhost'
let identity: TestIdentity
beforeAll(async () => {
  // No test of these leaves for the provider.
  identity = await startIdentity('http://localhost:1')
}, 120_000)
afterAll(() => identity?.close())

const challengeFor = async (page: TestBrowser, what: 'sign-in' | 'add') =>
  (await page.call('POST', '/v1/auth/passkey/challenge', { for: what })).json().challenge as string

const right = (challenge: string): CeremonyParts => ({ challenge, origin: ORIGIN, rpId: RP_ID })

/** Somebody who signed in with a wallet key and made a passkey. */
async function withPasskey(parts: Partial<CeremonyParts> = {}) {
  const { page, answer } = await walletSignIn(identity.browser())
  const passkey = softwarePasskey()
  const made = passkey.made({ ...right(await challengeFor(page, 'add')), ...parts })
  const added = await page.call('POST', '/v1/wallet/passkey', made)
  return { page, passkey, made, added, subject: answer.json().subjectPrefix as string }
}

async function staleSession(page: TestBrowser) {
  await sql`update gesim.identity_sessions set fresh_until = now() - interval '1 second'
    where token_hash = sha256(${page.jar.get('gesim')!}::bytea)`.execute(identity.own.store.db)
}

type Passkey = ReturnType<typeof softwarePasskey>

/** Tries to sign in from a browser that nobody is signed in with. */
async function tryPasskey(passkey: Passkey, parts: Partial<CeremonyParts> = {}, change: object = {}) {
  const page = identity.browser()
  const signed = passkey.signed({ ...right(await challengeFor(page, 'sign-in')), ...parts })
  const body = { ...signed, ...change }
  return { page, body, answer: await page.call('POST', '/v1/auth/passkey', body) }
}

test('a passkey signs in as the person who made it, freshly, on a browser that knew nobody', async () => {
  const { passkey, added, subject } = await withPasskey()
  expect([added.statusCode, added.json()]).toMatchObject([
    201,
    { signsIn: true, publicKey: passkey.publicKey },
  ])
  const { page, answer } = await tryPasskey(passkey)
  expect([answer.statusCode, answer.json().subjectPrefix]).toEqual([200, subject])
  const session = (await page.call('GET', '/v1/auth/session')).json()
  expect(session.freshUntilMs).toBeGreaterThan(Date.now())
  expect((await page.call('GET', '/v1/wallet/passkey')).json().passkeys[0].usedAtMs).toBeGreaterThan(0)
})

test('a challenge works once, also for an assertion that failed, and in the browser that asked only', async () => {
  const { passkey } = await withPasskey()
  const { page, body, answer } = await tryPasskey(passkey)
  expect(answer.statusCode).toBe(200)
  const again = await page.call('POST', '/v1/auth/passkey', body)
  expect(again.json().code).toBe('identity.passkey-challenge-unknown')

  const wrong = await tryPasskey(passkey, { origin: 'https://evil.example' })
  const mended = passkey.signed(
    right(JSON.parse(Buffer.from(wrong.body.clientData, 'base64url').toString()).challenge),
  )
  expect((await wrong.page.call('POST', '/v1/auth/passkey', mended)).json().code).toBe(
    'identity.passkey-challenge-unknown',
  )

  const mine = identity.browser()
  const stolen = passkey.signed(right(await challengeFor(mine, 'sign-in')))
  const thief = identity.browser()
  await challengeFor(thief, 'sign-in')
  expect((await thief.call('POST', '/v1/auth/passkey', stolen)).json().code).toBe(
    'identity.passkey-challenge-unknown',
  )
  const invented = passkey.signed(right('A'.repeat(43)))
  expect((await mine.call('POST', '/v1/auth/passkey', invented)).json().code).toBe(
    'identity.passkey-challenge-unknown',
  )
})

test('a challenge that is too old, or was given for adding, signs nobody in', async () => {
  const { page, passkey } = await withPasskey()
  const adding = passkey.signed(right(await challengeFor(page, 'add')))
  expect((await page.call('POST', '/v1/auth/passkey', adding)).json().code).toBe(
    'identity.passkey-challenge-unknown',
  )
  const late = passkey.signed(right(await challengeFor(page, 'sign-in')))
  await sql`update gesim.identity_passkey_challenges set expires_at = now()`.execute(identity.own.store.db)
  expect((await page.call('POST', '/v1/auth/passkey', late)).json().code).toBe(
    'identity.passkey-challenge-unknown',
  )
})

const TAMPERED: readonly [
  why: string,
  parts: Partial<CeremonyParts>,
  change?: (body: Record<string, string>) => object,
][] = [
  ['origin', { origin: 'https://evil.example' }],
  ['origin', { origin: 'http://localhost:4000' }],
  ['host', { rpId: 'evil.example' }],
  ['type', { type: 'webauthn.create' }],
  ['framed', { crossOrigin: true }],
  ['nobody present', { flags: 0x04 }],
  ['nobody verified', { flags: 0x01 }],
  ['backup', { flags: 0x15 }],
  ['signature', {}, ({ signature }) => ({ signature: flip(signature!, 20) })],
  ['signature', {}, ({ authenticatorData }) => ({ authenticatorData: flip(authenticatorData!, 36) })],
  [
    'authenticator data',
    {},
    ({ authenticatorData }) => ({ authenticatorData: authenticatorData!.slice(0, 40) }),
  ],
]

/** Changes one bit. */
function flip(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64url')
  bytes[at]! ^= 1
  return bytes.toString('base64url')
}

test.each(TAMPERED)('an assertion with a wrong %s is refused: %j', async (why, parts, change) => {
  const { passkey } = await withPasskey()
  const page = identity.browser()
  const signed = passkey.signed({ ...right(await challengeFor(page, 'sign-in')), ...parts })
  const answer = await page.call('POST', '/v1/auth/passkey', { ...signed, ...change?.(signed) })
  expect([answer.statusCode, answer.json()]).toEqual([
    403,
    { code: 'identity.passkey-wrong', facts: { why } },
  ])
  expect((await page.call('GET', '/v1/auth/session')).json()).toEqual({ signedIn: false })
})

test('the signature of another passkey, and the handle of another person, are refused', async () => {
  const [mine, other] = [await withPasskey(), await withPasskey()]
  const swapped = await tryPasskey(other.passkey, {}, { credentialId: mine.passkey.credentialId })
  expect(swapped.answer.json().facts).toEqual({ why: 'signature' })
  const handled = await tryPasskey(mine.passkey, {}, { userHandle: 'c29tZWJvZHktZWxzZQ' })
  expect(handled.answer.json().facts).toEqual({ why: 'person' })
  expect((await tryPasskey(softwarePasskey())).answer.json().code).toBe('identity.passkey-unknown')
})

test('a counter that stands still or goes back shows a copy; one that never counts is fine', async () => {
  const { passkey } = await withPasskey({ counter: 5 })
  expect((await tryPasskey(passkey, { counter: 6 })).answer.statusCode).toBe(200)
  for (const counter of [6, 5, 0])
    expect((await tryPasskey(passkey, { counter })).answer.json().facts).toEqual({ why: 'counter' })
  expect((await tryPasskey(passkey, { counter: 9 })).answer.statusCode).toBe(200)
  const uncounted = await withPasskey()
  for (let n = 0; n < 2; n++) expect((await tryPasskey(uncounted.passkey)).answer.statusCode).toBe(200)
})

test('what is no new passkey of this host is not kept, nor one that is known already', async () => {
  const { made } = await withPasskey()
  const attempt = async (
    change: (made: Record<string, string>) => object,
    parts: Partial<CeremonyParts> = {},
  ) => {
    const { page } = await walletSignIn(identity.browser())
    const fresh = softwarePasskey().made({ ...right(await challengeFor(page, 'add')), ...parts })
    return (await page.call('POST', '/v1/wallet/passkey', { ...fresh, ...change(fresh) })).json()
  }
  const same = () => ({})
  expect((await attempt(same, { origin: 'https://evil.example' })).facts).toEqual({ why: 'origin' })
  expect((await attempt(same, { rpId: 'evil.example' })).facts).toEqual({ why: 'host' })
  expect((await attempt(same, { type: 'webauthn.get' })).facts).toEqual({ why: 'type' })
  expect((await attempt(same, { flags: 0x05 })).facts).toEqual({ why: 'no credential' })
  expect((await attempt(() => ({ credentialId: 'AAAA' }))).facts).toEqual({ why: 'credential id' })
  // One bit of a coordinate: no point of the curve any more, or another kind of key where the head is hit.
  const at = 37 + 16 + 2 + 16
  for (const [place, why] of [
    [at + 5, 'kind of key'],
    [at + 15, 'key'],
  ] as const)
    expect(
      (await attempt((one) => ({ authenticatorData: flip(one.authenticatorData!, place) }))).facts,
    ).toEqual({ why })
  const { page } = await walletSignIn(identity.browser())
  const again = softwarePasskey().made(right(await challengeFor(page, 'add')))
  const taken = { ...made, clientData: again.clientData }
  expect((await page.call('POST', '/v1/wallet/passkey', taken)).json().code).toBe('identity.passkey-taken')
})

test('with a sign-in that is not fresh a passkey is kept but signs nobody in, until a fresh one allows it', async () => {
  const { page } = await walletSignIn(identity.browser())
  const passkey = softwarePasskey()
  const made = passkey.made(right(await challengeFor(page, 'add')))
  await staleSession(page)
  expect((await page.call('POST', '/v1/wallet/passkey', made)).json().signsIn).toBe(false)
  expect((await tryPasskey(passkey)).answer.json().code).toBe('identity.passkey-unknown')
  const path = `/v1/wallet/passkey/${passkey.credentialId}`
  for (const [method, url, body] of [
    ['PUT', `${path}/sign-in`, { signsIn: true }],
    ['DELETE', path, undefined],
  ] as const)
    expect((await page.call(method, url, body)).json().code).toBe('identity.not-fresh')
  await sql`update gesim.identity_sessions set fresh_until = now() + interval '1 minute'`.execute(
    identity.own.store.db,
  )
  expect((await page.call('PUT', `${path}/sign-in`, { signsIn: true })).statusCode).toBe(204)
  expect((await tryPasskey(passkey)).answer.statusCode).toBe(200)
})

test('the last way to sign in stays; with another way a passkey goes, and with it what it sealed', async () => {
  const { page, passkey } = await withPasskey()
  const owner = `0x${'c4'.repeat(20)}`
  const path = `/v1/wallet/passkey/${passkey.credentialId}`
  const sealed = { credentialId: passkey.credentialId, owner, sealedSeed: 'c2VhbGVk' }
  expect((await page.call('PUT', '/v1/wallet/passkey', sealed)).statusCode).toBe(204)
  const way = (to: string) =>
    sql`update gesim.identity_subjects set way = ${to} where subject_ref =
      (select subject_ref from gesim.identity_passkeys where credential_id = ${passkey.credentialId})`.execute(
      identity.own.store.db,
    )
  // The operator has taken the provider away by which this person came.
  await way('gone')
  expect((await page.call('PUT', `${path}/sign-in`, { signsIn: false })).json().code).toBe(
    'identity.last-way',
  )
  expect((await page.call('DELETE', path)).json().code).toBe('identity.last-way')
  await way('local')
  expect((await page.call('DELETE', path)).statusCode).toBe(204)
  expect((await page.call('GET', '/v1/wallet/passkey')).json().passkeys).toEqual([])
  expect((await page.call('PUT', '/v1/wallet/passkey', sealed)).json().code).toBe('identity.passkey-unknown')
  const { rows } = await sql`select from gesim.identity_seals where owner = ${owner}`.execute(
    identity.own.store.db,
  )
  expect(rows).toHaveLength(0)
  expect((await tryPasskey(passkey)).answer.json().code).toBe('identity.passkey-unknown')
})
