// What can sign for a wallet, in a real browser with authenticators that Chromium plays: with and without PRF.
import { gesimAccountAbi } from '@gesim/contracts'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { createPublicClient, createTestClient, createWalletClient, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'
import { sharedStack } from './running-stack.ts'
import type { Stack } from './start-stack.ts'

let browser: Browser
let base: string
let stack: Stack
beforeAll(async () => {
  stack = await sharedStack({ web: true })
  base = stack.read().webUrl!
  browser = await launchBrowser()
}, 400_000)
afterAll(() => browser?.close())

interface Device {
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  readonly authenticatorId: string
}

/** A browser of its own, with an authenticator built in. */
async function device({ prf }: { prf: boolean }): Promise<Device> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: prf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { context, page, cdp, authenticatorId }
}

/** Signs in with a key of nobody's, so that the traveller is new; afterwards the page has made a wallet. */
async function signInAnew({ context, page }: Device): Promise<void> {
  const owner = privateKeyToAccount(generatePrivateKey())
  const asked = await context.request.get(`${base}/v1/auth/challenge?address=${owner.address}`)
  const { text, issuedAt } = await asked.json()
  const signature = await owner.signMessage({ message: text })
  const done = await context.request.post(`${base}/v1/auth/wallet`, {
    data: { address: owner.address, issuedAt, signature },
  })
  expect(done.status()).toBe(200)
  await page.goto(`${base}/wallet`)
  await page.waitForSelector('[data-testid=wallet-state][data-step=ready]', {
    state: 'attached',
    timeout: 60_000,
  })
  // From then on GeSIM pays for what the account does.
  await page.waitForFunction(async () => (await (await fetch('/v1/wallet')).json()).budget !== null, null, {
    timeout: 60_000,
    polling: 500,
  })
}

const walletOf = ({ page }: Device): Promise<{ account: string; signers: string[]; opens: boolean }> =>
  page.evaluate(async () => (await fetch('/v1/wallet')).json())

const does = async ({ page }: Device, testId: string, deed: string) => {
  await page.getByTestId(testId).click()
  await page.waitForSelector(`[data-testid=keys-done][data-deed=${deed}]`, { timeout: 90_000 })
}

async function openKeys({ page }: Device): Promise<void> {
  await page.goto(`${base}/wallet/keys`)
  await page.waitForSelector('[data-testid=keys]', { timeout: 60_000 })
}

const passkey = ({ page }: Device, attributes: string) =>
  page.waitForSelector(`[data-testid=passkey]${attributes}`, { timeout: 60_000 })

it('a passkey becomes a second key, the key is changed, and on a new device the passkey alone brings the wallet back', async () => {
  const first = await device({ prf: true })
  await signInAnew(first)
  const made = await walletOf(first)
  await openKeys(first)
  await does(first, 'keys-add-passkey', 'added')
  await passkey(first, '[data-sealed=true][data-signs-in=true][data-signs=false]')
  await does(first, 'passkey-second', 'second')
  await passkey(first, '[data-signs=true]')
  expect(await first.page.getByTestId('keys').getAttribute('data-signers')).toBe('2')

  const shares: string[] = []
  first.page.on('request', (request) => {
    if (request.method() === 'PUT') shares.push(request.url())
  })
  await first.page.getByTestId('change-key').click()
  await does(first, 'change-key-confirm', 'changed')
  const changed = await walletOf(first)
  expect(changed.account).toBe(made.account)
  expect(changed.signers).not.toEqual(made.signers)
  // Its parts were stored before the chain heard of it, and the passkey opens it as it opened the old one.
  expect(shares.map((url) => new URL(url).pathname)).toEqual(['/v1/wallet/share', '/v1/wallet/passkey'])
  await passkey(first, '[data-sealed=true][data-signs=true]')

  // After a new load nothing is in memory: the parts of the new key open the account.
  await openKeys(first)
  await does(first, 'passkey-second', 'unsecond')
  await does(first, 'passkey-second', 'second')

  // The device is lost. The same passkey on another one has no PRF there, so it opens no seed: it signs.
  const { credentials } = await first.cdp.send('WebAuthn.getCredentials', {
    authenticatorId: first.authenticatorId,
  })
  await first.context.close()
  const other = await device({ prf: false })
  await other.cdp.send('WebAuthn.addCredential', {
    authenticatorId: other.authenticatorId,
    credential: credentials[0]!,
  })
  await other.page.goto(`${base}/sign-in?return=/wallet/restore`)
  await other.page.getByTestId('passkey-sign-in').click()
  await other.page.waitForURL(/\/wallet\/restore/, { timeout: 60_000 })
  await other.page.getByTestId('restore-second-key').click({ timeout: 60_000 })
  await other.page.waitForSelector('[data-testid=restored]', { timeout: 90_000 })
  const back = await walletOf(other)
  expect([back.account, back.opens]).toEqual([made.account, true])
  expect(changed.signers).not.toEqual(back.signers)
  await openKeys(other)
  await passkey(other, '[data-sealed=false][data-signs=true]')
  await other.page.getByTestId('passkey-remove').click()
  await does(other, 'passkey-remove-confirm', 'removed')
  await other.page.waitForSelector('[data-testid=keys][data-signers="1"]', { timeout: 30_000 })
  await other.context.close()
}, 400_000)

