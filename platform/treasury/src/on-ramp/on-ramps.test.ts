import { createLog, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { afterStep, LIMITS, requireAmount, requireRoom } from './decide.ts'
import { OnRamps } from './on-ramps.ts'
import type { OnRamp, OnRampStatus } from './ports.ts'

const ADA: Hex = `0x${'a1'.repeat(20)}`
const NOOR: Hex = `0x${'b2'.repeat(20)}`
const TX: Hex = `0x${'77'.repeat(32)}`
const TWENTY = 20_000_000n

/** In the place of a provider: keeps its orders, and does what a test tells it to. */
class Provider implements OnRamp {
  readonly name = 'twin'
  readonly sandbox = true
  readonly orders = new Map<string, OnRampStatus>()
  started = 0
  isDown = false
  payMinor = 2_030

  async quote() {
    this.#up()
    return this.#price()
  }
  async start({ key }: { key: string }) {
    this.#up()
    this.started++
    const orderId = `order-of-${key}`
    if (!this.orders.has(orderId)) this.orders.set(orderId, { kind: 'waiting' })
    return { ...this.#price(), orderId, url: `http://localhost:1/pay/${orderId}` }
  }
  async status(orderId: string) {
    this.#up()
    return this.orders.get(orderId)!
  }
  async cancel(orderId: string) {
    this.#up()
    if (this.orders.get(orderId)?.kind === 'waiting')
      this.orders.set(orderId, { kind: 'failed', why: 'cancelled' })
    return this.orders.get(orderId)!
  }
  #price() {
    return { payMinor: this.payMinor, feeMinor: 30, currency: 'USD', expiresAt: 2_000_000_000 }
  }
  #up() {
    if (this.isDown) throw unreachable('treasury.on-ramp-unreachable')
  }
}

let test: TestStore
let provider: Provider
let onChain: Set<string>
let onRamps: OnRamps

beforeAll(async () => {
  test = await testStore()
})
afterAll(() => test.close())
beforeEach(async () => {
  await sql`delete from gesim.treasury_on_ramps`.execute(test.store.db)
  provider = new Provider()
  onChain = new Set()
  onRamps = new OnRamps({
    store: test.store,
    provider,
    proof: {
      holds: async ({ txHash, account, amountMicros }) => onChain.has(`${txHash}/${account}/${amountMicros}`),
    },
    returnUrl: 'http://localhost:3000/wallet/top-up',
    log: createLog('test', 'silent'),
    everySeconds: 5,
  })
})

const order = (account = ADA, amount = TWENTY) => onRamps.order(account, amount, 2_030)
const tell = (row: { order_id: string | null }, status: OnRampStatus) =>
  provider.orders.set(row.order_id!, status)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error) => error.code,
  )

describe('the life of an order', () => {
  it('ends where it says, and an order whose page was handed out is ended by the provider alone', () => {
    for (const state of ['delivered', 'failed', 'expired'] as const)
      for (const step of ['start', 'pay', 'deliver', 'fail', 'expire'] as const)
        expect(afterStep(state, step)).toBeNull()
    expect(afterStep('paid', 'expire')).toBeNull()
    expect(afterStep('requested', 'deliver')).toBeNull()
    expect(afterStep('redirected', 'deliver')).toBe('delivered')
  })

  it('has amounts in between, for one order and for a day', () => {
    expect(() => requireAmount(LIMITS.leastMicros - 1n)).toThrow('treasury.on-ramp-limit')
    expect(() => requireAmount(LIMITS.mostMicros + 1n)).toThrow('treasury.on-ramp-limit')
    requireAmount(LIMITS.mostMicros)
    requireRoom(100n, { micros: LIMITS.dayMicros - 100n, open: 2 })
    expect(() => requireRoom(101n, { micros: LIMITS.dayMicros - 100n, open: 0 })).toThrow('day-limit')
    expect(() => requireRoom(1n, { micros: 0n, open: 3 })).toThrow('too-many')
  })
})

