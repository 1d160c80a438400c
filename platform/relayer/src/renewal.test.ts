// Payments that a traveller signed ahead, on a real chain with the deployed account: made once, or never.
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import {
  cancelAheadTypedData,
  type IntentTerms,
  intentIdOf,
  paymentAheadTypedData,
  termsToJson,
  type UsdcDomain,
} from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { sql } from 'kysely'
import { encodeFunctionData } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { append, type Rig, startRig } from './harness.ts'
import { rows } from './table.ts'
import { register, termsOf, traveller } from './travellers.ts'

const PRICE = 4_000_000n
let rig: Rig
let domain: UsdcDomain
let who: Awaited<ReturnType<typeof traveller>>

beforeAll(async () => {
  rig = await startRig()
  await sql`drop view gesim.intents_asked_payments`.execute(rig.store.db)
  await sql`create table gesim.intents_asked_payments (intent_id text, signature text)`.execute(rig.store.db)
  const { usdc } = rig.chain.addresses
  domain = { name: 'USD Coin', version: '2', chainId: 31337, verifyingContract: usdc }
  who = await traveller(rig)
  await register(rig, who.account.address)
  const response = await fetch(`${rig.url}/v1/wallet/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: who.account.address, amountMicros: '20000000' }),
  })
  expect(response.status).toBe(200)
  // The first operation brings the account onto the chain.
  const approve = encodeFunctionData({
    abi: testUsdcAbi,
    functionName: 'approve',
    args: [rig.chain.addresses.escrow, 1n],
  })
  expect(await operate([{ to: usdc, data: approve }])).toBe(true)
}, 90_000)
afterAll(() => rig?.stop())

async function operate(calls: readonly { to: Hex; data: Hex }[]): Promise<boolean> {
  const hash = await who.bundler.sendUserOperation({ calls: calls as never })
  return (await who.bundler.waitForUserOperationReceipt({ hash, timeout: 20_000 })).success
}

const terms = (salt: bigint) => termsOf(who.account.address, rig.chain.parties.carriers[0]!.book, salt)

async function signed(of: IntentTerms, validBefore: number, amountMicros = PRICE): Promise<Hex> {
  const data = paymentAheadTypedData(domain, {
    payer: who.account.address,
    escrow: rig.chain.addresses.escrow,
    amountMicros,
    validBefore,
    intentId: intentIdOf(of),
  })
  return await who.account.signTypedData(data as never)
}

/** As the Intent Manager does: what was signed can be read until it is deleted, and stands in no event. */
async function wish(of: IntentTerms, validBefore: number, signature: Hex | null, amountMicros = PRICE) {
  const { db } = rig.store
  await sql`delete from gesim.intents_asked_payments where intent_id = ${intentIdOf(of)}`.execute(db)
  if (signature)
    await sql`insert into gesim.intents_asked_payments values (${intentIdOf(of)}, ${signature})`.execute(db)
  await append(rig.store, 'renewal.wanted', intentIdOf(of), {
    terms: termsToJson(of),
    amountMicros: amountMicros.toString(),
    validBefore,
  })
}
const dataOf = async (of: IntentTerms) =>
  await rows(rig.store)
    .selectFrom('relayer_transactions')
    .select(['state', 'data', 'raw'])
    .where('key', '=', `renewal.wanted:${intentIdOf(of)}`)
    .executeTakeFirst()

const balance = () =>
  rig.client.readContract({
    address: rig.chain.addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [who.account.address],
  })
const fundedOf = async (of: IntentTerms) =>
  (
    await rig.client.readContract({
      address: rig.chain.addresses.escrow,
      abi: intentEscrowAbi,
      functionName: 'intentOf',
      args: [intentIdOf(of)],
    })
  ).funded
const refusedFor = (of: IntentTerms) =>
  eventually(async () => {
    const [event] = await rig.store.read({
      after: 0n,
      kinds: ['transaction.refused'],
      intentId: intentIdOf(of),
      limit: 1,
    })
    return event && (event.body as { why: string }).why
  })
const soon = () => Math.floor(Date.now() / 1000) + 86_400

describe('a payment that was signed ahead', () => {
  it('is made once by the operator, whatever is told twice and whoever dies meanwhile', async () => {
    const one = terms(11n)
    const until = soon()
    const signature = await signed(one, until)
    const before = await balance()
    await wish(one, until, signature)
    await wish(one, until, signature)
    await rig.restart()
    await wish(one, until, signature)
    await eventually(async () => (await fundedOf(one)) === PRICE)
    await wish(one, until, null)
    const sent = await eventually(async () => {
      const found = await rows(rig.store)
        .selectFrom('relayer_transactions')
        .select('state')
        .where('key', '=', `renewal.wanted:${intentIdOf(one)}`)
        .execute()
      return found.every(({ state }) => state === 'final') && found
    })
    expect(sent).toHaveLength(1)
    expect(await balance()).toBe(before - PRICE)
    // The money is held, and its payer takes it back alone.
    const refund = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refund', args: [one] })
    expect(await operate([{ to: rig.chain.addresses.escrow, data: refund }])).toBe(true)
    expect(await balance()).toBe(before)
    // Closed for ever: what was signed once pays for nothing again.
    await expect(
      rig.client.simulateContract({
        account: who.account.address,
        address: rig.chain.addresses.escrow,
        abi: intentEscrowAbi,
        functionName: 'createAndFund',
        args: [one, PRICE, { validAfter: 0n, validBefore: BigInt(until), signature }],
      }),
    ).rejects.toThrow('IntentEscrow_WrongState')
  }, 60_000)

  it('is void once the account has cancelled it, in an operation that the operator pays for', async () => {
    const [one, other] = [terms(21n), terms(22n)]
    const until = soon()
    const signatures = [await signed(one, until), await signed(other, until)] as const
    const cancels = await Promise.all(
      [one, other].map(async (of) => {
        const data = cancelAheadTypedData(domain, who.account.address, intentIdOf(of))
        const signature = await who.account.signTypedData(data as never)
        return encodeFunctionData({
          abi: testUsdcAbi,
          functionName: 'cancelAuthorization',
          args: [who.account.address, intentIdOf(of), signature],
        })
      }),
    )
    expect(await operate(cancels.map((data) => ({ to: rig.chain.addresses.usdc, data })))).toBe(true)
    const before = await balance()
    await wish(one, until, signatures[0])
    await wish(other, until, signatures[1])
    expect(await refusedFor(one)).toContain('authorization is used or canceled')
    expect(await refusedFor(other)).toContain('authorization is used or canceled')
    expect(await dataOf(one)).toEqual({ state: 'refused', data: '0x', raw: null })
    expect([await fundedOf(one), await fundedOf(other), await balance()]).toEqual([0n, 0n, before])
  }, 60_000)

  it('is refused once it is deleted, and is nowhere any more', async () => {
    const one = terms(41n)
    await wish(one, soon(), null)
    expect(await refusedFor(one)).toBe('what was signed ahead is deleted')
    expect(await dataOf(one)).toBeUndefined()
  })

  it('pays no other amount, for no other plan, and not after its time', async () => {
    const [one, other, late] = [terms(31n), terms(32n), terms(33n)]
    const until = soon()
    const signature = await signed(one, until)
    const before = await balance()
    await wish(one, until, signature, PRICE - 1n)
    expect(await refusedFor(one)).toContain('invalid signature')
    await wish(other, until, signature)
    expect(await refusedFor(other)).toContain('invalid signature')
    const past = Math.floor(Date.now() / 1000) - 60
    await wish(late, past, await signed(late, past))
    expect(await refusedFor(late)).toContain('expired')
    expect(await balance()).toBe(before)
  }, 60_000)
})
