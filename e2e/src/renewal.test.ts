// A plan that renews itself, in a real browser: ordered with one confirmation, bought once when the data is used up, its money taken
// back, and what was signed for the next one made void on the chain.
import { type Addresses, testUsdcAbi } from '@gesim/contracts'
import type { Renewal } from '@gesim/wire'
import type { Browser, Page } from 'playwright-core'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPEARANCES, appearAs, barriers } from './appearance.ts'
import { launchBrowser } from './browser.ts'
import { type Database, openDatabase } from './database.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { arrives, expectPaid, newWebTraveller, openSheet, type WebTraveller } from './web-traveller.ts'

/** A prepaid plan small enough to be used up in a moment. */
const SMALL = 'es-small'
const SMALL_BYTES = 12_000_000

let stack: Stack
let database: Database
let browser: Browser
let traveller: WebTraveller
let page: Page
let first: string
let second: string

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  database = await openDatabase(stack.read().databaseUrl)
  await database.query(
    `insert into gesim.intents_plans (plan_id, plan, profile_type, position)
      select $1, plan || jsonb_build_object('planId', $1::text, 'name', 'Spain 12 MB', 'includedBytes', $2::text,
        'priceMicros', '2000000', 'activationFeeMicros', '2000000'), profile_type, 999
      from gesim.intents_plans where plan_id = 'es-5gb'
    on conflict (plan_id) do update set plan = excluded.plan, withdrawn_at = null`,
    [SMALL, String(SMALL_BYTES)],
  )
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack, { micros: 20_000_000n })
  page = traveller.page
}, 400_000)

afterAll(async () => {
  await database?.query('update gesim.intents_plans set withdrawn_at = now() where plan_id = $1', [SMALL])
  await database?.close()
  await browser?.close()
})

const byId = (id: string) => page.getByTestId(id)
const seen = (selector: string, timeout = 60_000) => page.waitForSelector(selector, { timeout })

/** What the server says of the traveller's orders, asked as the page asks. */
async function orders(): Promise<Renewal[]> {
  const answer = await page.evaluate(async () => (await fetch('/v1/renewals')).json())
  return (answer as { renewals: Renewal[] }).renewals
}

async function isUsed(intentId: string): Promise<boolean> {
  const { rpcUrl, nodeUrl } = stack.read()
  const { addresses } = (await (await fetch(`${nodeUrl}/v1/network`)).json()) as { addresses: Addresses }
  return await createPublicClient({ transport: http(rpcUrl) }).readContract({
    address: addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'authorizationState',
    args: [traveller.account, intentId as `0x${string}`],
  })
}

describe('a plan that renews itself', () => {
  it('is ordered on the page of a plan that serves: how often, until when, at most how much, one confirmation', async () => {
    await openSheet(page, traveller.base, SMALL)
    await byId('confirm').click()
    first = await arrives(page)
    await seen('[data-testid=activation-qr]')
    // Before the plan serves there is nothing to continue.
    expect(await byId('renewal-card').count()).toBe(0)
    const phone = await traveller.context.newPage()
    await phone.goto((await byId('open-phone').getAttribute('href'))!)
    await phone.click('#add-button')
    await page.bringToFront()
    await seen('[data-testid=purchase][data-state=active]')
    await byId('renewal-open').click()
    await page.locator('[data-testid=renewal-times][value="2"]').check()
    await page.locator('[data-testid=renewal-days][value="30"]').check()
    await expect.poll(() => byId('renewal-most').textContent()).toMatch(/2\.00 USDC each.*4\.00 USDC at most/)
    expect(await byId('renewal-at-once').count()).toBe(0)
    await byId('renewal-confirm').click()
    await seen('[data-testid=renewal][data-state=on][data-left="2"]')
    const found: string[] = []
    for (const appearance of APPEARANCES) {
      await appearAs(page, appearance)
      found.push(...(await barriers(page)))
    }
    expect(found).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    // Signing ahead pays nothing.
    await expectPaid(stack, traveller.account, 1)
    await phone.bringToFront()
    await phone.waitForSelector('#use:not([disabled])', { timeout: 30_000 })
  }, 180_000)

  it('is bought when the data is used up, says by whose order, and can be installed like any other', async () => {
    const { phoneUrl } = stack.read()
    const phone = traveller.context.pages().find((one) => one.url().startsWith(phoneUrl))!
    await phone.evaluate(async (bytes) => {
      const answer = await fetch('/api/traffic', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ bytes }),
      })
      if (!answer.ok) throw new Error(`the phone says ${answer.status} ${await answer.text()}`)
    }, SMALL_BYTES)
    await page.bringToFront()
    await expect.poll(async () => (await orders())[0]?.follows !== first, { timeout: 90_000 }).toBe(true)
    const [order] = await orders()
    second = order!.follows
    expect([order!.state, order!.left]).toEqual(['on', 1])
    // The page of the plan that is over leads to the one that took its place.
    await byId('renewal-newest').click()
    await page.waitForURL(`**/esims/${second}`)
    await seen('[data-testid=activation-qr]', 90_000)
    expect(await byId('renewed').textContent()).toContain('Renewed by your order')
    await seen('[data-testid=by-order]')
    await expectPaid(stack, traveller.account, 2)
  }, 180_000)

  it('is ended with one press, here and on the chain, from the wallet’s list too', async () => {
    const [order] = await orders()
    const next = order!.parts.find((part) => part.state === 'waiting')!.intentId
    expect(await isUsed(next)).toBe(false)
    await page.goto(`${traveller.base}/wallet/renewals`)
    await seen('[data-testid=renewal][data-state=on]')
    await byId('renewal-end').click()
    await seen('[data-testid=renewal][data-state=ended][data-why=you]')
    await expect.poll(() => byId('renewal-void').textContent(), { timeout: 60_000 }).toContain('Void')
    expect(await isUsed(next)).toBe(true)
  }, 120_000)

  it('gives its money back like any purchase, and the next is not bought', async () => {
    await page.goto(`${traveller.base}/esims/${second}`)
    await byId('refund').click()
    await byId('refund-confirm').click()
    await seen('[data-testid=purchase][data-state=refunded]')
    // The first plan is over as well: whatever waits would be due by now.
    await page.waitForTimeout(3_000)
    const [order, ...more] = await orders()
    expect([order!.state, order!.why, more]).toEqual(['ended', 'you', []])
    await expectPaid(stack, traveller.account, 2)
    expect(traveller.amiss).toEqual([])
  }, 120_000)
})
