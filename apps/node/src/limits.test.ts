import { createLog } from '@gesim/base'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { catalogueOf, registerErrors } from './errors.ts'
import { registerLimits } from './limits.ts'

/** A node's HTTP side with one route that a caller may ask twice a minute. */
function node(local = false) {
  const app = Fastify()
  registerErrors(app, catalogueOf([]), createLog('test', 'silent'))
  registerLimits(app, local)
  const route = { method: 'GET', path: '/twice', perMinute: 2 }
  app.get('/twice', { config: { route: route as never } }, async () => ({ ok: true }))
  return (headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') =>
    app.inject({ url: '/twice', headers, remoteAddress })
}

test('a caller who asks too often is refused, with when to come back; another one is not', async () => {
  const ask = node()
  const one = { authorization: 'Bearer one' }
  const answers = [await ask(one), await ask(one), await ask(one)]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429])
  expect(answers.map(({ headers }) => headers['ratelimit-remaining'])).toEqual(['1', '0', '0'])
  expect(Number(answers[2]!.headers['retry-after'])).toBeGreaterThan(0)
  expect(answers[2]!.json().code).toBe('node.too-many')
  expect((await ask({ authorization: 'Bearer two' })).statusCode).toBe(200)
})

test('who makes a proof up for each call is counted by the address, and others elsewhere are not', async () => {
  const ask = node()
  const statuses: number[] = []
  for (let n = 0; n < 102; n++) statuses.push((await ask({ cookie: `gesim=${n}` })).statusCode)
  expect(statuses.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 200))
  expect(statuses.slice(100)).toEqual([429, 429])
  expect((await ask({ cookie: 'gesim=real' }, '192.0.2.2')).statusCode).toBe(200)
})

test('on a local chain the limits are twenty times as wide', async () => {
  const ask = node(true)
  const statuses: number[] = []
  for (let n = 0; n < 41; n++) statuses.push((await ask()).statusCode)
  expect(statuses.filter((status) => status === 200)).toHaveLength(40)
})
