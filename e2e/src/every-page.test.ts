// Every page that the app has, found by its folders so that a new one cannot be forgotten: usable by everybody, in both
// themes, on the narrowest screen and on a wide one.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPEARANCES, appearAs, barriers } from './appearance.ts'
import { launchBrowser } from './browser.ts'
import { pathOf, ROUTES } from './routes.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { buy, newWebTraveller, PLAN, type WebTraveller } from './web-traveller.ts'

let stack: Stack
let browser: Browser
let traveller: WebTraveller
let intentId: string

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack)
  intentId = await buy(traveller)
  await traveller.page.getByTestId('activation-qr').waitFor()
}, 400_000)

afterAll(() => browser?.close())

describe('a page', () => {
  test.for([...ROUTES, '/no-such-page'])('%s has no barriers in any theme and width', async (route) => {
    const { page, base } = traveller
    const path = pathOf(route, intentId)
    await page.goto(base + path)
    expect(new URL(page.url()).pathname).toBe(path.split('?')[0])
    // What is still being asked for has a grey shape in its place.
    await page.waitForFunction(() => !document.querySelector('.animate-pulse, main [aria-busy=true]'))
    const found: string[] = []
    for (const appearance of APPEARANCES) {
      await appearAs(page, appearance)
      found.push(...(await barriers(page)).map((one) => `${JSON.stringify(appearance)} ${one}`))
    }
    expect(found).toEqual([])
  })

  test.for([`/plans/${PLAN}?buy=1`])('%s, with its sheet open, has none either', async (path) => {
    const { page, base } = traveller
    await page.goto(base + path)
    await page.getByTestId('confirm').waitFor()
    const found: string[] = []
    for (const appearance of APPEARANCES) {
      await appearAs(page, appearance)
      found.push(...(await barriers(page)).map((one) => `${JSON.stringify(appearance)} ${one}`))
    }
    expect(found).toEqual([])
  })
})

test('no page asks anybody else, throws, or goes against its policy', () => {
  expect(traveller.amiss).toEqual([])
})
