// The main job in a real browser: from the first tap to the receipt that the browser checks itself.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPEARANCES, appearAs, barriers } from './appearance.ts'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'

let browser: Browser
let context: BrowserContext
let page: Page
let base: string
const foreign: string[] = []
const broken: string[] = []
/** What the traveller's hands did from the sign-in on, in our pages and in the provider's. */
const hands: ('pointerdown' | 'keydown')[] = []
let signInAtMs = 0

beforeAll(async () => {
  const stack = await sharedStack({ web: true })
  base = stack.read().webUrl!
  browser = await launchBrowser()
  context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'light' })
  watch(context)
  await context.exposeBinding('noteHand', (_, kind: 'pointerdown' | 'keydown') => void hands.push(kind))
  await context.addInitScript(() => {
    const { noteHand } = window as unknown as { noteHand(kind: string): void }
    for (const kind of ['pointerdown', 'keydown'])
      addEventListener(kind, (event) => event.isTrusted && noteHand(kind), true)
  })
  page = await context.newPage()
}, 400_000)

afterAll(async () => {
  await browser?.close()
})

/** Notes every request that leaves this machine and every script that throws. */
function watch(one: BrowserContext): void {
  one.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname))
      foreign.push(request.url())
  })
  one.on('weberror', (error) => broken.push(error.error().message))
}

const byId = (id: string) => page.getByTestId(id)
const seen = (selector: string, timeout = 60_000) => page.waitForSelector(selector, { timeout })

const kindsOf = (elements: Element[]) => elements.map((element) => (element as HTMLElement).dataset.kind!)
const wordsOf = (elements: Element[]) => elements.map((element) => (element as HTMLElement).dataset.word!)

