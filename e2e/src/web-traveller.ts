// A traveller in a browser of their own, signed in without walking through the provider's pages: for journeys that begin later.
import { testUsdcAbi } from '@gesim/contracts'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { createPublicClient, createTestClient, createWalletClient, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect } from 'vitest'
import { escrowLogs } from './books.ts'
import type { Stack } from './start-stack.ts'
import { eventually } from './waiting.ts'

/** The plan that the journeys buy. */
export const PLAN = 'es-go'

export interface WebTraveller {
  readonly context: BrowserContext
  readonly page: Page
  readonly base: string
  readonly account: `0x${string}`
  /** What went against the page's policy, left this machine or threw. Stays empty. */
  readonly amiss: readonly string[]
}

/** The session cookie of a new traveller, who signs in with a key that nobody else has. */
export async function newSession(stack: Stack): Promise<string> {
  const { nodeUrl } = stack.read()
  const owner = privateKeyToAccount(generatePrivateKey())
  const address = owner.address.toLowerCase()
  const asked = await fetch(`${nodeUrl}/v1/auth/challenge?address=${address}`)
  const { text, issuedAt } = (await asked.json()) as { text: string; issuedAt: number }
  const signature = await owner.signMessage({ message: text })
  const answer = await fetch(`${nodeUrl}/v1/auth/wallet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address, issuedAt, signature }),
  })
  const cookie = answer.headers.getSetCookie()[0]
  if (!cookie) throw new Error(`no session: ${answer.status}`)
  return cookie.slice('gesim='.length, cookie.indexOf(';'))
}

/** A browser with this session, watched for what must not happen. */
export async function openContext(
  browser: Browser,
  stack: Stack,
  session: string | null,
  amiss: string[],
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options })
  context.setDefaultTimeout(60_000)
  context.on('weberror', (error) => amiss.push(`thrown: ${error.error().message}`))
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname))
      amiss.push(`asked of others: ${request.url()}`)
  })
  context.on('console', (message) => {
    if (message.text().startsWith('against the policy')) amiss.push(message.text())
  })
  await context.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) =>
      console.warn('against the policy', location.pathname, event.violatedDirective, event.sample),
    ),
  )
  if (session) await context.addCookies([{ name: 'gesim', value: session, url: stack.read().webUrl! }])
  return context
}

/** Waits until the page holds the traveller's wallet; gives its account. */
export async function walletReady(page: Page): Promise<`0x${string}`> {
  const state = page.locator('[data-testid=wallet-state][data-step=ready]')
  await state.waitFor({ state: 'attached' })
  return (await state.getAttribute('data-account')) as `0x${string}`
}

/** Signs a new traveller in, lets the browser make their wallet, and puts money into it. */
export async function newWebTraveller(
  browser: Browser,
  stack: Stack,
  options: { micros?: bigint; context?: BrowserContextOptions } = {},
): Promise<WebTraveller> {
  const amiss: string[] = []
  const context = await openContext(browser, stack, await newSession(stack), amiss, options.context)
  const page = await context.newPage()
  const base = stack.read().webUrl!
  await page.goto(`${base}/privacy`)
  const account = await walletReady(page)
  await giveUsdc(stack, account, options.micros ?? 100_000_000n)
  return { context, page, base, account, amiss }
}

/** Test USDC, as the faucet of the local network gives it. */
export async function giveUsdc(stack: Stack, account: string, micros: bigint): Promise<void> {
  const answer = await fetch(`${stack.read().nodeUrl}/v1/wallet/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, amountMicros: micros.toString() }),
  })
  if (!answer.ok) throw new Error(`the faucet gives nothing: ${answer.status} ${await answer.text()}`)
}

/** Sends the account's USDC to nobody, past its keys. */
export async function spendAll(stack: Stack, account: `0x${string}`): Promise<void> {
  const { nodeUrl, rpcUrl } = stack.read()
  const answer = await fetch(`${nodeUrl}/v1/network`)
  const { addresses } = (await answer.json()) as { addresses: { usdc: `0x${string}` } }
  const transport = http(rpcUrl)
  const usdc = { address: addresses.usdc, abi: testUsdcAbi } as const
  const balance = await createPublicClient({ transport }).readContract({
    ...usdc,
    functionName: 'balanceOf',
    args: [account],
  })
  const chain = createTestClient({ mode: 'anvil', transport })
  const nonce = await createPublicClient({ transport }).getTransactionCount({ address: account })
  await chain.impersonateAccount({ address: account })
  await chain.setBalance({ address: account, value: parseEther('1') })
  await createWalletClient({ account, transport }).writeContract({
    ...usdc,
    chain: null,
    functionName: 'transfer',
    args: ['0x000000000000000000000000000000000000dEaD', balance],
    gas: 200_000n,
  })
  await chain.stopImpersonatingAccount({ address: account })
  await eventually('the wallet to be empty', async () => {
    const left = await createPublicClient({ transport }).readContract({
      ...usdc,
      functionName: 'balanceOf',
      args: [account],
    })
    return left === 0n
  })
  // An address that has sent something itself could not become an account any more (EIP-684).
  await chain.setNonce({ address: account, nonce })
}

