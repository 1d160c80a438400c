// Every page that the app has, found by its folders so that a new one cannot be forgotten: usable by everybody, in both
// themes, on the narrowest screen and on a wide one.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { APPEARANCES, appearAs, barriers } from './appearance.ts'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import { ROOT, type Stack } from './start-stack.ts'
import { buy, newWebTraveller, PLAN, type WebTraveller } from './web-traveller.ts'

const APP = join(ROOT, 'apps/web/src/app')

/** The folders of `src/app` that hold a page. */
const ROUTES = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /(?:^|\/)page\.tsx$/.test(file))
  .map((file) => `/${file.replace(/\/?page\.tsx$/, '')}`)
  .sort()

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

function pathOf(route: string): string {
  const path = route.replace('[planId]', PLAN).replace('[intentId]', intentId)
  expect(path).not.toContain('[')
  // Who is signed in sees that page only with a refusal.
  return path === '/sign-in' ? '/sign-in?failed=identity.sign-in-refused' : path
}

describe('a page', () => {
  test.for([...ROUTES, '/no-such-page'])('%s has no barriers in any theme and width', async (route) => {
    const { page, base } = traveller
    const path = pathOf(route)
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
