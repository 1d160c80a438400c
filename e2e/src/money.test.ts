// What an amount is in one's own currency, and USDC bought with a card at the sandbox.
import { type Addresses, gesimPaymasterAbi, testUsdcAbi } from '@gesim/contracts'
import type { Browser, Page } from 'playwright-core'
import { createTestClient, createWalletClient, http, publicActions } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'

let browser: Browser
let base: string
let stack: Stack

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  base = stack.read().webUrl!
  browser = await launchBrowser()
}, 400_000)
afterAll(async () => {
  await browser?.close()
})

async function visitor(locale: string, width = 390): Promise<{ page: Page; asked: string[] }> {
  const context = await browser.newContext({ locale, viewport: { width, height: 800 } })
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).hostname))
  return { page, asked }
}

/** Makes a gift of fees as the operator, who is known by the role on chain. */
async function makeGift(gift: `0x${string}`): Promise<void> {
  const { rpcUrl, nodeUrl } = stack.read()
  const { addresses } = (await (await fetch(`${nodeUrl}/v1/network`)).json()) as { addresses: Addresses }
  const chain = createTestClient({ mode: 'anvil', transport: http(rpcUrl) }).extend(publicActions)
  // The operator is the test token's minter.
  const operator = await chain.readContract({
    address: addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'minter',
  })
  await chain.impersonateAccount({ address: operator })
  const wallet = createWalletClient({ account: operator, transport: http(rpcUrl) })
  const hash = await wallet.writeContract({
    address: addresses.paymaster,
    abi: gesimPaymasterAbi,
    functionName: 'setPromotion',
    args: [gift, 3_000_000n, 5, Math.floor(Date.now() / 1_000) + 3_600],
    chain: null,
  })
  await chain.waitForTransactionReceipt({ hash, pollingInterval: 100 })
  await chain.stopImpersonatingAccount({ address: operator })
}

const price = (page: Page) => page.getByTestId('plan-card').first()

describe('an estimate', () => {
  it('is in the currency of the region that the browser names, and dated', async () => {
    const { page } = await visitor('de-CH')
    await page.goto(`${base}/plans`)
    expect(await price(page).getByTestId('estimate').textContent()).toMatch(/^etwa \d+,\d\d\sCHF$/)
    expect(await page.getByTestId('currency-switch').getByTestId('estimate').textContent()).toMatch(
      /^1 USDC · etwa 0,88\sCHF zum Kurs von \d\d:\d\d$/,
    )
    await page.context().close()
  }, 60_000)

  it('is chosen in the footer, kept, and gone where none is wanted', async () => {
    const { page, asked } = await visitor('en-GB', 320)
    await page.goto(`${base}/plans`)
    expect(await price(page).getByTestId('estimate').textContent()).toMatch(/^about £\d/)
    await page.locator('[data-testid=currency-switch] button[value=JPY]').click()
    await expect.poll(() => price(page).getByTestId('estimate').textContent()).toMatch(/^about JP¥[\d,]+$/)
    await page.goto(base)
    expect(await page.getByTestId('estimate').first().textContent()).toMatch(/JP¥/)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await page.locator('[data-testid=currency-switch] button[value=none]').click()
    await expect.poll(() => page.getByTestId('estimate').count()).toBe(0)
    expect([...new Set(asked)]).toEqual(['localhost'])
    await page.context().close()
  }, 60_000)

  it('is absent for a language of many regions, until one chooses', async () => {
    const { page } = await visitor('ar')
    await page.goto(`${base}/plans`)
    expect(await page.getByTestId('estimate').count()).toBe(0)
    await page.context().close()
  }, 60_000)
})

