// Trouble while paying, in a real browser: whatever happens, it is paid once or not at all, and the page says which.
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { chainStory } from './books.ts'
import { launchBrowser } from './browser.ts'
import { type Database, openDatabase } from './database.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import {
  arrives,
  buy,
  expectPaid,
  expectTrouble,
  newWebTraveller,
  openSheet,
  paidBy,
  type WebTraveller,
} from './web-traveller.ts'

let stack: Stack
let database: Database
let browser: Browser
let traveller: WebTraveller
let page: Page

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  database = await openDatabase(stack.read().databaseUrl)
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack)
  page = traveller.page
}, 400_000)

// Each opened page that signs asks for the server's part of the key, which is given some times an hour.
beforeEach(() => database.query('delete from gesim.identity_share_releases'))

afterAll(async () => {
  await browser?.close()
  await database?.close()
})

const byId = (id: string) => page.getByTestId(id)
const payments = async () => (await paidBy(stack, traveller.account)).length

/** The request that hands a payment in; all others go on. */
async function atSending(one: Page, handle: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
  const pattern = '**/rpc/bundler'
  await one.route(pattern, (route) =>
    route.request().postData()?.includes('eth_sendUserOperation') ? handle(route) : route.continue(),
  )
  return () => one.unroute(pattern)
}

test('a double tap pays once', async () => {
  await openSheet(page, traveller.base)
  await byId('confirm').evaluate((button: HTMLElement) => {
    button.click()
    button.click()
  })
  await arrives(page)
  await expectPaid(stack, traveller.account, 1)
})

test('the back button after paying pays nothing again, and leads to a plan that can be bought anew', async () => {
  await page.goBack()
  await page.waitForURL(/\/plans\//)
  await byId('confirm').waitFor()
  expect(await byId('failure').count()).toBe(0)
  await page.goForward()
  await arrives(page)
  expect(await payments()).toBe(1)
})

test('of two tabs that pay at once one pays, and the other says that nothing was sent', async () => {
  const before = await payments()
  const other = await traveller.context.newPage()
  await openSheet(page, traveller.base)
  await openSheet(other, traveller.base)
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let sent = () => {}
  const sending = new Promise<void>((resolve) => {
    sent = resolve
  })
  const over = await atSending(page, async (route) => {
    sent()
    await held
    await route.continue()
  })
  await byId('confirm').click()
  await sending
  await other.getByTestId('confirm').click()
  const words = await expectTrouble(other, {
    code: 'web.payment-pending',
    actions: 'again',
    money: /Nothing was sent now/,
    intentId: true,
  })
  expect(words).toMatch(/\d+\smin\w* at most/)
  release()
  await arrives(page)
  await over()
  await other.close()
  await expectPaid(stack, traveller.account, before + 1)
})

test('a connection cut after the payment was sent ends on the page of the purchase: paid once', async () => {
  const before = await payments()
  await openSheet(page, traveller.base)
  const over = await atSending(page, async (route) => {
    // It arrives and is taken; its answer is lost, and for a while everything else.
    await route.fetch()
    await traveller.context.setOffline(true)
    await route.abort('connectionreset')
    setTimeout(() => void traveller.context.setOffline(false), 1_500)
  })
  await byId('confirm').click()
  await arrives(page)
  await over()
  await expectPaid(stack, traveller.account, before + 1)
})

test('a connection cut before anything was sent: nothing moved, and it goes on when the network is back', async () => {
  const before = await payments()
  await openSheet(page, traveller.base)
  await traveller.context.setOffline(true)
  await byId('confirm').click()
  await expectTrouble(page, { code: 'web.api-unreachable', actions: 'again', intentId: true })
  expect(await byId('confirm').count()).toBe(0)
  await traveller.context.setOffline(false)
  await byId('again').click()
  await byId('confirm').waitFor()
  expect(await byId('failure').count()).toBe(0)
  expect(await payments()).toBe(before)
})

test('on a slow network it is paid once, and the page says what it is doing', async () => {
  const before = await payments()
  await openSheet(page, traveller.base)
  const cdp = await traveller.context.newCDPSession(page)
  const slow = { offline: false, latency: 300, downloadThroughput: 100_000, uploadThroughput: 30_000 }
  await cdp.send('Network.emulateNetworkConditions', slow)
  await byId('confirm').click()
  const busy = page.locator('[data-testid=purchase-sheet] [aria-busy=true]')
  await busy.waitFor()
  expect((await busy.textContent())!.length).toBeGreaterThan(5)
  await arrives(page)
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: -1,
  })
  await cdp.detach()
  await expectPaid(stack, traveller.account, before + 1)
})

