// Trouble with who pays, for what and by whom: sessions, quotes, keys, providers and other people's pages, in a real browser.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type Database, openDatabase } from './database.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import {
  arrives,
  buy,
  expectPaid,
  expectTrouble,
  giveUsdc,
  newSession,
  newWebTraveller,
  openContext,
  openSheet,
  paidBy,
  spendAll,
  type WebTraveller,
  walletReady,
} from './web-traveller.ts'

let stack: Stack
let database: Database
let browser: Browser
let traveller: WebTraveller
let page: Page
let base: string

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  database = await openDatabase(stack.read().databaseUrl)
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack)
  ;({ page, base } = traveller)
}, 400_000)

// Each opened page that signs asks for the server's part of the key, which is given some times an hour.
beforeEach(() => database.query('delete from gesim.identity_share_releases'))

afterAll(async () => {
  await browser?.close()
  await database?.close()
})

const byId = (id: string) => page.getByTestId(id)
const payments = async () => (await paidBy(stack, traveller.account)).length
const cookie = async () => (await traveller.context.cookies(base)).find(({ name }) => name === 'gesim')!

/** Sets columns of this traveller's sessions. */
const sessions = (set: string) =>
  database.query(
    `update gesim.identity_sessions set ${set} where subject_ref =
      (select subject_ref from gesim.identity_accounts where lower(account) = lower($1))`,
    [traveller.account],
  )

/** Confirms what is open, and sees that nothing is paid and what the page says of it. */
async function expectUnpaid(wanted: Parameters<typeof expectTrouble>[1]): Promise<string> {
  const before = await payments()
  await byId('confirm').click()
  const words = await expectTrouble(page, wanted)
  expect(await byId('confirm').count()).toBe(0)
  expect(await payments()).toBe(before)
  return words
}

/** Changes the next price that the page asks for, as a server gone wrong would. */
async function withQuote(change: (quote: Record<string, unknown>) => void, work: () => Promise<void>) {
  const pattern = '**/v1/quotes'
  const handle = async (route: Route) => {
    const response = await route.fetch()
    const quote = (await response.json()) as Record<string, unknown>
    change(quote)
    await route.fulfill({ response, json: quote })
  }
  await page.route(pattern, handle)
  await openSheet(page, base)
  await page.unroute(pattern, handle)
  await work()
}

describe('a session', () => {
  test('that ends between the price and the payment: nothing is paid, and one tap signs in again', async () => {
    await openSheet(page, base)
    // At the last moment: the key was opened, and nothing is signed yet.
    await page.route('**/v1/intents', async (route) => {
      await sessions('expires_at = now()')
      await route.continue()
    })
    await expectUnpaid({ code: 'intents.no-session', actions: 'sign-in-again', intentId: true })
    await page.unroute('**/v1/intents')
    await sessions(`expires_at = now() + interval '1 day'`)
  })

  test('that is no longer fresh: the wallet is locked until a new sign-in', async () => {
    await openSheet(page, base)
    await sessions('fresh_until = now()')
    await expectUnpaid({ code: 'web.sign-in-again', actions: 'sign-in-again', intentId: true })
    const href = await byId('sign-in-again').getAttribute('href')
    expect(href).toMatch(/^\/sign-in\?again=1&/)
    expect(decodeURIComponent(href!)).toContain('/plans/es-go?buy=1')
    await sessions(`fresh_until = now() + interval '1 hour'`)
  })

  test('whose cookie was tampered with is none: the page asks to sign in', async () => {
    const right = await cookie()
    await traveller.context.addCookies([{ ...right, value: `${right.value.slice(0, -2)}xx` }])
    await page.goto(`${base}/esims`)
    await page.waitForURL(/\/sign-in\?return=/)
    expect(await page.getByTestId('provider-local').count()).toBe(1)
    await traveller.context.addCookies([right])
    await page.goto(`${base}/esims`)
    await byId('signed-in').waitFor()
  })
})

test('who signs in after somebody else finds nothing of their notices', async () => {
  const amiss: string[] = []
  const context = await openContext(browser, stack, await newSession(stack), amiss)
  const one = await context.newPage()
  await one.goto(`${base}/privacy`)
  await walletReady(one)
  const names = () =>
    one.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('gesim-usage-')))
  await one.evaluate(() => {
    localStorage.setItem('gesim-usage-0xab', '80 80')
    localStorage.setItem('gesim-usage-notify', '1')
  })
  await one.reload()
  await expect.poll(names, { timeout: 30_000 }).toEqual(expect.arrayContaining(['gesim-usage-of']))
  await one.evaluate(() => localStorage.setItem('gesim-usage-0xab', '80 80'))
  await one.reload()
  await walletReady(one)
  expect(await names()).toContain('gesim-usage-0xab')
  const cookies = [{ name: 'gesim', value: await newSession(stack), url: base }]
  await context.addCookies(cookies)
  await one.goto(`${base}/privacy`)
  await walletReady(one)
  await expect.poll(names, { timeout: 30_000 }).not.toContain('gesim-usage-0xab')
  await context.close()
  expect(amiss).toEqual([])
})