describe('USDC for a card', () => {
  let page: Page
  beforeAll(async () => {
    const visit = await visitor('en-GB')
    page = visit.page
    await page.goto(`${base}/sign-in?return=/wallet/top-up`)
    await page.getByTestId('provider-local').click()
    await page.getByTestId('persona-noor').click()
    await page.waitForURL(`${base}/wallet/top-up`)
    await page.getByTestId('top-up-address').waitFor({ timeout: 60_000 })
  }, 120_000)
  afterAll(() => page?.context().close())

  const newest = () => page.getByTestId('card-order').first()
  const stateIs = (state: string) =>
    expect.poll(() => newest().getAttribute('data-state'), { timeout: 30_000 }).toBe(state)
  async function order() {
    await page.getByTestId('card-price').filter({ hasText: 'US$' }).waitFor()
    await page.getByTestId('card-buy').click()
    await page.getByTestId('ramp-pay').waitFor()
  }

  it('is bought at the sandbox: there and back, and the money is in the wallet', async () => {
    await page.locator('[data-testid=card-amount][value="20000000"]').check()
    await expect.poll(() => page.getByTestId('card-price').textContent()).toBe('US$20.30')
    await order()
    expect(await page.locator('body').textContent()).toContain('Sandbox: no card, no money')
    await page.getByTestId('ramp-pay').click()
    await page.waitForURL(`${base}/wallet/top-up?order=*`)
    await stateIs('delivered')
    await page.goto(`${base}/wallet`)
    await expect.poll(() => page.getByTestId('balance').textContent(), { timeout: 20_000 }).toContain('20.00')
    await page.goto(`${base}/wallet/top-up`)
  }, 120_000)

  it('says why it failed, and goes on at the provider or ends by a tap', async () => {
    await order()
    await page.getByTestId('ramp-decline').click()
    await page.waitForURL(`${base}/wallet/top-up?order=*`)
    await stateIs('failed')
    expect(await newest().textContent()).toContain('The card was declined')
    await page.goto(`${base}/wallet/top-up`)
    await order()
    await page.goBack()
    await stateIs('redirected')
    await newest().getByTestId('card-go-on').click()
    await page.getByTestId('ramp-pay').waitFor()
    await page.goto(`${base}/wallet/top-up`)
    await newest().getByTestId('card-cancel').click()
    await stateIs('failed')
    expect(await newest().textContent()).toContain('Cancelled')
  }, 120_000)

  it('fees are paid ahead for somebody else, with what is wrong said beside the field, and a gift is taken once', async () => {
    const gift = `0x${Date.now().toString(16).padStart(64, '0')}` as const
    await makeGift(gift)
    await page.goto(`${base}/wallet/top-up?gift=${gift}`)
    const budget = async () => Number((await page.getByTestId('fees-budget').textContent())!.split(' ')[0])
    await expect.poll(budget, { timeout: 20_000 }).toBeGreaterThan(0)
    const before = await budget()
    await page.getByTestId('gift-take').click()
    // The operation itself is paid from the same budget.
    await expect.poll(budget, { timeout: 60_000 }).toBeGreaterThan(before)
    await expect.poll(() => page.getByTestId('gift').textContent()).toContain('You have taken it')
    expect(await page.getByTestId('gift-take').count()).toBe(0)

    await page.getByTestId('pay-ahead').locator('summary').click()
    await page.getByTestId('pay-ahead-to').fill('0x123')
    await page.getByTestId('pay-ahead-amount').fill('0')
    await page.getByTestId('pay-ahead-next').click()
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(2)
    await page.getByTestId('pay-ahead-to').fill(`0x${'ab'.repeat(20)}`)
    await page.getByTestId('pay-ahead-amount').fill('9999')
    await page.getByTestId('pay-ahead-next').click()
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(1)
    await page.getByTestId('pay-ahead-amount').fill('2.50')
    await page.getByTestId('pay-ahead-next').click()
    expect(await page.getByTestId('pay-ahead-sure').textContent()).toContain('You cannot get it back')
    await page.getByTestId('pay-ahead-confirm').click()
    await expect
      .poll(() => page.getByTestId('pay-ahead').textContent(), { timeout: 60_000 })
      .toContain('2.50 USDC are paid ahead')
  }, 180_000)
})
