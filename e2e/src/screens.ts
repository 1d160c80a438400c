/**
 * `node e2e/src/screens.ts`: takes the pictures of docs/screens anew, of every page there is, in both themes and two widths. Brings up
 * the product on data of its own, or uses a running one on fresh data:
 *
 *   node e2e/src/screens.ts --data .gesim
 *   node e2e/src/screens.ts --only trust,wallet-keys
 *
 * What they show really happened: one purchase goes its whole way, a second one waits to be installed.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { asCarrier } from './asking-carrier.ts'
import { launchBrowser } from './browser.ts'
import { pathOf, ROUTES } from './routes.ts'
import { smallPng } from './small-png.ts'
import { ROOT, type Stack, stackAt, startStack } from './start-stack.ts'
import { buy, newWebTraveller, openContext, type WebTraveller } from './web-traveller.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    /** Names of pictures, with commas between: the others stay as they are. */
    only: { type: 'string' },
    out: { type: 'string', default: join(ROOT, 'docs/screens') },
  },
})
const { out } = values
const only = values.only?.split(',')
const isWanted = (name: string) => !only || only.includes(name)

/** A page longer than this is cut: what matters stands at its top. */
const SIZES = [
  { width: 390, height: 844, longest: 2000 },
  { width: 1280, height: 900, longest: 1600 },
]
/** A repository keeps every picture for ever. */
const MOST_BYTES = 6e6
const THEMES = ['light', 'dark'] as const

/** Pictures whose name is not that of their folder. */
const NAMES: Readonly<Record<string, string>> = {
  '/': 'shop',
  '/plans/[planId]': 'plan',
  '/esims/[intentId]': 'timeline-settled',
  '/esims/[intentId]/receipt': 'receipt',
}

/** What a page shows only after it has asked for it. */
const READY: Readonly<Record<string, string>> = {
  '/esims/[intentId]/receipt': '[data-testid=receipt][data-progress=done]',
  '/finance': '[data-testid=money-picture]',
  '/developer': '[data-testid=pulse]',
  '/trust': '[data-testid=trust][data-step=named]',
  '/wallet/recoverer': '[data-testid=recoverer]',
  '/privacy/delete': '[data-testid=your-money]',
  '/id': '[data-testid=token][data-step=read]',
  '/wallet': '[data-testid=activity]',
  '/wallet/keys': '[data-testid=keys]',
}

/** The question is read, and the chain has said what it knows of token and plan. */
const QUESTION =
  '#page:has([data-testid=question-sign]):has([data-testid=token][data-step=read]) [data-testid=on-chain]'

const nameOf = (route: string) => NAMES[route] ?? route.slice(1).replaceAll('/', '-')

/** Takes the page that is open in both themes, as high as it is, so that fixed bars stand where they belong. */
async function shoot(page: Page, name: string, { width, longest }: (typeof SIZES)[number]): Promise<void> {
  await page.waitForFunction(
    () => !document.querySelector('.animate-pulse') && document.fonts.status === 'loaded',
  )
  const whole = await page.evaluate(() => document.documentElement.scrollHeight)
  await page.setViewportSize({ width, height: Math.min(longest, whole) })
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Drawn once with the new size and theme, and whatever moves at its end.
    await page.evaluate(async () => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      await frame()
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
      await frame()
    })
    writeFileSync(join(out, `${name}-${width}-${colorScheme}.png`), smallPng(await page.screenshot()))
  }
}

/** Opens a page in each width and takes it. */
async function take(page: Page, name: string, url: string, ready = 'h1'): Promise<void> {
  if (!isWanted(name)) return
  for (const size of SIZES) {
    await page.setViewportSize({ width: size.width, height: size.height })
    await page.goto(url)
    await page.locator(ready).first().waitFor()
    await shoot(page, name, size)
  }
}

/** Installs the eSIM in the software phone, which is given. */
async function install({ page, context }: WebTraveller): Promise<Page> {
  const phone = await context.newPage()
  await phone.goto((await page.getByTestId('open-phone').getAttribute('href'))!)
  await phone.click('#add-button')
  await page.bringToFront()
  await page.waitForSelector('[data-testid=purchase][data-state=active]', { timeout: 90_000 })
  return phone
}

