// A traveller deletes the account in a real browser; the database, the chain and the browser are searched for what is left.
import { gesimIdentityAbi } from '@gesim/contracts'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createPublicClient, type Hex, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type Database, everyRow, openDatabase } from './database.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { eventually } from './waiting.ts'

let stack: Stack
let database: Database
let browser: Browser
let context: BrowserContext
let page: Page
let base: string
let identity: Hex
const foreign: string[] = []

/** Who leaves, as the database knew them. */
interface Person {
  readonly account: Hex
  readonly subject: string
  readonly lookup: string
  readonly commitment: string
}
let left: Person

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  const { webUrl, databaseUrl, nodeUrl } = stack.read()
  base = webUrl!
  database = await openDatabase(databaseUrl)
  const network = (await (await fetch(`${nodeUrl}/v1/network`)).json()) as { addresses: { identity: Hex } }
  identity = network.addresses.identity
  browser = await launchBrowser()
  await forgetEarlier()
  context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname))
      foreign.push(request.url())
  })
  page = await context.newPage()
}, 400_000)

afterAll(async () => {
  await browser?.close()
  await database?.close()
})

/** Another journey may have signed the same persona in, in a browser of its own: that account is ended first. */
async function forgetEarlier(): Promise<void> {
  const earlier = await browser.newContext()
  const one = await earlier.newPage()
  await one.goto(`${base}/sign-in?return=/privacy`)
  await one.getByTestId('provider-local').click()
  await one.getByTestId('persona-ada').click()
  await one.waitForURL(`${base}/privacy`)
  const status = await one.evaluate(async () => {
    const { purchases } = await (await fetch('/v1/privacy/ending')).json()
    const body = JSON.stringify({
      receipt: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', ''),
      leaving: purchases.map(({ intentId }: { intentId: string }) => intentId),
    })
    const headers = { 'content-type': 'application/json' }
    return (await fetch('/v1/privacy/ending', { method: 'POST', headers, body })).status
  })
  expect(status).toBeLessThan(300)
  await earlier.close()
}

const byId = (id: string) => page.getByTestId(id)
const seen = (selector: string, timeout = 60_000) => page.waitForSelector(selector, { timeout })

async function signIn(): Promise<Person> {
  await page.goto(`${base}/sign-in?return=/privacy/delete`)
  await byId('provider-local').click()
  const ready = '[data-testid=wallet-state][data-step=ready]'
  // The provider remembers who signed in there, and asks no second time.
  await page.waitForSelector(`[data-testid=persona-ada], ${ready}`, { state: 'attached', timeout: 60_000 })
  if (await byId('persona-ada').count()) await byId('persona-ada').click()
  await page.waitForSelector(ready, { state: 'attached', timeout: 60_000 })
  const account = (await byId('wallet-state').getAttribute('data-account'))!.toLowerCase()
  const [row] = await database.query<Person>(
    `select account, subject_ref as subject, lookup, commitment
    from gesim.identity_accounts join gesim.identity_subjects using (subject_ref) where account = $1`,
    [account],
  )
  return row!
}

function holdsToken(account: Hex): Promise<boolean> {
  const chain = createPublicClient({ transport: http(stack.read().rpcUrl) })
  return chain.readContract({
    address: identity,
    abi: gesimIdentityAbi,
    functionName: 'isEntitled',
    args: [account],
  })
}

async function tablesWith(text: string): Promise<string[]> {
  const tables = await everyRow(database)
  return [...tables].filter(([, rows]) => rows.some((row) => row.includes(text))).map(([name]) => name)
}

/** What the browser keeps for the site: databases with rows, caches, workers, stored settings. */
function keptHere(): Promise<Record<string, number>> {
  return page.evaluate(async () => ({
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    local: localStorage.length,
    session: sessionStorage.length,
  }))
}

describe('a traveller who deletes the account', () => {
  it('reads first what goes, what stays and where the money is', async () => {
    left = await signIn()
    await eventually('the token', () => holdsToken(left.account))
    const answer = await fetch(`${stack.read().nodeUrl}/v1/wallet/faucet`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account: left.account, amountMicros: '7000000' }),
    })
    expect(answer.ok).toBe(true)
    await page.goto(`${base}/privacy`)
    await byId('forget').click()
    await page.waitForURL(/\/privacy\/delete/)
    await seen('[data-testid=your-money][data-micros="7000000"]')
    expect(await byId('send-out').getAttribute('href')).toBe('/wallet/send')
    expect(await byId('take-key').getAttribute('href')).toBe('/wallet/export')
    const groups = (list: string) =>
      page
        .locator(`[data-testid=${list}] [data-group]`)
        .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.group!))
    expect(await groups('goes')).toEqual(
      expect.arrayContaining(['sign-in', 'account', 'sessions', 'key-part']),
    )
    expect(await groups('stays')).toEqual(expect.arrayContaining(['events', 'transactions']))
  })

  it('has to say that the money is known of, and to hold: a press is not enough', async () => {
    expect(await byId('end-hold').isDisabled()).toBe(true)
    await byId('end-knows').check()
    await byId('end-hold').click()
    await page.waitForTimeout(2500)
    expect(new URL(page.url()).pathname).toBe('/privacy/delete')
    expect(await tablesWith(left.subject)).toContain('gesim.identity_subjects')
    expect((await keptHere()).databases).toBeGreaterThan(0)
  })

  it('is told what was done; the token leaves the chain by itself and this browser is empty', async () => {
    await byId('end-hold').focus()
    await page.keyboard.down('Space')
    await page.waitForURL(/\/privacy\/ended/, { timeout: 30_000 })
    await page.keyboard.up('Space')
    await seen('[data-testid=ended][data-token=gone][data-cleared=true]', 90_000)
    expect(await holdsToken(left.account)).toBe(false)
    expect(await keptHere()).toMatchObject({ databases: 0, workers: 0, local: 0, session: 0 })
    const cookies = (await context.cookies()).map(({ name }) => name)
    expect(cookies.filter((name) => /gesim/.test(name))).toEqual([])
    // Opened again, as by a link, the page says how far it is and empties nothing; no worker stands before the network.
    await page.reload()
    await seen('[data-testid=ended][data-token=gone][data-cleared=false]')
    expect(await keptHere()).toMatchObject({ databases: 0, workers: 0, local: 0, session: 0 })
  })

  it('stands in no table any more: neither the reference, nor its beginning, nor the lookup', async () => {
    for (const text of [left.subject, left.subject.slice(0, 11), left.lookup])
      expect(await tablesWith(text)).toEqual([])
    // The search does find what stays, and the page said so: the account, which is on the chain.
    expect(await tablesWith(left.account)).toContain('gesim.journal')
  })

  it('is somebody new after the next sign-in, whom nothing connects with who left', async () => {
    const again = await signIn()
    expect(again.account).not.toBe(left.account)
    expect(again.subject).not.toBe(left.subject)
    expect(again.commitment).not.toBe(left.commitment)
    const tables = await everyRow(database)
    const both = [...tables].flatMap(([name, rows]) =>
      rows.filter((row) => row.includes(again.account) && row.includes(left.account)).map(() => name),
    )
    expect(both).toEqual([])
    await eventually('the new token', () => holdsToken(again.account))
  })

  it('asked nobody else', () => {
    expect(foreign).toEqual([])
  })
})
