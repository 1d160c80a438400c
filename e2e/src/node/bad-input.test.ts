// Wrong, late, replayed and oversized input against the running product: each has a clear answer, and nothing is lost.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callOfRefund, operate } from '@gesim/cli'
import { fundingCalls } from '@gesim/contracts/account'
import {
  chargeMicros,
  domainOf,
  termsFromJson,
  typedDataOf,
  type UsageVoucher,
  voucherToJson,
} from '@gesim/proofs'
import { type ErrorBody, intentsRoutes, quotesRoutes } from '@gesim/wire'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectInOrder } from '../books.ts'
import { type Database, openDatabase } from '../database.ts'
import { sharedStack } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { type Command, gesim, newTraveller } from '../terminal.ts'
import { type Buyer, look, newBuyer, order, reaches } from '../traveller.ts'
import { eventually } from '../waiting.ts'

const NOBODY = `0x${'77'.repeat(32)}`
const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

let stack: Stack
let database: Database
let buyer: Buyer

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
  buyer = await newBuyer(stack)
})

afterAll(() => database?.close())

interface Answer {
  readonly status: number
  readonly body: ErrorBody & Record<string, unknown>
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${stack.read().nodeUrl}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : {} }
}

/** Shaped as CAMARA does it, with a remedy, and with a stable code. */
function expectRefused({ status, body }: Answer, wanted: number, code: string): void {
  expect({ status, code: body.code }).toEqual({ status: wanted, code })
  expect(body.status).toBe(wanted)
  expect(body.message.length).toBeGreaterThan(10)
  expect(body.remedy.length).toBeGreaterThan(10)
}

/** Signs in as a wallet key; gives the cookie. */
async function challenge(address: string): Promise<{ text: string; issuedAt: number }> {
  const { body } = await send('GET', `/v1/auth/challenge?address=${address}`)
  return body as unknown as { text: string; issuedAt: number }
}

describe('a body', () => {
  test('that is too large is refused with 413', async () => {
    expectRefused(
      await send('POST', '/v1/devices/pairings', { code: 'A'.repeat(20_000) }),
      413,
      'node.too-large',
    )
  })

  test('that is not JSON is refused with 400', async () => {
    expectRefused(await send('POST', '/v1/devices/pairings', '{"code": '), 400, 'node.invalid-argument')
  })

  test('with a wrong type is refused with 400, and says where', async () => {
    const answer = await send('POST', '/v1/auth/wallet', { address: 7, issuedAt: 'now', signature: '0x' })
    expectRefused(answer, 400, 'node.invalid-argument')
    expect(answer.body.message).toContain('address')
  })

  test('that is not JSON by its own words is refused with 415', async () => {
    const answer = await send('POST', '/v1/devices/pairings', '<code/>', {
      'content-type': 'application/xml',
    })
    expectRefused(answer, 415, 'node.media-type')
  })
})

