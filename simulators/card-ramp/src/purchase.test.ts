import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, readSettings } from '@gesim/base'
import { fundWithTestUsdc } from '@gesim/contracts/deploy'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { createPublicClient, createTestClient, erc20Abi, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CardRampServer, startCardRamp } from './server.ts'
import { cardRampSettings } from './settings.ts'
import type { Hex, Order } from './state.ts'

const KEY = 'the one customer'
const RETURN = 'http://localhost:3000/wallet/top-up?order=1'
const stateDir = mkdtempSync(join(tmpdir(), 'gesim-card-ramp-'))
const stateFile = join(stateDir, 'state.json')
const deliveryKey = generatePrivateKey()
let chain: LocalChain
let server: CardRampServer

const start = (openSeconds = '900') =>
  startCardRamp(
    readSettings(cardRampSettings, {
      CARD_RAMP_STATE: stateFile,
      CARD_RAMP_API_KEY: KEY,
      CARD_RAMP_RETURN_ORIGINS: 'http://localhost:3000',
      CARD_RAMP_RPC_URL: chain.rpcUrl,
      CARD_RAMP_USDC: chain.addresses.usdc,
      CARD_RAMP_DELIVERY_KEY: deliveryKey,
      CARD_RAMP_OPEN_SECONDS: openSeconds,
    }),
    createLog('test', 'silent'),
  )

beforeAll(async () => {
  chain = await startLocalChain()
  const to = privateKeyToAddress(deliveryKey)
  const node = createTestClient({ mode: 'anvil', transport: http(chain.rpcUrl) })
  await node.setBalance({ address: to, value: parseEther('10') })
  const { rpcUrl, addresses } = chain
  await fundWithTestUsdc({
    rpcUrl,
    addresses,
    operatorKey: chain.keys.operator,
    to,
    amountMicros: 10n ** 12n,
  })
  server = await start()
}, 120_000)
afterAll(async () => {
  await server?.close()
  await chain?.stop()
  rmSync(stateDir, { recursive: true, force: true })
})

async function api<Answer = Record<string, unknown>>(path: string, body?: object, key = KEY) {
  const answer = await fetch(new URL(path, server.url), {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Answer }
}

const newOrder = (key: string, address: Hex, more: object = {}) =>
  api<{ orderId: string; state: string; url: string; txHash?: Hex; payMinor: number }>('/v1/orders', {
    key,
    address,
    amountMicros: '20000000',
    returnUrl: RETURN,
    notifyUrl: 'http://127.0.0.1:9/v1/on-ramp/notices',
    ...more,
  })

const choose = (orderId: string, outcome: string) =>
  fetch(new URL(`/pay/${orderId}`, server.url), {
    method: 'POST',
    body: new URLSearchParams({ outcome }),
    redirect: 'manual',
  })

const stateOf = async (orderId: string) => (await api<Order>(`/v1/orders/${orderId}`)).body.state

const balanceOf = (address: Hex) =>
  createPublicClient({ transport: http(chain.rpcUrl), cacheTime: 0 }).readContract({
    address: chain.addresses.usdc,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [address],
  })

const somebody = () => privateKeyToAddress(generatePrivateKey())

describe('the card sandbox', () => {
  it('sells test USDC: its page says that it is none, the buyer goes back, the money arrives on chain', async () => {
    const buyer = somebody()
    const { body } = await newOrder('whole', buyer)
    expect(body).toMatchObject({ state: 'open', payMinor: 2_030 })
    const page = await fetch(body.url)
    const html = await page.text()
    expect(html).toContain('Sandbox: no card, no money')
    expect(html).not.toMatch(/<input|<script/)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const back = await choose(body.orderId, 'pay')
    expect([back.status, back.headers.get('location')]).toEqual([303, RETURN])
    await expect.poll(() => stateOf(body.orderId), { timeout: 10_000 }).toBe('delivered')
    expect(await balanceOf(buyer)).toBe(20_000_000n)
    // A second tap on an old page, and the same order once more.
    await choose(body.orderId, 'decline')
    expect((await newOrder('whole', buyer)).body).toMatchObject({ orderId: body.orderId, state: 'delivered' })
    expect((await fetch(body.url)).status).toBe(410)
  })

  it('delivers once, also when it was cut off after signing, or after sending without hearing of it', async () => {
    const buyer = somebody()
    const { body } = await newOrder('cut', buyer)
    await choose(body.orderId, 'pay')
    await expect.poll(() => stateOf(body.orderId), { timeout: 10_000 }).toBe('delivered')
    await server.close()
    // The file as it was between the two: the transfer is on chain, and the order only signed.
    const kept = JSON.parse(readFileSync(stateFile, 'utf8')) as Record<string, Order>
    kept[body.orderId]!.state = 'paid'
    writeFileSync(stateFile, JSON.stringify(kept))
    server = await start()
    await expect.poll(() => stateOf(body.orderId), { timeout: 10_000 }).toBe('delivered')
    expect(await balanceOf(buyer)).toBe(20_000_000n)
  }, 30_000)

  it('delivers many orders one after the other', async () => {
    const buyers = [1, 2, 3, 4].map(somebody)
    const orders = await Promise.all(buyers.map((buyer) => newOrder(`many-${buyer}`, buyer)))
    await Promise.all(orders.map(({ body }) => choose(body.orderId, 'pay')))
    for (const { body } of orders)
      await expect.poll(() => stateOf(body.orderId), { timeout: 20_000 }).toBe('delivered')
    for (const buyer of buyers) expect(await balanceOf(buyer)).toBe(20_000_000n)
  }, 30_000)

  it('plays each failure, and delivers nothing then', async () => {
    for (const [outcome, state] of [
      ['decline', 'failed'],
      ['undelivered', 'failed'],
      ['cancel', 'cancelled'],
    ] as const) {
      const buyer = somebody()
      const { body } = await newOrder(outcome, buyer)
      await choose(body.orderId, outcome)
      expect(await stateOf(body.orderId)).toBe(state)
      expect(await balanceOf(buyer)).toBe(0n)
    }
    const { body } = await newOrder('by the customer', somebody())
    expect((await api(`/v1/orders/${body.orderId}/cancel`, {})).body.state).toBe('cancelled')
    expect((await choose(body.orderId, 'pay')).status).toBe(303)
    expect(await stateOf(body.orderId)).toBe('cancelled')
  })

  it('ends an order that nobody pays in time', async () => {
    await server.close()
    server = await start('0')
    const { body } = await newOrder('late', somebody())
    expect(await stateOf(body.orderId)).toBe('expired')
    expect((await choose(body.orderId, 'pay')).status).toBe(303)
    expect(await stateOf(body.orderId)).toBe('expired')
    await server.close()
    server = await start()
  })

  it('refuses a wrong key, nonsense, and to send buyers to strangers', async () => {
    expect((await api('/v1/orders/x', undefined, 'wrong')).status).toBe(401)
    expect((await api('/v1/orders/toString')).status).toBe(404)
    expect((await api('/v1/quotes', { amountMicros: '-1' })).status).toBe(400)
    expect((await newOrder('bad', '0x1' as Hex)).status).toBe(400)
    expect((await newOrder('away', somebody(), { returnUrl: 'http://evil.example/' })).status).toBe(400)
    expect((await choose('nothing', 'pay')).status).toBe(410)
    const { body } = await newOrder('nonsense', somebody())
    expect((await choose(body.orderId, 'win')).status).toBe(400)
    expect(await stateOf(body.orderId)).toBe('open')
  })
})
