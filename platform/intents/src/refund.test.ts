import { settled } from '@gesim/store/testing'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness, until } from './testing/harness.ts'

let h: Harness
beforeAll(async () => {
  // Three seconds for delivery: the timers are real.
  h = await startHarness(600, 3)
})
afterAll(() => h?.stop())

async function draft() {
  const account = privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as `0x${string}`
  h.as = { account }
  const quote = (
    await h.app.inject({ method: 'POST', url: '/v1/quotes', payload: { planId: 'es-5gb' } })
  ).json()
  const { intentId } = (
    await h.app.inject({
      method: 'POST',
      url: '/v1/intents',
      payload: { quoteId: quote.quoteId, terms: quote.terms },
    })
  ).json()
  return { account, quote, intentId: intentId as `0x${string}` }
}
const state = async (id: string) => (await h.app.inject({ url: `/v1/intents/${id}` })).json().state

test('money that nobody earns in time is asked back by itself, once; an unpaid draft lapses', async () => {
  const paid = await draft()
  const unpaid = await draft()
  h.as = { account: paid.account }
  h.chain.entitle(paid.account)
  await h.event('intent.funded', paid.intentId, {
    payer: paid.account,
    fundedMicros: '9500000',
    txHash: '0xaa',
    gasUsed: '1',
  })
  await h.event('switch.decided', paid.intentId, { book: null, reason: 'nobody answers', scores: [] })
  await until(async () => (await state(paid.intentId)) === 'refunding')
  await settled(h.own.store)
  const wanted = await h.own.store.read({ intentId: paid.intentId, kinds: ['refund.wanted'] })
  expect(wanted).toHaveLength(1)
  expect(wanted[0]!.atMs).toBeGreaterThan(paid.quote.terms.provisionBy * 1000)
  expect(wanted[0]!.body).toMatchObject({ terms: paid.quote.terms })
  await h.event('intent.refunded', paid.intentId, { refundedMicros: '9500000', txHash: '0xbb', gasUsed: '1' })
  await until(async () => (await state(paid.intentId)) === 'refunded')

  h.as = { account: unpaid.account }
  await until(async () => (await state(unpaid.intentId)) === 'lapsed')
}, 20_000)
