// A wallet whose every key is lost comes back with the help of a trusted person, each of the two in a browser of their own.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type Database, openDatabase } from './database.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import {
  buy,
  newSession,
  newWebTraveller,
  openContext,
  type WebTraveller,
  walletReady,
} from './web-traveller.ts'

let stack: Stack
let database: Database
let browser: Browser
let base: string
let owner: WebTraveller
/** The same sign-in as the owner's, in a browser that holds no part of any key. */
let bare: { context: BrowserContext; page: Page }
let friend: { context: BrowserContext; page: Page }
const amiss: string[] = []

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  base = stack.read().webUrl!
  database = await openDatabase(stack.read().databaseUrl)
  browser = await launchBrowser()
  owner = await newWebTraveller(browser, stack)
  const [session] = (await owner.context.cookies(base)).filter(({ name }) => name === 'gesim')
  const context = await openContext(browser, stack, session!.value, amiss)
  bare = { context, page: await context.newPage() }
  // Nobody is signed in yet.
  const other = await openContext(browser, stack, null, amiss)
  friend = { context: other, page: await other.newPage() }
}, 400_000)

// Each opened page that signs asks for the server's part of the key, which is given some times an hour.
beforeEach(() => database.query('delete from gesim.identity_share_releases'))

afterAll(async () => {
  await browser?.close()
  await database?.close()
})

const stepOf = (page: Page, step: string, timeout = 60_000) =>
  page.waitForSelector(`[data-testid=trust][data-step=${step}]`, { timeout })

/** Signs the friend in, as somebody who has never been here. */
async function friendSignsIn(): Promise<void> {
  await friend.context.addCookies([{ name: 'gesim', value: await newSession(stack), url: base }])
}

/** The digits with the first one misheard. */
const otherThan = (digits: string) => digits.replace(/^./, (first) => String((Number(first) + 1) % 10))

/** What the owner's bare browser gives away: the link, and the digits to be read out. A key made before is still the one. */
async function makeLink(): Promise<{ link: string; digits: string }> {
  const { page } = bare
  await page.goto(`${base}/wallet/restore`)
  const make = page.getByTestId('make-key-to-bring')
  const shown = page.getByTestId('key-to-bring')
  await make.or(shown).waitFor()
  if (await make.isVisible()) await make.click()
  await shown.waitFor()
  const link = (await shown.getAttribute('data-value'))!
  const digits = (await page.getByTestId('own-digits').getAttribute('data-digits'))!
  expect(digits).toMatch(/^\d{12}$/)
  return { link, digits }
}

/** The friend opens the link, types what was read out, and asks. */
async function asks(link: string, digits: string): Promise<void> {
  const { page } = friend
  await page.goto(link)
  await stepOf(page, 'named')
  await page.getByTestId('trust-digits').fill(digits)
  await page.getByTestId('trust-compare').click()
  await page.getByTestId('trust-ask').click()
  await stepOf(page, 'waiting', 120_000)
}

test('a link that lost its end asks for a whole one', async () => {
  await friend.page.goto(`${base}/trust?account=${owner.account.slice(0, 30)}`)
  await friend.page.getByTestId('trust-broken').waitFor()
})