test('a payment that the bundler refuses moves nothing, and says so', async () => {
  const before = await payments()
  await openSheet(page, traveller.base)
  const over = await atSending(page, async (route) => {
    const { id } = route.request().postDataJSON() as { id: number }
    await route.fulfill({ json: { jsonrpc: '2.0', id, error: { code: -32_500, message: 'AA23 reverted' } } })
  })
  await byId('confirm').click()
  await expectTrouble(page, { code: 'web.payment-failed', actions: 'again', intentId: true })
  await over()
  expect(await payments()).toBe(before)
})

test('a device whose clock is a day off says so, and pays by the server’s time', async () => {
  const before = await payments()
  const one = await traveller.context.newPage()
  await one.clock.install({ time: Date.now() + 86_400_000 })
  await openSheet(one, traveller.base)
  expect(await one.getByTestId('clock-notice').textContent()).toMatch(/2[34]\shrs?|1\sday/)
  await one.getByTestId('confirm').click()
  await arrives(one)
  await one.close()
  await expectPaid(stack, traveller.account, before + 1)
})

test('two tabs take the money back at once while another payment is undecided: it comes back once, whole', async () => {
  const intentId = await buy(traveller)
  await page.evaluate((account) => {
    const undecided = { hash: `0x${'ab'.repeat(32)}`, until: Date.now() + 600_000 }
    localStorage.setItem(`gesim-pending-${account.toLowerCase()}`, JSON.stringify(undecided))
  }, traveller.account)
  const other = await traveller.context.newPage()
  await other.goto(page.url())
  for (const one of [page, other]) {
    await one.getByTestId('refund').click()
    await one.getByTestId('refund-confirm').waitFor()
  }
  await Promise.all([page, other].map((one) => one.getByTestId('refund-confirm').click()))
  for (const one of [page, other]) await one.locator('[data-testid=purchase][data-state=refunded]').waitFor()
  await other.close()
  expect(await chainStory(stack, intentId)).toEqual({ IntentCreated: 1, IntentFunded: 1, IntentRefunded: 1 })
})

test('above one’s own limit nothing is paid: the page says what is left, the server refuses too, and a raise waits', async () => {
  const before = await payments()
  await page.goto(`${traveller.base}/wallet/limits`)
  await byId('limit-perPurchaseMicros').fill('1')
  await byId('limits-save').click()
  await byId('limits-saved').getByText('These limits hold now').waitFor()
  await page.goto(`${traveller.base}/plans/es-go?buy=1`)
  await byId('to-limits').waitFor()
  expect(await byId('failure').textContent()).toContain('1.00 USDC')
  expect(await byId('confirm').count()).toBe(0)
  // Whoever leaves the page out is refused all the same.
  const refused = await page.evaluate(async () => {
    const ask = async (path: string, body: object) =>
      (
        await fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json()
    const { quoteId, terms } = await ask('/v1/quotes', { planId: 'es-go' })
    return await ask('/v1/intents', { quoteId, terms })
  })
  expect(refused.code).toBe('intents.over-limit')
  await byId('to-limits').click()
  await byId('limit-perPurchaseMicros').fill('')
  await byId('limits-save').click()
  await byId('limits-later').waitFor()
  await page.goto(`${traveller.base}/plans/es-go?buy=1`)
  await byId('to-limits').waitFor()
  expect(await payments()).toBe(before)
  await database.query('delete from gesim.intents_limits')
  await openSheet(page, traveller.base)
})

test('nothing of it asks anybody else, throws, or goes against the page’s policy', () => {
  expect(traveller.amiss).toEqual([])
})