describe('an order', () => {
  it('is paid and delivered once the chain shows the money, and no sooner', async () => {
    const begun = await order()
    expect(begun).toMatchObject({ state: 'redirected', account: ADA, pay_minor: 2_030n })
    tell(begun, { kind: 'paid' })
    await onRamps.notice(begun.order_id!)
    expect((await onRamps.find(ADA, begun.id)).state).toBe('paid')
    tell(begun, { kind: 'delivered', txHash: TX })
    expect((await onRamps.find(ADA, begun.id)).state).toBe('paid')
    onChain.add(`${TX}/${ADA}/${TWENTY}`)
    await onRamps.look()
    expect(await onRamps.find(ADA, begun.id)).toMatchObject({ state: 'delivered', tx_hash: TX, url: null })
  })

  it('cannot be delivered by the transaction of another', async () => {
    onChain.add(`${TX}/${ADA}/${TWENTY}`)
    const [first, second] = [await order(), await order()]
    for (const one of [first, second]) tell(one, { kind: 'delivered', txHash: TX })
    await onRamps.look()
    const states = [(await onRamps.find(ADA, first.id)).state, (await onRamps.find(ADA, second.id)).state]
    expect(states).toEqual(['delivered', 'redirected'])
  })

  it('goes on under the same key when the provider was away, or when we were cut off before its answer was kept', async () => {
    provider.isDown = true
    expect(await codeOf(order())).toBe('treasury.on-ramp-unreachable')
    const { id } = (await onRamps.overview(ADA)).orders[0]!
    expect((await onRamps.find(ADA, id)).state).toBe('requested')
    provider.isDown = false
    // The provider took it, and nobody heard.
    await provider.start({ key: id })
    await onRamps.look()
    expect((await onRamps.find(ADA, id)).state).toBe('redirected')
    expect([provider.orders.size, provider.started]).toEqual([1, 2])
  })

  it('that never reached the provider is over after a quarter of an hour', async () => {
    provider.isDown = true
    await codeOf(order())
    await sql`update gesim.treasury_on_ramps set requested_at = now() - interval '16 minutes'`.execute(
      test.store.db,
    )
    await onRamps.look()
    expect((await onRamps.overview(ADA)).orders).toMatchObject([{ state: 'expired' }])
    expect(provider.orders.size).toBe(0)
  })

  it('tells why it failed', async () => {
    for (const why of ['declined', 'undelivered', 'cancelled'] as const) {
      const begun = await order()
      tell(begun, { kind: 'failed', why })
      expect(await onRamps.find(ADA, begun.id)).toMatchObject({ state: 'failed', why })
    }
    const late = await order()
    tell(late, { kind: 'expired' })
    expect((await onRamps.find(ADA, late.id)).state).toBe('expired')
  })

  it('dearer than what was agreed to is ended at the provider, too', async () => {
    provider.payMinor = 2_031
    expect(await codeOf(order())).toBe('treasury.on-ramp-price')
    expect([...provider.orders.values()]).toEqual([{ kind: 'failed', why: 'cancelled' }])
    expect((await onRamps.overview(ADA)).orders).toMatchObject([{ state: 'failed', why: 'price' }])
  })

  it('is cancelled by its owner while it is not paid, and by nobody else', async () => {
    const begun = await order()
    expect(await codeOf(onRamps.cancel(NOOR, begun.id))).toBe('treasury.on-ramp-unknown')
    expect(await codeOf(onRamps.find(NOOR, begun.id))).toBe('treasury.on-ramp-unknown')
    expect(await onRamps.cancel(ADA, begun.id)).toMatchObject({ state: 'failed', why: 'cancelled' })
    expect(await codeOf(onRamps.cancel(ADA, begun.id))).toBe('treasury.wrong-state')
    const paid = await order()
    tell(paid, { kind: 'paid' })
    expect(await codeOf(onRamps.cancel(ADA, paid.id))).toBe('treasury.wrong-state')
    expect((await onRamps.find(ADA, paid.id)).state).toBe('paid')
  })

  it('is one of three at most, also when they are asked for at once, and each account has its own', async () => {
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(order())))
    expect(codes.filter((code) => code === 'treasury.on-ramp-too-many')).toHaveLength(2)
    expect((await order(NOOR)).state).toBe('redirected')
  })

  it('counts towards the day unless it failed', async () => {
    for (const done of [false, true, true]) {
      const begun = await onRamps.order(ADA, LIMITS.mostMicros, 30_000)
      const hash: Hex = `0x${begun.id.replaceAll('-', '').padEnd(64, '0')}`
      onChain.add(`${hash}/${ADA}/${LIMITS.mostMicros}`)
      tell(begun, done ? { kind: 'delivered', txHash: hash } : { kind: 'failed', why: 'declined' })
      await onRamps.look()
    }
    expect((await onRamps.overview(ADA)).provider).toMatchObject({ leftTodayMicros: 100_000_000n })
    expect(await codeOf(onRamps.order(ADA, 100_000_001n, 30_000))).toBe('treasury.on-ramp-day-limit')
    expect((await onRamps.order(ADA, 100_000_000n, 30_000)).state).toBe('redirected')
  })

  it('of nobody is a notice about nothing', async () => {
    await onRamps.notice('forged')
    expect(provider.started).toBe(0)
  })
})

it('without a provider nothing is offered, and an order is refused', async () => {
  const none = new OnRamps({
    store: test.store,
    provider: null,
    proof: { holds: async () => true },
    returnUrl: 'http://localhost:3000/wallet/top-up',
    log: createLog('test', 'silent'),
    everySeconds: 5,
  })
  expect(await none.overview(ADA)).toEqual({ provider: null, orders: [] })
  expect(await codeOf(none.order(ADA, TWENTY, 9_999))).toBe('treasury.on-ramp-absent')
  await none.look()
})