test('who has never been here opens the owner’s link, signs in, and is named by the address and the digits that it shows', async () => {
  await owner.page.goto(`${base}/wallet/recoverer`)
  await owner.page.getByTestId('recoverer-invite').click()
  const link = (await owner.page.getByTestId('invite-link').getAttribute('data-value'))!
  await friend.page.goto(link)
  const back = await friend.page.getByTestId('trust-sign-in').getAttribute('href')
  expect(decodeURIComponent(back!)).toContain(new URL(link).search)
  await friendSignsIn()
  await friend.page.goto(`${base}${new URL(back!, base).searchParams.get('return')}`)
  const account = await walletReady(friend.page)
  const shown = (await friend.page.getByTestId('trust-mine').getAttribute('data-value'))!
  expect(shown.toLowerCase()).toBe(account.toLowerCase())

  await owner.page.getByTestId('recoverer-input').fill(shown)
  await owner.page.getByTestId('recoverer-next').click()
  // Nobody is named by an address alone: what the friend reads out is typed.
  const digits = (await friend.page.getByTestId('mine-digits').getAttribute('data-digits'))!
  await owner.page.getByTestId('naming-digits').fill(otherThan(digits))
  await owner.page.getByTestId('naming-compare').click()
  await owner.page.getByTestId('naming-differ').waitFor()
  expect(await owner.page.getByTestId('recoverer-confirm').isDisabled()).toBe(true)
  await owner.page.getByTestId('naming-digits').fill(digits)
  await owner.page.getByTestId('naming-compare').click()
  await owner.page.getByTestId('naming-same').waitFor()
  await owner.page.getByTestId('recoverer-confirm').click()
  await owner.page.waitForSelector('[data-testid=recoverer][data-state=named]', { timeout: 90_000 })
  await stepOf(friend.page, 'named')
  await friend.page.getByTestId('trust-named').waitFor()
}, 240_000)

test('wrong digits go nowhere; right ones ask, and the owner who still has a key stops it in time', async () => {
  const { link, digits } = await makeLink()
  // The tab is closed, and the friend calls the next day: the page shows the same link again.
  await bare.page.close()
  bare = { ...bare, page: await bare.context.newPage() }
  expect(await makeLink()).toEqual({ link, digits })
  const { page } = friend
  await page.goto(link)
  await stepOf(page, 'named')
  await page.getByTestId('trust-digits').fill(otherThan(digits))
  await page.getByTestId('trust-compare').click()
  await page.getByTestId('trust-differ').waitFor()
  expect(await page.getByTestId('trust-ask').count()).toBe(0)

  await asks(link, digits)
  await bare.page.getByTestId('person-waiting').waitFor({ timeout: 30_000 })
  await owner.page.goto(`${base}/wallet`)
  await owner.page.getByTestId('recovery-alarm').getByRole('link').click()
  await owner.page.getByTestId('recovery-stop').click()
  await owner.page.waitForSelector('[data-testid=recoverer][data-state=named]', { timeout: 90_000 })
  await stepOf(page, 'named')
}, 240_000)

test('all keys are lost: the friend asks, waits, puts the new key in place, and the owner pays with what was there', async () => {
  const { link, digits } = await makeLink()
  await owner.context.close()
  // Read out with pauses, typed with spaces.
  await asks(link, digits.replace(/(...)/g, '$1 '))
  // Another link of the same wallet cannot be used meanwhile, and this one cannot be finished yet.
  expect(await friend.page.getByTestId('trust-finish').count()).toBe(0)
  const another = await friend.context.newPage()
  await another.goto(link.replace(/key=0x.{8}/, 'key=0x12345678'))
  await stepOf(another, 'other')
  await another.close()
  // A page that is loaded again finds the key that is under way.
  await bare.page.reload()
  await bare.page.getByTestId('person-waiting').waitFor({ timeout: 30_000 })

  await stepOf(friend.page, 'due', 120_000)
  await friend.page.getByTestId('trust-finish').click()
  await stepOf(friend.page, 'done', 90_000)

  await bare.page.getByTestId('open-brought').click({ timeout: 60_000 })
  await bare.page.getByTestId('restored').waitFor({ timeout: 60_000 })
  await bare.page.goto(`${base}/wallet`)
  await bare.page.waitForFunction(
    () => document.querySelector('[data-testid=balance]')?.textContent?.startsWith('100.00'),
    null,
    { timeout: 60_000 },
  )
  const bought = await buy({ ...bare, base, account: owner.account, amiss })
  expect(bought).toMatch(/^0x[0-9a-f]{64}$/)
  expect([...amiss, ...owner.amiss]).toEqual([])
}, 400_000)
