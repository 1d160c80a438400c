// The GeSIM ID in a real browser: what matters most is kept, and a carrier that asks is shown what it can check by itself.
import { checkEntitlement, entitlementProofFromJson } from '@gesim/proofs'
import { PAIRING_ALPHABET } from '@gesim/wire'
import type { Browser, Page } from 'playwright-core'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asCarrier } from './asking-carrier.ts'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'
import { buy, newWebTraveller, type WebTraveller } from './web-traveller.ts'

let stack: Stack
let browser: Browser
let traveller: WebTraveller
let page: Page

beforeAll(async () => {
  stack = await sharedStack({ web: true })
  browser = await launchBrowser()
  traveller = await newWebTraveller(browser, stack)
  page = traveller.page
}, 400_000)

afterAll(() => browser?.close())

const seen = (selector: string) => page.waitForSelector(selector, { timeout: 90_000 })

test('without a plan the page shows the token as the chain has it, its document, and a preference that is kept', async () => {
  await page.goto(`${traveller.base}/id`)
  await seen('[data-testid=token][data-held=true]')
  await page.getByTestId('did').locator('summary').click()
  const text = await page.getByTestId('did-copy').getAttribute('data-value')
  expect(JSON.parse(text!).id.toLowerCase()).toBe(`did:pkh:eip155:31337:${traveller.account}`.toLowerCase())
  await page.getByTestId('preference').selectOption('video')
  await seen('[data-testid=preference][data-saved=true]')
  await page.reload()
  expect(await page.getByTestId('preference').inputValue()).toBe('video')
}, 180_000)

test('a carrier asks, the traveller reads and signs, and the carrier checks it with a chain node alone, once', async () => {
  const intentId = await buy(traveller)
  const phone = await traveller.context.newPage()
  await phone.goto((await page.getByTestId('open-phone').getAttribute('href'))!)
  await phone.click('#add-button')
  await page.bringToFront()
  await seen('[data-testid=purchase][data-state=active]')
  await phone.close()

  await page.goto(`${traveller.base}/id`)
  const profile = `[data-testid=profile][data-intent="${intentId}"]`
  // The preference that was set before is the purchase's, until it is changed for this one.
  await seen(`${profile}[data-qos=video]:not([data-in-use=no])`)
  await seen(`${profile} [data-testid=on-chain]`)
  await page.locator(profile).getByTestId('profile-qos').selectOption('chat')
  await seen(`${profile}[data-qos=chat] [data-saved=true]`)

  const { terms, book } = (await (
    await traveller.context.request.get(`${traveller.base}/v1/intents/${intentId}`)
  ).json()) as { terms: { payer: `0x${string}` }; book: number }
  const { nodeUrl, rpcUrl } = stack.read()
  const network = (await (await fetch(`${nodeUrl}/v1/network`)).json()) as {
    chainId: number
    addresses: Record<'identity' | 'escrow' | 'carrierRegistry', `0x${string}`>
  }
  // On the local network each carrier has one book, with its own number.
  const carrier = await asCarrier(stack, book, [book])
  const purpose = 'Free minutes for our customers'
  const asked = await carrier.ask(terms.payer, purpose)
  expect(asked.code).toMatch(new RegExp(`^[${PAIRING_ALPHABET}]{6}$`))
  await page
    .getByTestId('question-code')
    .fill(`${asked.code.slice(0, 3)} ${asked.code.slice(3).toLowerCase()}`)
  await page.getByTestId('question-open').click()
  await page.getByTestId('question-sign').waitFor()
  expect(await page.getByTestId('question').textContent()).toContain(purpose)
  expect((await carrier.result(asked.question.nonce)).state).toBe('open')
  await page.getByTestId('question-sign').dblclick()
  await page.getByTestId('question-done').waitFor()

  const { state, proof } = await carrier.result(asked.question.nonce)
  expect(state).toBe('answered')
  const client = createPublicClient({ transport: http(rpcUrl) })
  const expected = {
    chainId: network.chainId,
    question: asked.question,
    nowSeconds: Math.floor(Date.now() / 1000),
    answered: false,
  }
  const given = entitlementProofFromJson(proof! as never)
  expect(await checkEntitlement(client, network.addresses, expected, given)).toBeNull()
  const forged = { ...given, question: { ...given.question, purpose: 'A loan' } }
  const loan = { ...expected, question: forged.question }
  expect(await checkEntitlement(client, network.addresses, loan, forged)).toBe('signature-wrong')

  await page.goto(traveller.base + asked.path)
  await page.getByTestId('question-failed').waitFor()
  expect(await page.getByTestId('question-sign').count()).toBe(0)
}, 300_000)

test('a question of a carrier where nothing is on, or of nobody, offers nothing to sign', async () => {
  const other = await asCarrier(stack, 1, [4_000])
  const asked = await other.ask(traveller.account, 'Are you ours?')
  await page.goto(traveller.base + asked.path)
  await page.getByTestId('no-plan').waitFor()
  expect(await page.getByTestId('question-sign').count()).toBe(0)
  await page.goto(`${traveller.base}/id?code=222222`)
  await page.getByTestId('question-failed').waitFor()
})

test('while the chain is away the page says so and keeps the rest', async () => {
  await page.route('**/rpc/**', (route) => route.abort())
  await page.goto(`${traveller.base}/id`)
  await page.getByTestId('chain-away').waitFor({ timeout: 90_000 })
  expect(await page.getByTestId('preference').inputValue()).toBe('video')
  await page.unroute('**/rpc/**')
  await page.getByTestId('chain-away').getByRole('button').click()
  await seen('[data-testid=token][data-held=true]')
  expect(traveller.amiss).toEqual([])
}, 120_000)
