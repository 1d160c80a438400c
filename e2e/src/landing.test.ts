// The front page as somebody meets it who is not signed in: a document with one small program of ours.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { APPEARANCES, appearAs, barriers } from './appearance.ts'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { newSession, openContext, walletReady } from './web-traveller.ts'

let stack: Stack
let browser: Browser
let base: string
const amiss: string[] = []

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  browser = await launchBrowser()
  base = stack.read().webUrl!
}, 400_000)

afterAll(() => browser?.close())

interface Visit {
  readonly page: Page
  /** The paths of the scripts that were loaded. */
  readonly scripts: string[]
}

async function visit(session: string | null, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await openContext(browser, stack, session, amiss, { locale: 'en-GB', ...options })
  const page = await context.newPage()
  const scripts: string[] = []
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
  })
  return { page, scripts }
}

const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset.theme)

it('is alive with one script, has no barriers in any theme and width, and leads on to plans', async () => {
  const { page, scripts } = await visit(null)
  await page.goto(`${base}/`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  expect(scripts.filter((path) => path !== '/worker.js')).toEqual(['/alive.js'])
  expect(await page.title()).toContain('GeSIM')
  const found: string[] = []
  for (const appearance of APPEARANCES) {
    await appearAs(page, appearance)
    found.push(...(await barriers(page)).map((one) => `${JSON.stringify(appearance)} ${one}`))
  }
  expect(found).toEqual([])
  await page.locator('input[name=q]').fill('spain')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/plans\?q=spain/)
  await page.getByTestId('plan-card').first().waitFor()
  await page.context().close()
}, 120_000)

it('shows a theme at once and after it is opened again, and keeps the search in its footer', async () => {
  const { page } = await visit(null, { colorScheme: 'light' })
  await page.goto(`${base}/?from=friend`)
  await page.locator('[data-testid=theme-switch] input[value=dark]').check()
  expect(await theme(page)).toBe('dark')
  await page.reload()
  expect(await theme(page)).toBe('dark')
  expect(await page.locator('[data-testid=theme-switch] input[value=dark]').isChecked()).toBe(true)
  await page.locator('[data-testid=theme-switch] input[value=system]').check()
  expect(await theme(page)).toBeUndefined()
  await page.locator('button[name=to][value=de]').click()
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('de')
  expect(new URL(page.url()).search).toBe('?from=friend')
  await page.context().close()
}, 60_000)

it('shows the time of a rate in the zone of the reader, and takes the rate away when it holds no more', async () => {
  const { page } = await visit(null, { timezoneId: 'Asia/Kathmandu' })
  await page.clock.install()
  await page.goto(`${base}/`)
  const rate = page.getByTestId('currency-switch').getByTestId('estimate')
  const asOf = await rate.locator('time').getAttribute('datetime')
  const there = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Asia/Kathmandu' })
  expect(await rate.locator('time').textContent()).toBe(there.format(Date.parse(asOf!)))
  const until = Number(await rate.getAttribute('data-holds-until')) * 1000
  expect(until).toBeGreaterThan(Date.now())
  await page.clock.fastForward(until - Date.now() + 120_000)
  await expect.poll(() => page.getByTestId('estimate').count()).toBe(0)
  await page.context().close()
}, 60_000)

it('deletes what the device stored for somebody who was signed in', async () => {
  const { page } = await visit(null)
  await page.goto(`${base}/plans`)
  await page.evaluate(async () => {
    localStorage.setItem('gesim-usage-0x1', '50')
    await (await caches.open('gesim-seen')).put('/esims', new Response('theirs'))
  })
  await page.goto(`${base}/`)
  await expect.poll(() => page.evaluate(() => caches.has('gesim-seen'))).toBe(false)
  expect(await page.evaluate(() => Object.keys(localStorage))).not.toContain('gesim-usage-0x1')
  await page.context().close()
}, 60_000)

it('is opened from another page without a new document, and alive there too', async () => {
  const { page } = await visit(null)
  await page.goto(`${base}/plans`)
  await page.evaluate(() => Object.assign(window, { stayed: true }))
  await page.locator('header a[href="/"]').click()
  await page.getByTestId('cta-plans').waitFor()
  expect(await page.evaluate(() => 'stayed' in window)).toBe(true)
  await page.locator('[data-testid=theme-switch] input[value=dark]').check()
  expect(await theme(page)).toBe('dark')
  await page.context().close()
}, 60_000)

it('comes whole to somebody who is signed in: the wallet lives in scripts', async () => {
  const { page, scripts } = await visit(await newSession(stack))
  await page.goto(`${base}/`)
  await page.getByTestId('signed-in').waitFor()
  expect(await walletReady(page)).toMatch(/^0x/)
  expect(scripts).not.toContain('/alive.js')
  await page.context().close()
}, 60_000)

it('reads whole without any script', async () => {
  const { page } = await visit(null, { javaScriptEnabled: false })
  await page.goto(`${base}/`)
  await page.locator('button[name=to][value=fr]').click()
  await page.waitForLoadState()
  expect(await page.locator('html').getAttribute('lang')).toBe('fr')
  await page.locator('main a[href^="/plans?q="]').first().click()
  expect(new URL(page.url()).pathname).toBe('/plans')
  await page.context().close()
}, 60_000)

it('says so in the reader’s language when not even the frame of a page can be shown, in every theme and width', async () => {
  // Not `visit`: here something is meant to throw.
  const context = await browser.newContext({ locale: 'de-DE' })
  const page = await context.newPage()
  await page.addInitScript(() => Object.defineProperty(window, 'caches', { value: undefined }))
  await page.goto(`${base}/plans?q=spain`)
  await page.getByRole('alert').filter({ hasText: 'ging beim Anzeigen' }).waitFor()
  expect(await page.evaluate(() => [document.documentElement.lang, document.title])).toEqual([
    'de',
    'Diese Seite ist gestolpert',
  ])
  for (const appearance of APPEARANCES) {
    await appearAs(page, appearance)
    expect(await barriers(page)).toEqual([])
  }
  await context.close()
}, 60_000)

it('asks nobody else, throws nothing, and keeps to its policy', () => {
  expect(amiss).toEqual([])
})
