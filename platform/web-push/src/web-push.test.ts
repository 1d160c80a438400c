import { createHash } from 'node:crypto'
import { createLog, isFailure, readSettings, systemClock } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Access, Running } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { fastify } from 'fastify'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webPushStage } from './index.ts'
import type { Subscription } from './seal.ts'
import { webPushSettings } from './settings.ts'
import { MOST_BROWSERS } from './table.ts'
import { claimsOf, startPushService, TestBrowser } from './testing/browser.ts'
import type { WebPushContext } from './web-push.ts'

const app = fastify()
const off = fastify()
let service: Awaited<ReturnType<typeof startPushService>>
let database: TestStore
let running: Running

const account = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const intent = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const access: Access = {
  traveller: async ({ headers }) =>
    typeof headers['x-account'] === 'string' ? { account: headers['x-account'] as Hex } : null,
  device: async () => null,
  carrier: async () => null,
  operator: async () => false,
}

beforeAll(async () => {
  service = await startPushService()
  database = await testStore()
  const settings = readSettings(webPushSettings, {
    WEB_PUSH_KEY: '11'.repeat(32),
    WEB_PUSH_SERVICES: service.url,
  })
  const context: WebPushContext = {
    store: database.store,
    access,
    log: createLog('test', 'silent'),
    clock: systemClock,
    signal: new AbortController().signal,
    settings,
  }
  for (const each of [app, off])
    each.setErrorHandler((error, _, reply) =>
      reply.code(400).send({ code: isFailure(error) ? error.code : 'other' }),
    )
  webPushStage.routes!(app, context)
  webPushStage.routes!(off, { ...context, settings: readSettings(webPushSettings, {}) })
  running = await webPushStage.start(context)
})

afterAll(async () => {
  await running.stop()
  await database.close()
  await service.stop()
})

async function subscribe(who: Hex | null, given: Subscription, at = app): Promise<string> {
  const answer = await at.inject({
    method: 'PUT',
    url: '/v1/push/subscriptions',
    headers: who ? { 'x-account': who } : {},
    payload: given,
  })
  return answer.statusCode === 204 ? 'kept' : answer.json().code
}

const idOf = (endpoint: string) => createHash('sha256').update(endpoint).digest('hex')
const unsubscribe = (who: Hex, endpoint: string) =>
  app.inject({
    method: 'DELETE',
    url: `/v1/push/subscriptions/${idOf(endpoint)}`,
    headers: { 'x-account': who },
  })

const notice = (who: Hex, intentId: Hex, about: 'usage-80' | 'refunded' = 'usage-80') =>
  database.store.tx((tx) => database.store.append(tx, 'notice.wanted', intentId, { account: who, about }))

async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not come')
}