describe('a price', () => {
  test('that ran out on the page', async () => {
    await withQuote(
      (quote) => {
        quote.expiresAt = Math.floor(Date.now() / 1000) - 1
      },
      async () => {
        await expectUnpaid({ code: 'web.quote-expired', actions: 'again', intentId: true })
      },
    )
    await byId('again').click()
    await byId('confirm').waitFor()
  })

  test('that ran out at the server', async () => {
    await openSheet(page, base)
    await database.query(`update gesim.intents_quotes set expires_at = now() where expires_at > now()`)
    await expectUnpaid({ code: 'intents.quote-expired', actions: 'again', intentId: true })
  })

  test('that is not the one that was shown is not signed', async () => {
    await withQuote(
      (quote) => {
        quote.priceMicros = String(BigInt(quote.priceMicros as string) + 1n)
      },
      async () => {
        await expectUnpaid({ code: 'web.terms-differ', actions: 'again', intentId: true })
      },
    )
  })

  test('that the wallet cannot pay any more: the sheet offers to top up instead', async () => {
    await openSheet(page, base)
    await spendAll(stack, traveller.account)
    await expectUnpaid({ code: 'web.balance-short', actions: 'none', intentId: true })
    await byId('faucet').click()
    await byId('confirm').waitFor()
    expect(await byId('failure').count()).toBe(0)
    await giveUsdc(stack, traveller.account, 100_000_000n)
  })
})