describe('a purchase', () => {
  test('that nobody knows is not found', async () => {
    const { api } = buyer.connection
    const asking = api.call(intentsRoutes.get, { params: { id: NOBODY as `0x${string}` } })
    await expect(asking).rejects.toMatchObject({ code: 'intents.unknown', facts: { status: 404 } })
  })

  test('of somebody else is as unknown as none, and without a session there is no answer', async () => {
    const purchase = await order(buyer)
    const stranger = await newBuyer(stack)
    await expect(look(stranger, purchase)).rejects.toMatchObject({ code: 'intents.unknown' })
    expectRefused(await send('GET', `/v1/intents/${purchase.intentId}`), 401, 'intents.no-session')
  })

  test('on terms that were changed is refused', async () => {
    const { quote } = await order(buyer)
    const terms = { ...quote.terms, pricePerGB: '1' }
    const taking = buyer.connection.api.call(intentsRoutes.create, {
      body: { quoteId: quote.quoteId, terms },
    })
    await expect(taking).rejects.toMatchObject({ code: 'intents.terms-differ', facts: { status: 422 } })
  })

  test('on a quote that has expired is refused', async () => {
    const { api } = buyer.connection
    const quote = await api.call(quotesRoutes.create, { body: { planId: buyer.plan.planId } })
    // Its minutes pass at once.
    await database.query('update gesim.intents_quotes set expires_at = now() where quote_id = $1', [
      quote.quoteId,
    ])
    const taking = api.call(intentsRoutes.create, { body: { quoteId: quote.quoteId, terms: quote.terms } })
    await expect(taking).rejects.toMatchObject({ code: 'intents.quote-expired', facts: { status: 410 } })
  })

  test('under an idempotency key that stood for another body is refused', async () => {
    const { api } = buyer.connection
    const { quote } = await order(buyer)
    const other = await order(buyer)
    const idempotencyKey = `again-${quote.quoteId}`
    const take = (one: typeof quote) =>
      api.call(intentsRoutes.create, { body: { quoteId: one.quoteId, terms: one.terms }, idempotencyKey })
    expect(await take(quote)).toEqual(await take(quote))
    await expect(take(other.quote)).rejects.toMatchObject({ code: 'node.idempotency-conflict' })
  })

  test('that is paid for with too little never starts, and all of it comes back', async () => {
    const purchase = await order(buyer)
    const { connection, traveller } = buyer
    await operate(traveller, fundingCalls(connection.addresses, termsFromJson(purchase.quote.terms), 1_000n))
    const held = await reaches(buyer, purchase, 'funded')
    expect(held.failure?.code).toBe('intents.underpaid')
    expect(held.failure?.remedy.length).toBeGreaterThan(10)
    await operate(traveller, [callOfRefund(connection, purchase.quote)])
    const back = await reaches(buyer, purchase, 'refunded')
    expect(back).toMatchObject({ refundedMicros: '1000', chargedMicros: '0' })
    expect(back.timeline.map(({ step }) => step)).not.toContain('ordered')
  })
})

describe('a signature', () => {
  const owner = privateKeyToAccount(generatePrivateKey())
  const address = owner.address.toLowerCase()

  test('of another key does not sign anybody in', async () => {
    const { text, issuedAt } = await challenge(address)
    const signature = await privateKeyToAccount(KEY).signMessage({ message: text })
    expectRefused(
      await send('POST', '/v1/auth/wallet', { address, issuedAt, signature }),
      403,
      'identity.signature-wrong',
    )
  })

  test('of a challenge works once', async () => {
    const { text, issuedAt } = await challenge(address)
    const body = { address, issuedAt, signature: await owner.signMessage({ message: text }) }
    expect((await send('POST', '/v1/auth/wallet', body)).status).toBe(200)
    expectRefused(await send('POST', '/v1/auth/wallet', body), 400, 'identity.challenge-unknown')
  })
})

describe('an activation code that is not one', () => {
  test('is refused by the phone with a remedy', async () => {
    const { phoneUrl } = stack.read()
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ activationCode: 'LPA:nothing' })
    const begun = await (await fetch(`${phoneUrl}/api/downloads`, { ...post, body })).json()
    const { id } = begun as { id: string }
    const read = async () =>
      (await (await fetch(`${phoneUrl}/api/downloads/${id}`)).json()) as {
        state: string
        failure?: { code: string; message: string; remedy: string }
      }
    await expect.poll(async () => (await read()).state, { timeout: 10_000 }).toBe('failed')
    const { failure } = await read()
    expect(failure?.code).toMatch(/activation-code/)
    expect(failure?.remedy.length).toBeGreaterThan(10)
  })
})

