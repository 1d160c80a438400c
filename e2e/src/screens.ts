/**
 * Takes the pictures of docs/screens from a running stack on fresh data:
 *
 *   node e2e/src/screens.ts --base http://localhost:3000
 *
 * What they show really happened: one purchase goes its whole way, a second one waits to be installed.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { smallPng } from './small-png.ts'

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://localhost:3000' },
    // Whose wallet no other browser holds yet.
    persona: { type: 'string', default: 'ada' },
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/screens') },
  },
})
const { base, out, persona } = values

/** A page longer than this is cut: what matters stands at its top. */
const SIZES = [
  { width: 390, height: 844, longest: 2400 },
  { width: 1280, height: 900, longest: 2000 },
]

/** Takes one page in both widths and themes, each as high as the page is, so that fixed bars stand where they belong. */
async function shoot(page: Page, name: string, path: string, ready: string): Promise<void> {
  for (const { width, height, longest } of SIZES)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height })
      await page.goto(base + path)
      await page.waitForSelector(ready, { timeout: 60_000 })
      await page.waitForTimeout(800)
      const whole = await page.evaluate(() => document.documentElement.scrollHeight)
      await page.setViewportSize({ width, height: Math.min(longest, whole) })
      await page.waitForTimeout(400)
      writeFileSync(join(out, `${name}-${width}-${colorScheme}.png`), smallPng(await page.screenshot()))
    }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 390, height: 844 })
}

/** Buys a plan; comes back with the path of the purchase once its eSIM can be installed. */
async function buy(page: Page, planId: string): Promise<string> {
  await page.goto(`${base}/plans/${planId}`)
  await page.waitForSelector('[data-testid=buy],[data-testid=buy-sign-in]')
  if (await page.getByTestId('buy-sign-in').count()) {
    await page.getByTestId('buy-sign-in').click()
    await page.getByTestId('provider-local').click()
    await page.getByTestId(`persona-${persona}`).click()
  } else await page.getByTestId('buy').click()
  await page.waitForSelector('[data-testid=faucet],[data-testid=confirm]', { timeout: 60_000 })
  if (await page.getByTestId('faucet').count()) await page.getByTestId('faucet').click()
  await page.getByTestId('confirm').click({ timeout: 60_000 })
  await page.waitForURL(/\/esims\/0x/, { timeout: 60_000 })
  await page.waitForSelector('[data-testid=activation-qr]', { timeout: 90_000 })
  return new URL(page.url()).pathname
}

/** Installs the eSIM in the software phone, uses a little, finishes and waits for the books to close. */
async function useUp(page: Page): Promise<void> {
  const phone = await page.context().newPage()
  await phone.goto((await page.getByTestId('open-phone').getAttribute('href', { timeout: 30_000 }))!)
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
  await phone.close()
  await page.getByTestId('finish').click()
  await page.getByTestId('finish-confirm').click()
  await page.waitForSelector('[data-testid=purchase][data-state=settled]', { timeout: 180_000 })
}

mkdirSync(out, { recursive: true })
for (const file of readdirSync(out)) if (file.endsWith('.png')) rmSync(join(out, file))
const browser = await launchBrowser()
try {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  await shoot(page, 'shop', '/', 'h1')
  await shoot(page, 'plan', '/plans/es-5gb', '[data-testid=buy-sign-in]')
  const settled = await buy(page, 'es-go')
  await useUp(page)
  await shoot(page, 'timeline-settled', settled, '[data-testid=purchase][data-state=settled]')
  await shoot(page, 'receipt', `${settled}/receipt`, '[data-testid=receipt][data-progress=done]')
  const ready = await buy(page, 'es-5gb')
  await shoot(page, 'timeline-ready', ready, '[data-testid=activation-qr]')
  await shoot(page, 'carrier', '/carrier', '.u-wrap')
  await shoot(page, 'finance', '/finance', '[data-testid=money-picture]')
  await shoot(page, 'developer', '/developer', '[data-testid=pulse]')
} finally {
  await browser.close()
}