const pushedTo = (path: string) => service.pushed.filter((each) => each.path === path)
async function kept(who: Hex): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from gesim.web_push_subscriptions
    where account = ${who}`.execute(database.store.db)
  return Number(rows[0]!.count)
}

test('a notice reaches each browser of its account, encrypted for it and signed by us; nobody else’s', async () => {
  const [one, two, stranger] = [new TestBrowser(), new TestBrowser(), new TestBrowser()]
  const at = (path: string) => `${service.url}/${path}`
  expect(await subscribe(account(1), one.subscription(at('one')))).toBe('kept')
  expect(await subscribe(account(1), two.subscription(at('two')))).toBe('kept')
  expect(await subscribe(account(2), stranger.subscription(at('stranger')))).toBe('kept')
  await notice(account(1), intent(1))
  const [first] = await until(() => (pushedTo('/one').length ? pushedTo('/one') : false))
  const [second] = await until(() => (pushedTo('/two').length ? pushedTo('/two') : false))
  const said = JSON.stringify({ intentId: intent(1), about: 'usage-80' })
  expect([one.read(first!.body), two.read(second!.body)]).toEqual([said, said])
  expect(first!.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' })
  const { publicKey } = (await app.inject('/v1/push')).json<{ publicKey: string }>()
  const { claims, key } = claimsOf(String(first!.headers.authorization))
  expect([key, claims.aud]).toEqual([publicKey, service.url])
  expect(pushedTo('/stranger')).toEqual([])
})

test('a service that is busy gets the message again, once it takes it', async () => {
  const browser = new TestBrowser()
  await subscribe(account(3), browser.subscription(`${service.url}/busy`))
  service.answerNext(503, 429)
  await notice(account(3), intent(3), 'refunded')
  const tries = await until(() => pushedTo('/busy').length === 3 && pushedTo('/busy'))
  expect(new Set(tries.map(({ body }) => browser.read(body))).size).toBe(1)
})

test('a browser that is gone is forgotten, and one whose service refuses stays', async () => {
  await subscribe(account(4), new TestBrowser().subscription(`${service.url}/gone`))
  service.answerNext(410)
  await notice(account(4), intent(4))
  await until(async () => (await kept(account(4))) === 0)
  await subscribe(account(4), new TestBrowser().subscription(`${service.url}/refusing`))
  service.answerNext(403)
  await notice(account(4), intent(5))
  await until(() => pushedTo('/refusing').length === 1)
  await notice(account(4), intent(6))
  await until(() => pushedTo('/refusing').length === 2)
  expect(await kept(account(4))).toBe(1)
})

test('a redirect of a service is not followed', async () => {
  await subscribe(account(5), new TestBrowser().subscription(`${service.url}/moved`))
  service.answerNext(302)
  await notice(account(5), intent(7))
  await until(() => pushedTo('/moved').length === 1)
  await notice(account(5), intent(8))
  await until(() => pushedTo('/moved').length === 2)
  expect(pushedTo('/elsewhere')).toEqual([])
})

test('who unsubscribes, or is forgotten, is told nothing more; nobody ends another’s subscription', async () => {
  const endpoint = `${service.url}/mine`
  await subscribe(account(6), new TestBrowser().subscription(endpoint))
  await unsubscribe(account(7), endpoint)
  expect(await kept(account(6))).toBe(1)
  expect((await unsubscribe(account(6), endpoint)).statusCode).toBe(204)
  expect(await kept(account(6))).toBe(0)
  expect((await unsubscribe(account(6), endpoint)).statusCode).toBe(204)
  await subscribe(account(6), new TestBrowser().subscription(endpoint))
  await database.store.tx((tx) =>
    database.store.append(tx, 'account.forgotten', null, { account: account(6) }),
  )
  await until(async () => (await kept(account(6))) === 0)
})

test('a browser in which another person signs in is theirs alone, and an account has so many at most', async () => {
  const shared = new TestBrowser().subscription(`${service.url}/shared`)
  await subscribe(account(8), shared)
  await subscribe(account(9), shared)
  expect([await kept(account(8)), await kept(account(9))]).toEqual([0, 1])
  for (let i = 0; i < MOST_BROWSERS + 2; i++)
    await subscribe(account(9), new TestBrowser().subscription(`${service.url}/many-${i}`))
  expect(await kept(account(9))).toBe(MOST_BROWSERS)
})

test.each([
  ['nobody', null, {}, 'web-push.not-signed-in'],
  ['another service', account(1), { endpoint: 'http://127.0.0.1:1/x' }, 'web-push.service-unknown'],
  ['a short key', account(1), { p256dh: 'BBBB' }, 'web-push.keys-wrong'],
  ['a point beside the curve', account(1), { p256dh: 'BA'.padEnd(87, 'A') }, 'web-push.keys-wrong'],
  ['a short secret', account(1), { auth: 'AAAA' }, 'web-push.keys-wrong'],
] as const)('a subscription of %s is refused', async (_, who, over, code) => {
  const given = new TestBrowser().subscription(`${service.url}/bad`)
  expect(await subscribe(who, { ...given, ...over })).toBe(code)
})

test('without a key nothing is kept, and the page is told so', async () => {
  expect((await off.inject('/v1/push')).json()).toEqual({ publicKey: null })
  expect(await subscribe(account(1), new TestBrowser().subscription(`${service.url}/x`), off)).toBe(
    'web-push.off',
  )
})

test('the table names no address of a browser', async () => {
  const { rows } = await sql`select * from gesim.web_push_subscriptions`.execute(database.store.db)
  const all = rows.map(
    (row) =>
      JSON.stringify(row, (_, value) => value) +
      Buffer.from((row as { subscription: Buffer }).subscription).toString('latin1'),
  )
  expect(all.length).toBeGreaterThan(0)
  expect(all.join()).not.toContain('127.0.0.1')
})
