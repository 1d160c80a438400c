// Seven languages and one that nobody speaks: on a narrow screen nothing runs out of the page.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'

const PAGES = ['/', '/plans', '/sign-in', '/privacy', '/no-such-page']
const LANGUAGES = [
  ['es', 'es', 'ltr', 'Iniciar sesión'],
  ['fr', 'fr', 'ltr', 'Se connecter'],
  ['de', 'de', 'ltr', 'Anmelden'],
  ['pt', 'pt-BR', 'ltr', 'Entrar'],
  ['ja', 'ja', 'ltr', 'サインイン'],
  ['ar', 'ar', 'rtl', 'تسجيل الدخول'],
] as const

let browser: Browser
let base: string

beforeAll(async () => {
  const stack = await sharedStack({ web: true })
  base = stack.read().webUrl!
  browser = await launchBrowser()
}, 400_000)

afterAll(async () => {
  await browser?.close()
})

async function narrow(locale: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 320, height: 700 }, locale })
  return context.newPage()
}

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth)

describe('a page in each language', () => {
  it.each(LANGUAGES)(
    '%s: follows the browser, says so to machines, and fits 320 px',
    async (locale, lang, direction, signIn) => {
      const page = await narrow(lang)
      for (const path of PAGES) {
        await page.goto(base + path)
        const html = await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])
        expect([path, ...html]).toEqual([path, lang, direction])
        expect([path, await widthOf(page)]).toEqual([path, 320])
      }
      await page.goto(`${base}/plans`)
      expect(await page.getByTestId('sign-in-link').textContent()).toBe(signIn)
      expect(await page.locator(`button[name=to][value=${locale}]`).getAttribute('aria-current')).toBe('true')
      await page.context().close()
    },
    60_000,
  )

  it('is chosen in the footer, also without scripts, and kept', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
    const page = await context.newPage()
    await page.goto(`${base}/plans`)
    await page.locator('button[name=to][value=de]').click()
    await page.waitForURL(`${base}/plans`)
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.goto(`${base}/privacy`)
    expect(await page.locator('h1').textContent()).toBe('Was wir über dich wissen')
    await context.close()
  }, 60_000)
})

it('words with accents and 40 % longer than English fit 320 px', async () => {
  const page = await narrow('en-US')
  for (const path of PAGES) {
    await page.goto(base + path, { waitUntil: 'networkidle' })
    await page.evaluate(() => {
      const accents: Record<string, string> = {
        a: 'å',
        e: 'é',
        i: 'ï',
        o: 'ö',
        u: 'ü',
        n: 'ñ',
        c: 'ç',
        A: 'Å',
        E: 'É',
      }
      const longer = (word: string) =>
        word.replace(/\p{L}+/gu, (letters) => {
          const accented = letters.replace(/[aeiouncAE]/g, (letter) => accents[letter] ?? letter)
          return accented + accented.slice(0, Math.round(letters.length * 0.4))
        })
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement
        if (parent && !parent.closest('script, style, svg, [dir=ltr], [lang]:not(html)'))
          node.nodeValue = longer(node.nodeValue ?? '')
      }
    })
    expect([path, await widthOf(page)]).toEqual([path, 320])
  }
  await page.context().close()
}, 60_000)