it('after a change each passkey that opens no longer is told, follows by a touch or is removed; so is a key added elsewhere', async () => {
  const two = await device({ prf: true })
  const { authenticatorId } = two
  await signInAnew(two)
  await openKeys(two)
  await does(two, 'keys-add-passkey', 'added')
  await passkey(two, '[data-sealed=true]')
  // A second one on the same device would take the place of the first there: it is refused.
  await two.page.getByTestId('keys-add-passkey').click()
  await two.page.getByText('web.passkey-here-already').waitFor({ timeout: 60_000 })
  // On another device, which does not have the first one.
  await two.cdp.send('WebAuthn.clearCredentials', { authenticatorId })
  await does(two, 'keys-add-passkey', 'added')
  const rows = two.page.getByTestId('passkey')
  await two.page.locator('[data-testid=passkey][data-sealed=true]').nth(1).waitFor()
  expect(await two.page.getByTestId('stale-passkeys').count()).toBe(0)

  // Declined once, as a person may: the key is changed all the same.
  await two.page.evaluate(() =>
    Object.defineProperty(navigator.credentials, 'get', {
      configurable: true,
      value: async () => {
        Reflect.deleteProperty(navigator.credentials, 'get')
        throw new DOMException('declined', 'NotAllowedError')
      },
    }),
  )
  await two.page.getByTestId('change-key').click()
  await does(two, 'change-key-confirm', 'changedUnsealed')
  await two.page.getByTestId('stale-passkeys').waitFor()
  expect(await two.page.locator('[data-testid=passkey][data-stale=true]').count()).toBe(2)

  // The one of this device follows by a touch and opens the new key; the other device's cannot, and is removed.
  await rows.nth(1).getByTestId('passkey-seal').click()
  await two.page.waitForSelector('[data-testid=keys-done][data-deed=sealed]', { timeout: 60_000 })
  await expect.poll(() => rows.nth(1).getAttribute('data-stale'), { timeout: 10_000 }).toBe('false')
  await rows.nth(0).getByTestId('passkey-remove').click()
  await does(two, 'passkey-remove-confirm', 'removed')
  await expect
    .poll(() => two.page.locator('[data-testid=passkey][data-stale=true]').count(), { timeout: 10_000 })
    .toBe(0)

  // A key that somebody added past these pages is shown with its age, and can be taken away.
  const { account } = await walletOf(two)
  const stranger = privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as `0x${string}`
  await addPastThePages(account as `0x${string}`, stranger)
  await openKeys(two)
  const other = two.page.locator(`[data-testid=other-key][data-signer="${stranger}"]`)
  await other.waitFor({ timeout: 60_000 })
  expect(await other.locator('time').count()).toBe(1)
  await other.getByTestId('other-key-remove').click()
  await does(two, 'other-key-confirm', 'unother')
  await two.page.waitForSelector('[data-testid=keys][data-signers="1"]', { timeout: 30_000 })
  expect(await two.page.getByTestId('other-keys').count()).toBe(0)
  await two.context.close()
}, 300_000)