/** Opens the sheet of the purchase; it is ready to be confirmed. */
export async function openSheet(page: Page, base: string, plan = PLAN): Promise<void> {
  await page.goto(`${base}/plans/${plan}?buy=1`)
  await page.getByTestId('confirm').waitFor()
}

/** Waits for the page of a purchase; gives its id. */
export async function arrives(page: Page): Promise<`0x${string}`> {
  const notice = page.getByTestId('failure')
  const refused = notice.waitFor({ timeout: 90_000 }).then(async () => {
    throw new Error(`not paid: ${(await notice.allTextContents()).join(' ')}`)
  })
  await Promise.race([page.waitForURL(/\/esims\/0x[0-9a-f]{64}/, { timeout: 90_000 }), refused])
  // The page of the purchase shows none either; should one come later, it is its own affair.
  refused.catch(() => {})
  await page.getByTestId('purchase').waitFor()
  return /0x[0-9a-f]{64}/.exec(page.url())![0] as `0x${string}`
}

/** Buys and pays; gives the purchase. */
export async function buy({ page, base }: WebTraveller): Promise<`0x${string}`> {
  await openSheet(page, base)
  await page.getByTestId('confirm').click()
  return arrives(page)
}

/** The purchases that an account has paid for on the chain. */
export async function paidBy(stack: Stack, account: string): Promise<string[]> {
  const logs = await escrowLogs(stack)
  const own = new Set(
    logs
      .filter(({ eventName, args }) => eventName === 'IntentCreated' && sameAddress(args.payer, account))
      .map(({ args }) => args.intentId),
  )
  return logs
    .filter(({ eventName, args }) => eventName === 'IntentFunded' && own.has(args.intentId))
    .map(({ args }) => String(args.intentId))
}

function sameAddress(one: unknown, other: string): boolean {
  return String(one).toLowerCase() === other.toLowerCase()
}

/** What a page says when something failed: what happened, where the money is, what to do, one action, and the id. */
export interface Trouble {
  readonly code: string
  readonly actions: 'again' | 'sign-in-again' | 'restore-here' | 'none'
  /** Words about the money. */
  readonly money?: RegExp
  readonly intentId?: boolean
}

const MONEY = /has not moved|is safe|only be in your wallet|no money|nothing was (?:charged|sent|signed)/i

/** The page says all of it; gives its words. */
export async function expectTrouble(page: Page, wanted: Trouble): Promise<string> {
  const notice = page.getByTestId('failure')
  await notice.waitFor()
  const [title, ...rest] = (await notice.locator('p').allTextContents()).map((text) => text.trim())
  expect(title!.length).toBeGreaterThan(15)
  expect(rest.join(' ')).toContain(wanted.code)
  expect(`${title} ${rest.join(' ')}`).toMatch(wanted.money ?? MONEY)
  const offered = await notice
    .locator('a, button')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.testid ?? 'copy'))
  const [action, ...more] = offered.filter((id) => id !== 'copy')
  expect([action ?? 'none', ...more]).toEqual([wanted.actions])
  if (wanted.intentId) {
    const value = await notice.locator('[data-value]').getAttribute('data-value')
    expect(value).toMatch(/0x[0-9a-f]{64}$/)
  }
  return `${title} ${rest.join(' ')}`
}

/** How often the chain says that the account has paid, once nothing is on its way any more. */
export async function expectPaid(stack: Stack, account: string, times: number): Promise<void> {
  await eventually(
    `${times} payments of the account`,
    async () => (await paidBy(stack, account)).length >= times,
  )
  expect(new Set(await paidBy(stack, account)).size).toBe(times)
  expect(await paidBy(stack, account)).toHaveLength(times)
}