/** A carrier asks somebody whose plan is on with it: gives the path to its question. */
async function questionTo(stack: Stack, asked: WebTraveller): Promise<string> {
  const intentId = await buy(asked)
  await (await install(asked)).close()
  const answer = await asked.context.request.get(`${asked.base}/v1/intents/${intentId}`)
  const { book } = (await answer.json()) as { book: number }
  const carrier = await asCarrier(stack, book, [book])
  return (await carrier.ask(asked.account, 'Free minutes for our customers')).path
}

/** Installs the eSIM, uses a little, finishes and waits for the books to close. */
async function useUp(traveller: WebTraveller): Promise<void> {
  const { page } = traveller
  const phone = await install(traveller)
  await phone.click('#use')
  // A function, not text: the page's policy rightly forbids evaluating text.
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('[data-testid=usage-ring]')?.dataset.used) > 0,
    null,
    { timeout: 90_000 },
  )
  await phone.close()
  await page.getByTestId('finish').click()
  await page.getByTestId('finish-confirm').click()
  await page.waitForSelector('[data-testid=purchase][data-state=settled]', { timeout: 180_000 })
}

/** Somebody names the helper as their trusted person, and then needs a new key: gives the link to it. */
async function linkOf({ page, base }: WebTraveller, helper: string): Promise<string> {
  await page.goto(`${base}/wallet/recoverer`)
  await page.getByTestId('recoverer-input').fill(helper)
  await page.getByTestId('recoverer-next').click()
  await page.getByTestId('naming-met').check()
  await page.getByTestId('recoverer-confirm').click()
  await page.waitForSelector('[data-testid=recoverer][data-state=named]', { timeout: 90_000 })
  await page.goto(`${base}/wallet/restore`)
  await page.getByTestId('make-key-to-bring').click()
  const link = page.getByTestId('key-to-bring')
  await link.waitFor()
  return (await link.getAttribute('data-value'))!
}

async function takeAll(stack: Stack): Promise<void> {
  const browser = await launchBrowser()
  try {
    const traveller = await newWebTraveller(browser, stack)
    const { page, base } = traveller
    const settled = await buy(traveller)
    if (isWanted('timeline-settled') || isWanted('receipt')) await useUp(traveller)
    // Somebody else: the server's part of a key is given some times an hour only, and each page opened anew asks for it.
    const waiting = await newWebTraveller(browser, stack)
    const ready = await buy(waiting)
    await take(waiting.page, 'timeline-ready', `${base}/esims/${ready}`, '[data-testid=activation-qr]')
    await take(waiting.page, 'purchase-sheet', `${base}/plans/es-go?buy=1`, '[data-testid=confirm]')
    const link = await linkOf(waiting, traveller.account)
    const nobody = await (await openContext(browser, stack, null, [])).newPage()
    for (const route of ROUTES) {
      // Some pages are for those who are not signed in.
      const one = ['/', '/plans', '/sign-in', '/offline'].includes(route) ? nobody : page
      const path = route === '/sign-in' ? route : pathOf(route, settled)
      await take(one, nameOf(route), route === '/trust' ? link : base + path, READY[route])
    }
    if (isWanted('id-question')) {
      const asked = await newWebTraveller(browser, stack)
      const path = await questionTo(stack, asked)
      await take(asked.page, 'id-question', asked.base + path, QUESTION)
    }
    await take(page, 'not-found', `${base}/no-such-page`)
    const arabic = await (await openContext(browser, stack, null, [], { locale: 'ar' })).newPage()
    await take(arabic, 'plan-arabic', `${base}/plans/es-go`)
  } finally {
    await browser.close()
  }
}

mkdirSync(out, { recursive: true })
if (!only) for (const file of readdirSync(out)) if (file.endsWith('.png')) rmSync(join(out, file))
const stack = values.data
  ? { ...stackAt(values.data), stop: async () => {} }
  : await startStack({ web: true })
try {
  await takeAll(stack)
} finally {
  await stack.stop()
}
const pictures = readdirSync(out).filter((file) => file.endsWith('.png'))
const bytes = pictures.reduce((sum, file) => sum + statSync(join(out, file)).size, 0)
console.log(`✓ ${pictures.length} pictures, ${(bytes / 1e6).toFixed(1)} MB in ${out}`)
if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 1e6} MB: take fewer, or cut them shorter`)