/** Adds a signer in the account's own name, as an operation made elsewhere would. */
async function addPastThePages(account: `0x${string}`, signer: `0x${string}`): Promise<void> {
  const transport = http(stack.read().rpcUrl)
  const chain = createTestClient({ mode: 'anvil', transport })
  await chain.impersonateAccount({ address: account })
  await chain.setBalance({ address: account, value: parseEther('1') })
  const hash = await createWalletClient({ account, transport }).writeContract({
    chain: null,
    address: account,
    abi: gesimAccountAbi,
    functionName: 'addSigners',
    args: [[signer]],
    gas: 300_000n,
  })
  await chain.stopImpersonatingAccount({ address: account })
  const { status } = await createPublicClient({ transport }).waitForTransactionReceipt({ hash })
  expect(status).toBe('success')
}

it('an authenticator without PRF makes a passkey that signs in and seals nothing; forbidden, it signs nobody in', async () => {
  const plain = await device({ prf: false })
  await signInAnew(plain)
  await openKeys(plain)
  await does(plain, 'keys-add-passkey', 'added')
  await passkey(plain, '[data-sealed=false][data-signs-in=true][data-signs=false]')
  const prefix = async () =>
    (await plain.page.evaluate(async () => (await fetch('/v1/auth/session')).json())).subjectPrefix
  const before = await prefix()

  await plain.context.clearCookies()
  await plain.page.goto(`${base}/sign-in?return=/wallet/keys`)
  await plain.page.getByTestId('passkey-sign-in').click()
  await plain.page.waitForSelector('[data-testid=keys]', { timeout: 60_000 })
  expect(await prefix()).toBe(before)

  await does(plain, 'passkey-sign-in-switch', 'unsignsIn')
  await plain.context.clearCookies()
  await plain.page.goto(`${base}/sign-in?return=/wallet/keys`)
  await plain.page.getByTestId('passkey-sign-in').click()
  await plain.page.getByText('identity.passkey-unknown').waitFor()
  expect(await prefix()).toBeUndefined()
  await plain.context.close()
}, 240_000)

it('who is asked by a friend in the wrong account changes to another one, by a passkey that this account does not have', async () => {
  const own = await device({ prf: false })
  await signInAnew(own)
  await openKeys(own)
  await does(own, 'keys-add-passkey', 'added')
  const session = async () =>
    (await own.page.evaluate(async () => (await fetch('/v1/auth/session')).json())) as Record<string, string>
  const meant = await session()
  await own.context.clearCookies()
  await signInAnew(own)
  expect((await session()).subjectPrefix).not.toBe(meant.subjectPrefix)

  await own.page.goto(`${base}/trust?account=${meant.account}&key=0x${'7a'.repeat(20)}`)
  await own.page.getByTestId('trust-other-account').click()
  await own.page.getByRole('heading', { name: 'Sign in with another account' }).waitFor()
  expect(await own.page.getByTestId('provider-local').getAttribute('href')).toContain('fresh=1')
  await own.page.getByTestId('passkey-sign-in').click()
  await own.page.waitForSelector('[data-testid=trust-own]', { timeout: 60_000 })
  expect((await session()).subjectPrefix).toBe(meant.subjectPrefix)
  await own.context.close()
}, 240_000)

it('who declines at the device stays on the sign-in page, with the reason and every other way', async () => {
  const shy = await device({ prf: false })
  await signInAnew(shy)
  await openKeys(shy)
  await does(shy, 'keys-add-passkey', 'added')
  await shy.context.clearCookies()
  await shy.cdp.send('WebAuthn.setUserVerified', {
    authenticatorId: shy.authenticatorId,
    isUserVerified: false,
  })
  await shy.page.goto(`${base}/sign-in`)
  await shy.page.getByTestId('passkey-sign-in').click()
  await shy.page.getByText('web.passkey-refused').waitFor({ timeout: 60_000 })
  expect(await shy.page.getByTestId('provider-local').count()).toBe(1)
  await shy.context.close()
}, 120_000)