describe('a usage voucher', () => {
  let command: Command
  let id: `0x${string}`

  beforeAll(async () => {
    command = gesim(newTraveller(stack), 'buy', '--country', 'ES', '--use', '3')
    id = (await command.step('quoted')).intent as `0x${string}`
    // The traveller rests while the line is open; the phone uses data and signs for it.
    await command.step('phone: attached')
    command.pause()
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ bytes: 1_000_000 })
    await fetch(`${stack.read().phoneUrl}/api/traffic?wait=1`, { method: 'POST', headers, body })
    await eventually('the first voucher to be taken', async () => {
      const [row] = await database.query<{ device_seq: string }>(
        'select device_seq from gesim.metering_services where intent_id = $1',
        [id],
      )
      return Number(row?.device_seq) > 0 && Number(row?.device_seq) === phone().voucherSeq
    })
  })

  afterAll(() => command?.resume())

  /** What the phone of the stack keeps: its key, its token, its last voucher. */
  function phone() {
    const dir = join(stack.dataDir, 'phone')
    const { purchases } = JSON.parse(readFileSync(join(dir, 'phone.json'), 'utf8')) as {
      purchases: { intentId: string; deviceToken: string; voucherSeq: number; vouchedBytes: string }[]
    }
    const key = readFileSync(join(dir, 'device.key'), 'utf8').trim() as `0x${string}`
    return { account: privateKeyToAccount(key), ...purchases.find(({ intentId }) => intentId === id)! }
  }

  /** Signs a voucher as the paired phone would, with these figures wrong, and sends it. */
  async function vouch(
    changes: (last: { seq: number; bytes: bigint }) => Partial<UsageVoucher>,
  ): Promise<Answer> {
    const { account, deviceToken, voucherSeq, vouchedBytes } = phone()
    const [row] = await database.query<{ terms: never; funded_micros: string }>(
      'select terms, funded_micros from gesim.intents_intents where intent_id = $1',
      [id],
    )
    const terms = termsFromJson(row!.terms)
    const changed = changes({ seq: voucherSeq, bytes: BigInt(vouchedBytes) })
    const cumBytes = changed.cumBytes ?? BigInt(vouchedBytes)
    const voucher: UsageVoucher = {
      intentId: id,
      cumBytes,
      cumAmount: chargeMicros(terms, cumBytes, true, BigInt(row!.funded_micros)),
      seq: voucherSeq + 1_000,
      asOf: Math.floor(Date.now() / 1000),
      sessionRoot: `0x${'00'.repeat(32)}`,
      ...changed,
    }
    const { network, addresses } = buyer.connection
    const typed = typedDataOf('UsageVoucher', domainOf(network.chainId, addresses.escrow), voucher)
    const signature = await account.signTypedData(typed as never)
    return send(
      'POST',
      '/v1/devices/vouchers',
      { voucher: voucherToJson(voucher), signature },
      {
        authorization: `Bearer ${deviceToken}`,
      },
    )
  }

  test.for([
    [
      'under a number that was used for other figures',
      'metering.seq-reused',
      ({ seq, bytes }) => ({ seq, cumBytes: bytes + 1n }),
    ],
    [
      'that is older than the last one',
      'metering.out-of-order',
      () => ({ asOf: Math.floor(Date.now() / 1000) - 20 }),
    ],
    ['from the future', 'metering.from-future', () => ({ asOf: Math.floor(Date.now() / 1000) + 86_400 })],
    ['that counts backwards', 'metering.not-cumulative', ({ bytes }) => ({ cumBytes: bytes - 1n })],
    [
      'about more than the deposit',
      'metering.above-deposit',
      ({ bytes }) => ({ cumBytes: bytes, cumAmount: 1_000_000_000n }),
    ],
    [
      'with an amount that the tariff does not give',
      'metering.wrong-amount',
      ({ bytes }) => ({ cumBytes: bytes, cumAmount: 1n }),
    ],
  ] as [string, string, (last: { seq: number; bytes: bigint }) => Partial<UsageVoucher>][])(
    '%s is refused: %s',
    async ([, code, changes]) => {
      const answer = await vouch(changes)
      expect(answer.body.code).toBe(code)
      expectRefused(answer, answer.status, code)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
    },
  )

  test('of a stranger’s token is refused, and after all that the purchase is settled as the phone signed', async () => {
    const voucher = { voucher: {}, signature: '0x' }
    const answer = await send('POST', '/v1/devices/vouchers', voucher, { authorization: 'Bearer gd_nobody' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    command.resume()
    const ended = await command.ended
    expect(ended.code, ended.said).toBe(0)
    await expectInOrder(stack, database)
  })
})
