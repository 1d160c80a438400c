import { gesimIdentityAbi, intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { fundingCalls } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import { intentIdOf, termsToJson } from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { encodeFunctionData } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { append, type Rig, startRig } from './harness.ts'
import { rows } from './table.ts'
import { COMMITMENT, register, termsOf, traveller } from './travellers.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
}, 60_000)
afterAll(() => rig?.stop())

async function mintedBefore(from: Rig, account: Hex, amountMicros = '10000000') {
  const response = await fetch(`${from.url}/v1/wallet/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, amountMicros }),
  })
  expect(response.status).toBe(200)
}

describe('the relayer', () => {
  it('mints the identity and sets the budget of a registered account', async () => {
    const { account } = await traveller(rig)
    await register(rig, account.address)
    const entitled = await eventually(() =>
      rig.client.readContract({
        address: rig.chain.addresses.identity,
        abi: gesimIdentityAbi,
        functionName: 'isEntitled',
        args: [account.address],
      }),
    )
    expect(entitled).toBe(true)
    const done = await eventually(async () => {
      const found = await rows(rig.store)
        .selectFrom('relayer_transactions')
        .select(['key', 'gas_used', 'nonce'])
        .where('key', 'like', `account.registered:${account.address.toLowerCase()}:%`)
        .where('state', '=', 'final')
        .orderBy('key')
        .execute()
      return found.length === 2 && found
    })
    expect(done.map(({ key }) => key.split(':').at(-1))).toEqual(['budget', 'mint'])
    expect(done.every(({ gas_used }) => gas_used! > 30_000n)).toBe(true)
  }, 30_000)

  it('takes the token of whoever leaves off the chain and leaves no mark; the account can come back', async () => {
    const { account } = await traveller(rig)
    const { address } = account
    const look = (functionName: 'isEntitled' | 'isRevoked') =>
      rig.client.readContract({
        address: rig.chain.addresses.identity,
        abi: gesimIdentityAbi,
        functionName,
        args: [address],
      })
    await register(rig, address)
    await eventually(() => look('isEntitled'))
    const wish = { account: address, tokenId: BigInt(address).toString(), held: true }
    await append(rig.store, 'burn.wanted', null, wish)
    await eventually(async () => !(await look('isEntitled')) && !(await look('isRevoked')))
    // The wish again finds nothing to burn: that is refused and harms nobody.
    await append(rig.store, 'burn.wanted', null, wish)
    const commitment = `0x${'77'.repeat(32)}` as const
    await append(rig.store, 'account.registered', null, { account: address, commitment })
    expect(await eventually(() => look('isEntitled'))).toBe(true)
  }, 40_000)

  it('takes the same wish twice as one transaction', async () => {
    const { account } = await traveller(rig)
    await register(rig, account.address)
    await append(rig.store, 'account.registered', null, { account: account.address, commitment: COMMITMENT })
    await append(rig.store, 'account.registered', null, { account: account.address, commitment: COMMITMENT })
    await eventually(async () => {
      const { count } = await rows(rig.store)
        .selectFrom('relayer_transactions')
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .where('key', 'like', `account.registered:${account.address.toLowerCase()}:%`)
        .where('state', 'in', ['mined', 'final'])
        .executeTakeFirstOrThrow()
      return count === 2n
    })
  }, 30_000)

  it('lets a new traveller fund an intent with one sponsored operation that deploys the account', async () => {
    const { account, bundler } = await traveller(rig)
    await register(rig, account.address)
    await mintedBefore(rig, account.address)
    const terms = termsOf(account.address, rig.chain.parties.carriers[0]!.book, 1n)
    const hash = await bundler.sendUserOperation({
      calls: fundingCalls(rig.chain.addresses, terms, 4_000_000n) as never,
    })
    const receipt = await bundler.waitForUserOperationReceipt({ hash, timeout: 15_000 })
    expect(receipt.success).toBe(true)
    const domain = { chainId: 31337, verifyingContract: rig.chain.addresses.escrow }
    const record = await rig.client.readContract({
      address: rig.chain.addresses.escrow,
      abi: intentEscrowAbi,
      functionName: 'intentOf',
      args: [intentIdOf(terms)],
    })
    expect(record.funded).toBe(4_000_000n)
    expect(domain.chainId).toBe(31337)
    const left = await rig.client.readContract({
      address: rig.chain.addresses.usdc,
      abi: testUsdcAbi,
      functionName: 'balanceOf',
      args: [account.address],
    })
    expect(left).toBe(6_000_000n)

    // The second one finds the account deployed and takes the money back, alone, while Held.
    const refund = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refund', args: [terms] })
    const again = await bundler.sendUserOperation({
      calls: [{ to: rig.chain.addresses.escrow, data: refund }] as never,
    })
    const taken = await bundler.waitForUserOperationReceipt({ hash: again, timeout: 15_000 })
    expect(taken.success).toBe(true)
    const whole = await rig.client.readContract({
      address: rig.chain.addresses.usdc,
      abi: testUsdcAbi,
      functionName: 'balanceOf',
      args: [account.address],
    })
    expect(whole).toBe(10_000_000n)
  }, 30_000)

  it('says why a wish would revert instead of sending it', async () => {
    const { account } = await traveller(rig)
    const terms = termsOf(account.address, 1, 77n)
    const intentId = intentIdOf(terms)
    await append(rig.store, 'refund.wanted', intentId, { terms: termsToJson(terms), why: 'nobody delivered' })
    const [refused] = await eventually(async () => {
      const events = await rig.store.read({ after: 0n, kinds: ['transaction.refused'], intentId, limit: 1 })
      return events.length > 0 && events
    })
    expect(refused!.body).toMatchObject({ key: `refund.wanted:${intentId}`, code: 'IntentEscrow_WrongState' })
  }, 30_000)
})
