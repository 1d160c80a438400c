// What switching would cost, asked over HTTP, on a real database with the switch engine's own view.
import type { Hex } from '@gesim/journey'
import type { Quote, Switching } from '@gesim/wire'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness, until } from './testing/harness.ts'

let h: Harness
const account: Hex = `0x${'a7'.repeat(20)}`
const tx = { txHash: `0x${'aa'.repeat(32)}` as Hex, gasUsed: '100' }

beforeAll(async () => {
  h = await startHarness()
  h.as = { account }
  h.chain.entitle(account)
})
afterAll(() => h?.stop())

async function bought(): Promise<Hex> {
  const quote = (
    await h.app.inject({ method: 'POST', url: '/v1/quotes', payload: { planId: 'es-go', qos: 'video' } })
  ).json() as Quote
  await h.app.inject({
    method: 'POST',
    url: '/v1/intents',
    payload: { quoteId: quote.quoteId, terms: quote.terms },
  })
  return quote.intentId as Hex
}
const ask = (id: Hex) => h.app.inject({ url: `/v1/intents/${id}/switching` })
const measure = (book: number, video: number, agoSeconds: number) =>
  sql`insert into gesim.smart_switch_estimates (book, region, at, weight, chat, chat_variance, video, video_variance,
      throughput_mbps, latency_ms)
    values (${book}, 'ES', now() - make_interval(secs => ${agoSeconds}), 1, 0.5, 0, ${video}, 0, 20, 40)
    on conflict (book, region) do update set at = excluded.at, video = excluded.video`.execute(h.own.store.db)

test('the comparison follows what is measured, and its plans come from the catalogue of the place', async () => {
  const id = await bought()
  expect((await ask(id)).json()).toMatchObject({ code: 'intents.no-network-yet' })
  await h.event('intent.funded', id, { payer: account, fundedMicros: '3000000', ...tx })
  await h.event('switch.decided', id, { book: 1, reason: 'the best', scores: [] })
  await until(async () => (await ask(id)).statusCode === 200)
  const first = (await ask(id)).json() as Switching
  expect(first).toMatchObject({
    verdict: 'unknown',
    install: 'first',
    refundMicros: '3000000',
    here: { quality: null },
  })
  expect(first.others).toMatchObject([{ book: 2, compared: 'unknown', quality: null, certain: false }])
  expect(first.others[0]!.plan.countries).toContain('ES')

  await measure(1, 0.5, 5)
  await measure(2, 0.9, 5)
  expect((await ask(id)).json()).toMatchObject({
    others: [{ compared: 'better', quality: { stale: false } }],
  })
  await measure(2, 0.9, 700)
  expect((await ask(id)).json()).toMatchObject({
    verdict: 'unknown',
    others: [{ compared: 'unknown', quality: { stale: true } }],
  })
})

test('nobody else’s purchase is compared, and none that is over', async () => {
  const id = await bought()
  await h.event('intent.funded', id, { payer: account, fundedMicros: '3000000', ...tx })
  await h.event('switch.decided', id, { book: 1, reason: 'the best', scores: [] })
  await until(async () => (await ask(id)).statusCode === 200)
  h.as = { account: `0x${'b7'.repeat(20)}` }
  expect((await ask(id)).json().code).toBe('intents.unknown')
  h.as = { account }
  await h.event('intent.refunded', id, { refundedMicros: '3000000', ...tx })
  const over = await until(async () => {
    const answer = await ask(id)
    return answer.statusCode !== 200 && answer
  })
  expect([over.statusCode, over.json().code]).toEqual([409, 'intents.over'])
})
