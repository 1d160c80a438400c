import { createLog } from '@gesim/base'
import { connect, type Store } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { catalogueOf, registerErrors } from './errors.ts'
import { registerIdempotency } from './idempotency.ts'

const log = createLog('test', 'silent')
let own: TestStore
const open: { close(): Promise<unknown> }[] = []
let done = 0

beforeAll(async () => {
  own = await testStore()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
  done = 0
})
afterAll(() => own.close())

/** A node's HTTP side; `work` is what its one idempotent route does. */
function node(store: Store, work: () => Promise<void> = async () => {}): FastifyInstance {
  const app = Fastify()
  registerErrors(app, catalogueOf([]), log)
  registerIdempotency(app, store)
  app.post('/orders', { config: { route: { idempotent: true } as never } }, async () => {
    await work()
    return { number: ++done }
  })
  open.push(app)
  return app
}

async function ask(app: FastifyInstance, key: string, body: object = {}) {
  const answer = await app.inject({
    method: 'POST',
    url: '/orders',
    headers: { 'idempotency-key': key },
    payload: body,
  })
  return { status: answer.statusCode, json: answer.json(), replayed: answer.headers['idempotent-replayed'] }
}

/** A process that took a request up and is gone before it answered; gives how to let it go. */
async function stuckProcess(key: string): Promise<() => Promise<void>> {
  const store = await connect(own.url, { connections: 2, log })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const app = node(store, () => {
    begin()
    return new Promise(() => {})
  })
  void ask(app, key).catch(() => {})
  await begun
  return () => store.close()
}

test('a repeat gets the first answer, and the work is done once', async () => {
  const app = node(own.store)
  expect(await ask(app, 'a')).toMatchObject({ status: 200, json: { number: 1 } })
  expect(await ask(app, 'a')).toMatchObject({ status: 200, json: { number: 1 }, replayed: 'true' })
  expect(await ask(app, 'a', { other: true })).toMatchObject({ status: 409 })
  expect(done).toBe(1)
})

test('a repeat waits while the process that works on it lives, and does the work once it is gone', async () => {
  const kill = await stuckProcess('b')
  const next = node(own.store)
  expect(await ask(next, 'b')).toMatchObject({ status: 409, json: { code: 'node.idempotency-running' } })
  await kill()
  expect(await ask(next, 'b')).toMatchObject({ status: 200, json: { number: 1 } })
  expect(await ask(next, 'b')).toMatchObject({ json: { number: 1 }, replayed: 'true' })
})

test('of many repeats after a crash one does the work', async () => {
  const kill = await stuckProcess('c')
  await kill()
  const next = node(own.store, () => new Promise((resolve) => setTimeout(resolve, 100)))
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(next, 'c')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ json }) => json.code === 'node.idempotency-running')).toHaveLength(7)
  expect(done).toBe(1)
})

test('a repeat within the process that works on it waits for the answer', async () => {
  let finish = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const app = node(own.store, () => {
    begin()
    return new Promise((resolve) => {
      finish = resolve
    })
  })
  const first = ask(app, 'd')
  await begun
  expect(await ask(app, 'd')).toMatchObject({ status: 409 })
  finish()
  expect(await first).toMatchObject({ status: 200 })
})