describe('a traveller in a browser', () => {
  it('finds a plan and signs in; a wallet is made without asking anything', async () => {
    await page.goto(`${base}/plans`)
    await byId('plan-search').fill('spain')
    await seen('[data-testid=plan-card][data-plan="es-go"]')
    await page.goto(`${base}/plans/es-go`)
    hands.length = 0
    signInAtMs = Date.now()
    await byId('buy-sign-in').click()
    await byId('provider-local').click()
    await byId('persona-ada').click()
    await page.waitForURL(/\/plans\//)
    await page.waitForSelector('[data-testid=wallet-state][data-step=ready]', {
      state: 'attached',
      timeout: 60_000,
    })
    expect(await byId('wallet-state').getAttribute('data-account')).toMatch(/^0x[0-9a-fA-F]{40}$/)
  })

  it('pays with one confirmation, no gas, no address, nothing typed', async () => {
    await seen('[data-testid=faucet],[data-testid=confirm]')
    if (await byId('faucet').count()) await byId('faucet').click()
    await seen('[data-testid=confirm]')
    expect(await byId('purchase-sheet').textContent()).not.toMatch(/\bgas\b|0x[0-9a-f]{8}/i)
    expect(await byId('purchase-sheet').locator('input[type=text],input:not([type])').count()).toBe(0)
    await byId('confirm').click()
    await page.waitForURL(/\/esims\/0x[0-9a-f]{64}/, { timeout: 90_000 })
    await seen('[data-testid=purchase]')
  })

  it('gets a QR code, links and a manual code, and gives the code to a phone that installs the profile', async () => {
    await seen('[data-testid=activation-qr]')
    // How long it takes depends on the machine, which runs every role of the network here: said, not demanded.
    const seconds = ((Date.now() - signInAtMs) / 1000).toFixed(1)
    console.info(`from the sign-in to the QR code: ${hands.length} taps, ${seconds} s`)
    // One of them fetches test USDC, which only the local network hands out.
    expect(hands.length).toBeGreaterThanOrEqual(4)
    expect(hands.length).toBeLessThanOrEqual(5)
    expect(hands).not.toContain('keydown')
    await byId('reveal-code').click()
    const code = await byId('activation-code').first().getAttribute('data-value')
    expect(code).toMatch(/^LPA:1\$localhost:\d+\$/)
    const href = await byId('open-phone').getAttribute('href')
    const phone = await context.newPage()
    await phone.goto(href!)
    await phone.click('#add-button')
    await page.bringToFront()
    await seen('[data-testid=purchase][data-state=active]', 90_000)
    const steps = await page
      .locator('[data-testid=timeline] [data-step]')
      .evaluateAll((rows) =>
        rows
          .filter((row) => (row as HTMLElement).dataset.state === 'done')
          .map((row) => (row as HTMLElement).dataset.step),
      )
    expect(steps).toEqual(expect.arrayContaining(['paid', 'ordered', 'ready', 'downloaded', 'installed']))
    await phone.bringToFront()
    await phone.waitForSelector('#use:not([disabled])', { timeout: 30_000 })
    await phone.click('#use')
    await page.bringToFront()
  })

  it('sees the usage ring move while data flows', async () => {
    await page.waitForFunction(
      () =>
        Number((document.querySelector('[data-testid=usage-ring]') as HTMLElement | null)?.dataset.used) > 0,
      null,
      { timeout: 60_000 },
    )
  })

  it('asks what switching would cost, and is told in figures with their age, or that nobody knows', async () => {
    await page.locator('summary', { hasText: 'Why this network?' }).click()
    await byId('ask-switching').click()
    await seen('[data-testid=switching][data-verdict]')
    const verdict = await byId('switching').getAttribute('data-verdict')
    expect(['better', 'trade-off', 'nothing-better', 'unknown']).toContain(verdict)
    expect(await byId('other-carrier').count()).toBeGreaterThan(0)
    expect(await byId('switching').textContent()).toMatch(/come back to you.*install another eSIM/)
    // Named as on the page of the ID: by the number that the chain's register has for it.
    await page
      .getByTestId('other-name')
      .filter({ hasText: /^Network no\. \d+ of the public register$/ })
      .first()
      .waitFor()
  })

  it('asks to be told, and a message of the server is shown in its own words', async () => {
    await context.grantPermissions(['notifications'], { origin: base })
    await byId('notices-switch').click()
    // A machine without the internet reaches no push service: then the page says that it must be open.
    await seen('[data-testid=notices][data-way=open], [data-testid=notices][data-way=push]')
    // Nobody is told before the worker is there.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    const devtools = await context.newCDPSession(page)
    const registered = new Promise<string>((resolve) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
        if (first) resolve(first.registrationId)
      })
    })
    await devtools.send('ServiceWorker.enable')
    const intentId = new URL(page.url()).pathname.split('/').at(-1)
    const registrationId = await registered
    const push = () =>
      devtools.send('ServiceWorker.deliverPushMessage', {
        origin: base,
        registrationId,
        data: JSON.stringify({ intentId, about: 'usage-80' }),
      })
    const titles = () =>
      page.evaluate(async () => {
        const worker = await navigator.serviceWorker.ready
        return (await worker.getNotifications()).map(({ title }) => title)
      })
    // The tools promise no delivery, as no push service does; the same message again takes the place of the first.
    const shown = async () => {
      const before = await titles()
      if (before.length === 0) await push()
      return before
    }
    await expect.poll(shown, { interval: 1_000 }).toEqual(['80% of your data is used'])
    await byId('notices-switch').click()
    await seen('[data-testid=notices][data-way=off]')
  })

  it('finishes; the epoch closes, the carrier is paid and the rest comes back', async () => {
    await byId('finish').click()
    await byId('finish-confirm').click()
    const settled = '[data-testid=purchase][data-state=settled]'
    // Between the two finalities the payer may take the rest; on a slow machine it comes back by itself first.
    await seen(`[data-testid=take-rest], ${settled}`, 120_000)
    // In one turn of the page, since the button goes when the rest is back.
    const taking = await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('[data-testid=take-rest]')
      if (!button || button.disabled) return button ? 'disabled' : 'gone'
      button.click()
      return 'taken'
    })
    expect(taking).not.toBe('disabled')
    await seen(settled, 180_000)
  })

  it('checks every line of the receipt in the browser, and none fails', async () => {
    await byId('receipt-link').click()
    await seen('[data-testid=receipt][data-progress=done]', 60_000)
    const verdict = await byId('verdict').evaluate((element) => ({ ...(element as HTMLElement).dataset }))
    expect(verdict.failed).toBe('0')
    expect(Number(verdict.held)).toBeGreaterThanOrEqual(15)
    expect(await page.locator('[data-check=agreement]').getAttribute('data-outcome')).toBe('ok')
  })

  /**
   * The receipt as another server would send it: `pattern` replaced in the page. The service worker would fetch it unseen, so
   * this visitor has none.
   */
  async function receiptWith(pattern: RegExp, replacement: string) {
    const changed = await browser.newContext({
      storageState: await context.storageState(),
      serviceWorkers: 'block',
    })
    watch(changed)
    const other = await changed.newPage()
    let changes = 0
    await other.route('**/receipt', async (route) => {
      const response = await route.fetch()
      const body = (await response.text()).replace(pattern, (_, before) => {
        changes++
        return `${before}${replacement}`
      })
      await route.fulfill({ response, body })
    })
    await other.goto(page.url())
    await other.waitForSelector('[data-testid=receipt][data-progress=done]', { timeout: 60_000 })
    expect(changes).toBeGreaterThan(0)
    const outcome = (check: string) => other.locator(`[data-check=${check}]`).getAttribute('data-outcome')
    const found = {
      outcomes: [await outcome('terms'), await outcome('agreement')],
      verdict: await other.getByTestId('verdict').evaluate((one) => ({ ...(one as HTMLElement).dataset })),
      words: `${await other.getByTestId('verdict').textContent()} ${await other.getByTestId('checks').textContent()}`,
    }
    await changed.close()
    // A window that another one covered draws nothing until it is in front again.
    await page.bringToFront()
    return found
  }

  it('turns red where somebody changes what was agreed to, and says so in words', async () => {
    // A server that forges: the page comes with another wish than the one that was confirmed.
    const { outcomes, words } = await receiptWith(/(qos\\*":\\*")balanced/g, 'cheapest')
    expect(outcomes).toEqual(['ok', 'failed'])
    expect(words).toContain('This is not what you agreed to')
  })

  it('turns red where a server withholds what was agreed to, and says so in words', async () => {
    const { outcomes, verdict, words } = await receiptWith(/()agreement(?=\\*":\{\\*"statement)/g, 'nothing')
    expect(outcomes).toEqual(['ok', 'failed'])
    expect(verdict).toMatchObject({ failed: '1', open: '0' })
    expect(words).toContain('hands out no agreement')
  })

  it('reads a settled purchase and its receipt without barriers, whatever the theme and the width', async () => {
    const receipt = new URL(page.url()).pathname
    const found: string[] = []
    for (const [path, ready] of [
      [receipt, '[data-testid=receipt][data-progress=done]'],
      [receipt.replace('/receipt', ''), '[data-testid=purchase][data-state=settled]'],
    ] as const) {
      await page.goto(base + path)
      await seen(ready)
      for (const appearance of APPEARANCES) {
        await appearAs(page, appearance)
        found.push(...(await barriers(page)).map((one) => `${path} ${JSON.stringify(appearance)} ${one}`))
      }
    }
    await page.setViewportSize({ width: 390, height: 844 })
    expect(found).toEqual([])
  })

  it('sees in the wallet what came, what was paid and what came back, and what the chain does not say', async () => {
    await page.goto(`${base}/wallet`)
    await seen('[data-testid=transfers][data-at=read]')
    const kinds = await byId('activity').locator('[data-kind]').evaluateAll(kindsOf)
    expect(kinds).toEqual(expect.arrayContaining(['received', 'funded', 'returned']))
    await page.route('**/rpc/chain', (route) => route.abort())
    await page.reload()
    await seen('[data-testid=transfers][data-at=silent]')
    expect(await byId('activity').locator('[data-kind]').evaluateAll(kindsOf)).not.toContain('received')
    await page.unroute('**/rpc/chain')
    await byId('transfers-again').click()
    await seen('[data-testid=transfers][data-at=read]')
  })

  it('finds the purchase on the dashboards, with books that balance', async () => {
    await page.goto(`${base}/finance`)
    await seen('[data-testid=balanced][data-balanced=true]')
    await page.goto(`${base}/carrier`)
    await seen('[role=tab]')
    // Which carrier was chosen is up to the radio: one of them was paid.
    const paid: number[] = []
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click()
      await seen('[role=tabpanel][data-state=active]')
      paid.push(await byId('payouts').count())
    }
    expect(paid).toContain(1)
    await page.goto(`${base}/developer`)
    await seen('[data-testid=tab-start]')
  })

  it('takes the key along: signs in once more, holds to see it, proves it was written down; no request carries it', async () => {
    const sent: string[] = []
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
    await page.goto(`${base}/wallet/export`)
    // Offered once the last sign-in is more than a minute ago.
    await byId('export-sign-in').click({ timeout: 70_000 })
    await byId('persona-ada').click()
    await byId('export-continue').click()
    const secret = byId('secret')
    expect(await secret.getAttribute('data-shown')).toBe('false')
    await byId('hold').hover()
    await page.mouse.down()
    await seen('[data-testid=secret][data-shown=true]')
    const words = await secret.locator('[data-word]').evaluateAll(wordsOf)
    await page.mouse.up()
    await seen('[data-testid=secret][data-shown=false]')
    expect(await secret.locator('[data-word]').count()).toBe(0)
    await byId('hold').focus()
    await page.keyboard.down('Space')
    await seen('[data-testid=secret][data-shown=true]')
    await page.keyboard.up('Space')
    await seen('[data-testid=secret][data-shown=false]')

    const owner = mnemonicToAccount(words.join(' '))
    const wallet = await page.evaluate(async () => (await fetch('/v1/wallet')).json())
    expect(wallet.signers.map((one: string) => one.toLowerCase())).toContain(owner.address.toLowerCase())

    await byId('export-written').click()
    for (const question of [1, 2]) {
      await seen(`[data-testid=quiz][data-question="${question}"]`)
      const right = words[Number(await byId('quiz').getAttribute('data-place')) - 1]!
      const choices = await byId('quiz').locator('[data-word]').evaluateAll(wordsOf)
      await byId('quiz')
        .locator(`[data-word="${choices.find((one) => one !== right)}"]`)
        .click()
      await page.getByText('That is another word').waitFor()
      await byId('quiz').locator(`[data-word="${right}"]`).click()
    }
    await seen('[data-testid=export-done]')

    const key = Buffer.from(owner.getHdKey().privateKey!).toString('hex')
    const carries = (text: string) =>
      text.includes(key) || words.filter((word) => new RegExp(`\\b${word}\\b`).test(text)).length > 2
    expect(sent.filter(carries)).toEqual([])
  })

  it('never makes the browser ask anybody else, and no script throws', () => {
    expect(foreign).toEqual([])
    expect(broken).toEqual([])
  })
})
