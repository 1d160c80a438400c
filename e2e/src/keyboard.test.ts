// The purchase by keyboard alone: Tab, Enter and Space, from the list of plans until the money is back. What has the focus is
// seen, and nothing holds it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { arrives, expectPaid, newWebTraveller, type WebTraveller } from './web-traveller.ts'

const MOST_STOPS = 150

let stack: Stack
let browser: Browser
let traveller: WebTraveller
let page: Page

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack, { context: { viewport: { width: 1280, height: 900 } } })
  page = traveller.page
}, 400_000)

afterAll(() => browser?.close())

/** Where the focus is, and whether one sees it. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null
    if (!element || element === document.body) return null
    // A field that is hidden behind its label shows the focus there, and a link that is a whole card around the card.
    const shown = element.closest('label, article') ?? element
    const ringed = [element, shown].some((one) => {
      const style = getComputedStyle(one)
      return (
        (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
      )
    })
    const box = shown.getBoundingClientRect()
    const inView = box.bottom > 0 && box.top < innerHeight && box.width > 0
    const all = [...document.querySelectorAll('*')]
    return {
      at: all.indexOf(element),
      id: element.dataset.testid ?? null,
      href: element.getAttribute('href'),
      label: (element.textContent || element.getAttribute('aria-label') || element.tagName)
        .trim()
        .slice(0, 40),
      seen: ringed && inView,
      modal: element.closest('dialog') !== null,
    }
  })

/** Tabs on until the focus is where it is wanted; each stop on the way is seen. */
async function tabTo(wanted: { id?: string; href?: string }): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    const here = await focused()
    if (here) expect([here.label, here.seen]).toEqual([here.label, true])
    if (here && (wanted.id ? here.id === wanted.id : here.href === wanted.href)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${JSON.stringify(wanted)}`)
}

test('no page of the purchase holds the focus: Tab goes all the way round', async () => {
  for (const path of ['/plans/es-go', '/wallet']) {
    await page.goto(traveller.base + path)
    await page.waitForFunction(() => !document.querySelector('.animate-pulse'))
    const stops: number[] = []
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await page.keyboard.press('Tab')
      const here = await focused()
      // Back at the browser itself.
      if (here === null || here.at === stops[0]) break
      expect([path, stops.includes(here.at), here.label]).toEqual([path, false, here.label])
      stops.push(here.at)
    }
    expect(stops.length).toBeGreaterThan(8)
    expect(stops.length).toBeLessThan(MOST_STOPS)
  }
})

test('a plan is found, opened, paid for and taken back without a pointer', async () => {
  await page.goto(`${traveller.base}/plans`)
  await tabTo({ href: '/plans/es-go' })
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/plans\/es-go/)
  await tabTo({ id: 'buy' })
  await page.keyboard.press('Space')
  await page.getByTestId('confirm').waitFor()
  await tabTo({ id: 'confirm' })
  // The sheet keeps the focus to itself while it is open.
  expect((await focused())?.modal).toBe(true)
  await page.keyboard.press('Enter')
  const intentId = await arrives(page)
  await expectPaid(stack, traveller.account, 1)
  await page.getByTestId('activation-qr').waitFor()
  await tabTo({ id: 'reveal-code' })
  await page.keyboard.press('Enter')
  await page.getByTestId('manual-code').waitFor()
  await tabTo({ id: 'refund' })
  await page.keyboard.press('Space')
  await page.getByTestId('refund-confirm').waitFor()
  // Escape leaves the sheet, and the focus is back where it came from.
  await page.keyboard.press('Escape')
  await page.getByTestId('refund-confirm').waitFor({ state: 'detached' })
  expect((await focused())?.id).toBe('refund')
  await page.keyboard.press('Enter')
  await page.getByTestId('refund-confirm').waitFor()
  await tabTo({ id: 'refund-confirm' })
  await page.keyboard.press('Enter')
  await page.locator('[data-testid=purchase][data-state=refunded]').waitFor()
  expect(page.url()).toContain(intentId)
})

test('nothing of it asks anybody else, throws, or goes against the page’s policy', () => {
  expect(traveller.amiss).toEqual([])
})