describe('a code', () => {
  test('for pairing works once, and a code of a foreign system is refused by the phone in words', async () => {
    const intentId = await buy(traveller)
    await byId('activation-qr').waitFor()
    const href = await byId('open-phone').getAttribute('href')
    const code = new URL(href!).searchParams.get('pair')
    const pair = (device: string) =>
      fetch(`${stack.read().nodeUrl}/v1/devices/pairings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code, device }),
      })
    expect((await pair(`0x${'11'.repeat(20)}`)).status).toBeLessThan(300)
    const again = await pair(`0x${'22'.repeat(20)}`)
    const said = (await again.json()) as { code: string; message: string; remedy: string }
    expect([again.status, said.code]).toEqual([again.status, expect.stringMatching(/pairing|code/)])
    expect(again.status).toBeGreaterThanOrEqual(400)
    expect(said.remedy.length).toBeGreaterThan(10)
    expect(await paidBy(stack, traveller.account)).toContain(intentId)
    const phone = await traveller.context.newPage()
    await phone.goto(
      `${stack.read().phoneUrl}/?carddata=${encodeURIComponent('WIFI:T:WPA;S:Cafe;P:secret;;')}`,
    )
    await phone.click('#add-button')
    await expect
      .poll(() => phone.locator('#download-text').textContent(), { timeout: 15_000 })
      .toContain('not an activation code')
    await phone.close()
  })
})

// The last of all: a wallet that was restored elsewhere is no longer here.
describe('a key', () => {
  /** Makes a recovery file and gives its line. */
  async function recoveryLine(): Promise<string> {
    await page.goto(`${base}/wallet/recovery`)
    await byId('make-recovery').click()
    return (await byId('recovery-text').textContent())!
  }

  async function restoreBy(one: Page, line: string): Promise<void> {
    await one.getByTestId('recovery-input').fill(line)
    await one.getByTestId('restore-file').click()
    await one.getByTestId('restored').waitFor()
  }

  test('whose part in this browser was cleared in the middle pays nothing until the recovery file brought it back', async () => {
    const line = await recoveryLine()
    const before = await payments()
    await openSheet(page, base)
    // The seed is in this page's memory once something was signed: a declined payment does that.
    await page.route('**/rpc/bundler', (route) => route.abort())
    await byId('confirm').click()
    await expectTrouble(page, { code: 'web.payment-failed', actions: 'again' })
    await page.unroute('**/rpc/bundler')
    await page.evaluate(async () => {
      localStorage.clear()
      await new Promise((resolve) => {
        const request = indexedDB.deleteDatabase('gesim')
        request.onsuccess = resolve
        request.onblocked = resolve
      })
    })
    await byId('again').click()
    await byId('confirm').click()
    await expectTrouble(page, { code: 'web.wallet-elsewhere', actions: 'restore-here', intentId: true })
    await expectPaid(stack, traveller.account, before)
    await byId('restore-here').click()
    await restoreBy(page, line)
    await buy(traveller)
    await expectPaid(stack, traveller.account, before + 1)
  })

  test('of a lost device is not needed: the recovery file opens the wallet elsewhere', async () => {
    const line = await recoveryLine()
    const amiss: string[] = []
    const context = await openContext(browser, stack, (await cookie()).value, amiss)
    const elsewhere = await context.newPage()
    await elsewhere.goto(`${base}/plans/es-go?buy=1`)
    expect((await walletReady(elsewhere)).toLowerCase()).toBe(traveller.account.toLowerCase())
    await elsewhere.getByTestId('confirm').click()
    await expectTrouble(elsewhere, { code: 'web.wallet-elsewhere', actions: 'restore-here', intentId: true })
    await elsewhere.getByTestId('restore-here').click()
    await elsewhere.getByTestId('recovery-input').fill(`${line.slice(0, -4)}AAAA`)
    await elsewhere.getByTestId('restore-file').click()
    await elsewhere.getByTestId('failure').waitFor()
    await restoreBy(elsewhere, line)
    const before = await payments()
    await openSheet(elsewhere, base)
    await elsewhere.getByTestId('confirm').click()
    await arrives(elsewhere)
    await expectPaid(stack, traveller.account, before + 1)
    await context.close()
    expect(amiss).toEqual([])
  })
})

describe('a provider', () => {
  /** Goes as far as the provider's page; gives the state that it was sent with. */
  async function toProvider(one: Page): Promise<string> {
    await one.goto(`${base}/sign-in?return=%2Fplans%2Fes-go%3Fbuy%3D1`)
    const asked = one.waitForRequest((request) => request.url().includes('state='))
    await one.getByTestId('provider-local').click()
    const state = new URL((await asked).url()).searchParams.get('state')!
    await one.getByTestId('persona-ada').waitFor()
    return state
  }

  test('that was left, or that refuses: the page says so, nothing changed, and one tap begins again', async () => {
    const amiss: string[] = []
    const context = await openContext(browser, stack, null, amiss)
    const one = await context.newPage()
    const state = await toProvider(one)
    await one.goBack()
    await one.getByTestId('provider-local').waitFor()
    expect(await one.getByTestId('failure').count()).toBe(0)
    await one.goto(`${base}/v1/auth/callback?error=access_denied&state=${state}`)
    await expectTrouble(one, {
      code: 'identity.sign-in-refused',
      actions: 'none',
      money: /Nothing was charged or changed/,
    })
    await toProvider(one)
    await one.goto(`${base}/v1/auth/callback?code=stolen&state=made-up`)
    await expectTrouble(one, { code: 'identity.sign-in-unknown', actions: 'none', money: /Begin again here/ })
    await one.goto(`${base}/sign-in?failed=something.else`)
    await expectTrouble(one, {
      code: 'web.sign-in-failed',
      actions: 'none',
      money: /Nothing was charged or changed/,
    })
    await context.close()
    expect(amiss).toEqual([])
  })
})

describe('another site', () => {
  let site: Server
  beforeAll(async () => {
    site = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>'),
    )
    await new Promise<void>((resolve) => site.listen(0, resolve))
  })
  afterAll(() => new Promise((resolve) => site.close(resolve)))

  test.for(['localhost', '127.0.0.1'])(
    'at %s cannot sign out, end, delete or buy in the traveller’s name',
    async (host) => {
      const one = await traveller.context.newPage()
      await one.goto(`http://${host}:${(site.address() as AddressInfo).port}/`)
      for (const [method, path] of [
        ['POST', '/v1/auth/logout'],
        ['POST', '/v1/quotes'],
        ['POST', '/v1/wallet/share/release'],
        ['DELETE', '/v1/privacy'],
      ] as const) {
        const taken = await one.evaluate(
          async ([to, verb]) => {
            try {
              const answer = await fetch(to!, { method: verb, credentials: 'include', body: null })
              return answer.ok
            } catch {
              return false
            }
          },
          [base + path, method],
        )
        expect([path, taken]).toEqual([path, false])
      }
      // A form needs no leave of the browser.
      await one.evaluate((to) => {
        const form = document.createElement('form')
        form.method = 'post'
        form.action = to
        document.body.append(form)
        form.submit()
      }, `${base}/v1/auth/logout`)
      await one.waitForURL(`${base}/**`)
      await one.goto(`${base}/esims`)
      await one.getByTestId('signed-in').waitFor()
      await one.close()
    },
  )
})

test('nothing of it asks anybody else, throws, or goes against the page’s policy', () => {
  expect(traveller.amiss).toEqual([])
})
