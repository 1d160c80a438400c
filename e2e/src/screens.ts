// Takes the screenshots of docs/screens from a running stack: `node e2e/src/screens.ts --base http://localhost:3000`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://localhost:3000' },
    // Whose wallet no other browser holds yet.
    persona: { type: 'string', default: 'ada' },
  },
})
const base = values.base
const folder = join(import.meta.dirname, '../../docs/screens')

/** Signs in, buys and installs, uses a little and finishes: what the screens show really happened. */
async function buy(page: Page): Promise<string> {
  await page.goto(`${base}/plans/es-go`)
  await page.getByTestId('buy-sign-in').click()
  await page.getByTestId('provider-local').click()
  await page.getByTestId(`persona-${values.persona}`).click()
  await page.waitForSelector('[data-testid=faucet],[data-testid=confirm]', { timeout: 60_000 })
  if (await page.getByTestId('faucet').count()) await page.getByTestId('faucet').click()
  await page.getByTestId('confirm').click({ timeout: 60_000 })
  await page.waitForURL(/\/esims\/0x/, { timeout: 60_000 })
  const phone = await page.context().newPage()
  await phone.goto((await page.getByTestId('open-phone').getAttribute('href', { timeout: 90_000 }))!)
  await phone.click('#add-button')
  await page.bringToFront()
  await page.waitForSelector('[data-testid=purchase][data-state=active]', { timeout: 90_000 })
  await phone.click('#use')
  // A function, not text: the page's policy rightly forbids evaluating text.
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('[data-testid=usage-ring]')?.dataset.used) > 0,
    null,
    { timeout: 90_000 },
  )
  await page.getByTestId('finish').click()
  await page.getByTestId('finish-confirm').click()
  await page.waitForSelector('[data-testid=purchase][data-state=settled]', { timeout: 180_000 })
  return new URL(page.url()).pathname
}

async function shoot(browser: Browser, purchase: string, state: Awaited<ReturnType<typeof stateOf>>) {
  const screens = {
    shop: '/',
    plan: '/plans/es-5gb',
    timeline: purchase,
    receipt: `${purchase}/receipt`,
    carrier: '/carrier',
    finance: '/finance',
    developer: '/developer',
  }
  for (const width of [390, 1280])
    for (const theme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport: { width, height: width === 390 ? 844 : 900 },
        colorScheme: theme,
        storageState: state,
      })
      const page = await context.newPage()
      for (const [name, path] of Object.entries(screens)) {
        await page.goto(base + path)
        if (name === 'receipt') await page.waitForSelector('[data-testid=receipt][data-progress=done]')
        await page.waitForTimeout(1500)
        await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) })
      }
      await context.close()
    }
}

function stateOf(page: Page) {
  return page.context().storageState()
}

mkdirSync(folder, { recursive: true })
const browser = await launchBrowser()
try {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  const purchase = await buy(page)
  await shoot(browser, purchase, await stateOf(page))
} finally {
  await browser.close()
}
