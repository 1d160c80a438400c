import { createLog, unreachable } from '@gesim/base'
import { feeTreasuryAbi, testUsdcAbi } from '@gesim/contracts'
import { localSafeContracts } from '@gesim/contracts/deploy'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { EventBody, Hex } from '@gesim/journey'
import { settled, type TestStore, testStore, tokenAccess } from '@gesim/store/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import {
  type Abi,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  http,
} from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainRequests } from './chain-requests.ts'
import { draftOf } from './clerk.ts'
import type { Ramp } from './ports.ts'
import { treasuryRoutesOn } from './routes.ts'
import { type SafesOptions, safesOf, signDraft } from './safe.ts'
import { sandboxRamp } from './sandbox-ramp.ts'
import { readBatches } from './table.ts'
import { Treasury } from './treasury.ts'

const CARRIER = 1
const BENEFICIARY: Hex = `0x${'be'.repeat(32)}`
let chain: LocalChain
let test: TestStore
let treasury: Treasury
let options: SafesOptions
let app: FastifyInstance
let safe: Hex
let isRampDown = false
let aheadMs = 0

/** The sandbox's provider, which a test can switch off. */
function switchable(ramp: Ramp): Ramp {
  const down = async (): Promise<never> => {
    throw unreachable('treasury.ramp-unreachable')
  }
  return {
    name: ramp.name,
    order: (request) => (isRampDown ? down() : ramp.order(request)),
    status: (id) => (isRampDown ? down() : ramp.status(id)),
  }
}

beforeAll(async () => {
  ;[chain, test] = await Promise.all([startLocalChain(), testStore()])
  const { rpcUrl, chainId } = chain
  const { usdc, feeTreasury, carrierRegistry } = chain.addresses
  options = { rpcUrl, chainId, usdc, contracts: localSafeContracts() }
  treasury = new Treasury({
    store: test.store,
    safes: safesOf(options),
    ramp: switchable(sandboxRamp({ rpcUrl, usdc })),
    requests: chainRequests({ rpcUrl, feeTreasury, firstBlock: BigInt(chain.addresses.fromBlock) }),
    carrierRegistry,
    ownSafe: chain.addresses.treasury,
    log: createLog('test', 'silent'),
    nowMs: () => Date.now() + aheadMs,
    settings: { everySeconds: 1, retrySeconds: 60 },
  })
  app = Fastify()
  treasuryRoutesOn(app, tokenAccess({ isOperator: true }), treasury, chainId)
}, 120_000)
afterAll(async () => {
  await app?.close()
  await Promise.allSettled([chain?.stop(), test?.close()])
})

const OWNER_KEYS = () => chain.keys.carriers.map(({ payout }) => payout)

async function send(key: Hex, to: Hex, data: Hex): Promise<Hex> {
  const transport = http(chain.rpcUrl)
  const wallet = createWalletClient({ account: privateKeyToAccount(key), chain: foundry, transport })
  const hash = await wallet.sendTransaction({ to, data })
  const client = createPublicClient({ transport, pollingInterval: 50 })
  expect((await client.waitForTransactionReceipt({ hash })).status).toBe('success')
  // Final: a local chain is two blocks behind its tip.
  await createTestClient({ mode: 'anvil', chain: foundry, transport }).mine({ blocks: 3 })
  return hash
}

async function write(key: Hex, to: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
  return send(key, to, encodeFunctionData({ abi, functionName, args }))
}

const mint = (amount: bigint) =>
  write(chain.keys.operator, chain.addresses.usdc, testUsdcAbi as Abi, 'mint', [safe, amount])

async function ask(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const answer = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer carrier/${CARRIER}` },
    ...(payload ? { payload } : {}),
  })
  return { status: answer.statusCode, body: answer.json() }
}

const stateOf = async (id: string) => (await treasury.offRamps(CARRIER)).find((row) => String(row.id) === id)!

/** The open batch is signed by both owners through the API and sent as the relayer would. */
async function signAndSend(): Promise<Hex> {
  const [batch] = await readBatches(test.store.db, { open: true })
  for (const key of OWNER_KEYS()) {
    const signature = await signDraft(options, draftOf(batch!), key)
    expect((await ask('POST', `/v1/treasury/batches/${batch!.id}/signatures`, { signature })).status).toBe(
      200,
    )
  }
  const wish = await lastWish()
  return send(chain.keys.executors[0], wish.safe, wish.data)
}

async function lastWish(): Promise<EventBody<'batch.wanted'>> {
  await settled(test.store)
  const wishes = await test.store.read({ kinds: ['batch.wanted'] })
  return wishes.at(-1)!.body as EventBody<'batch.wanted'>
}

describe('a carrier that chose fiat', () => {
  it('is given the transactions that make a Safe of its own its payout address', async () => {
    const owners = OWNER_KEYS().map((key) => privateKeyToAddress(key))
    const choice = { payout: 'fiat', owners, threshold: 2, currency: 'EUR', beneficiaryRef: BENEFICIARY }
    const { status, body } = await ask('PUT', '/v1/treasury/payout', choice)
    expect(status).toBe(200)
    safe = body.safe
    const [deployment, setPayout] = body.transactions
    await send(chain.keys.executors[1], deployment.to, deployment.data)
    await send(chain.keys.carriers[0].admin, setPayout.to, setPayout.data)
    await mint(1_000_000_000n)
    expect((await ask('PUT', '/v1/treasury/payout', { ...choice, threshold: 3 })).status).not.toBe(200)
  })

  it('cannot ask for more than its Safe holds, nor for the same money twice', async () => {
    await expect(treasury.requestOffRamp(CARRIER, 1_000_000_001n)).rejects.toMatchObject({
      code: 'treasury.bad-amount',
    })
    const both = await Promise.allSettled([
      treasury.requestOffRamp(CARRIER, 600_000_000n),
      treasury.requestOffRamp(CARRIER, 600_000_000n),
    ])
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    const [row] = await treasury.offRamps(CARRIER)
    await treasury.decide(row!.id, false, 'a test')
    expect((await stateOf(String(row!.id))).state).toBe('failed')
  })

  it('gets fiat: requested, approved, sent by two signatures, confirmed by the provider', async () => {
    const { body } = await ask('POST', '/v1/treasury/off-ramps', { amountMicros: '250000000' })
    await treasury.look()
    expect((await stateOf(body.id)).state).toBe('requested')
    expect((await ask('POST', `/v1/treasury/off-ramps/${body.id}/decision`, { approve: true })).status).toBe(
      200,
    )
    await treasury.look()
    const { batches } = (await ask('GET', '/v1/treasury/batches')).body
    expect(batches[0]).toMatchObject({ safe, state: 'signing', signers: [], offRamps: [body.id] })
    const txHash = await signAndSend()
    await treasury.look()
    // The same look that saw the transfer asked the provider.
    expect(await stateOf(body.id)).toMatchObject({ state: 'confirmed', tx_hash: txHash })
    expect((await stateOf(body.id)).reference).toMatch(/^SB/)
    await treasury.look()
    expect(await readBatches(test.store.db, { open: true })).toEqual([])
  })

  it('sees a payment that the bank refuses as failed after it was sent', async () => {
    const id = await treasury.requestOffRamp(CARRIER, 1_000_013n)
    await treasury.decide(id, true)
    await treasury.look()
    await signAndSend()
    await treasury.look()
    expect(await stateOf(String(id))).toMatchObject({ state: 'failed', why: expect.stringMatching('bank') })
  })

  it('may ask on chain as well', async () => {
    const { feeTreasury } = chain.addresses
    const args = [CARRIER, 2_000_000n, BENEFICIARY]
    await write(chain.keys.carriers[0].admin, feeTreasury, feeTreasuryAbi as Abi, 'requestOffRamp', args)
    const known = (await treasury.offRamps(CARRIER)).length
    await expect
      .poll(
        async () => {
          await treasury.look()
          return (await treasury.offRamps(CARRIER)).length
        },
        { timeout: 20_000 },
      )
      .toBe(known + 1)
    await treasury.look()
    const [row] = await treasury.offRamps(CARRIER)
    expect(row).toMatchObject({ state: 'requested', amount_micros: 2_000_000n })
    expect((await treasury.offRamps(CARRIER)).length).toBe(known + 1)
    await treasury.decide(row!.id, false, 'a test')
  })
})

describe('a batch', () => {
  it('waits while the provider is away, and holds up nothing', async () => {
    isRampDown = true
    const id = await treasury.requestOffRamp(CARRIER, 3_000_000n)
    await treasury.decide(id, true)
    await treasury.look()
    expect((await stateOf(String(id))).deposit_address).toBeNull()
    isRampDown = false
    await treasury.look()
    expect((await stateOf(String(id))).batch_id).not.toBeNull()
  })

  it('takes no signature but an owner’s, and counts each owner once', async () => {
    const [batch] = await readBatches(test.store.db, { open: true })
    const stranger = await signDraft(options, draftOf(batch!), chain.keys.treasuryOwners[0]).catch(() => null)
    const refused = stranger ?? (`0x${'11'.repeat(65)}` as Hex)
    await expect(treasury.sign(batch!.id, refused)).rejects.toMatchObject({ code: 'treasury.bad-signature' })
    const signature = await signDraft(options, draftOf(batch!), OWNER_KEYS()[0]!)
    expect(await treasury.sign(batch!.id, signature)).toEqual({ signatures: 1, threshold: 2 })
    expect(await treasury.sign(batch!.id, signature)).toEqual({ signatures: 1, threshold: 2 })
    // What owners may have signed is not refused any more.
    const [row] = await treasury.offRamps(CARRIER)
    await expect(treasury.decide(row!.id, false)).rejects.toMatchObject({ code: 'treasury.wrong-state' })
  })

  it('is made anew when another transaction took its nonce, with fresh signatures', async () => {
    const [batch] = await readBatches(test.store.db, { open: true })
    const safes = safesOf(options)
    const other = await safes.draft(
      safe,
      [{ to: chain.addresses.treasury, amountMicros: 1n }],
      Number(batch!.nonce),
    )
    const signatures = await Promise.all(
      OWNER_KEYS().map(async (key) => ({
        owner: privateKeyToAddress(key),
        signature: await signDraft(options, other, key),
      })),
    )
    await send(chain.keys.executors[0], safe, await safes.execution(other, signatures))
    await treasury.look()
    const [next] = await readBatches(test.store.db, { open: true })
    expect(next).toMatchObject({ state: 'signing', nonce: batch!.nonce + 1n })
    expect((await readBatches(test.store.db, { id: batch!.id }))[0]!.state).toBe('replaced')
    await signAndSend()
    await treasury.look()
    expect((await treasury.offRamps(CARRIER))[0]!.state).toBe('confirmed')
  })

  it('is wished for again when it did not reach the chain', async () => {
    const id = await treasury.requestOffRamp(CARRIER, 4_000_000n)
    await treasury.decide(id, true)
    await treasury.look()
    const [batch] = await readBatches(test.store.db, { open: true })
    for (const key of OWNER_KEYS())
      await treasury.sign(batch!.id, await signDraft(options, draftOf(batch!), key))
    await settled(test.store)
    const before = (await test.store.read({ kinds: ['batch.wanted'] })).length
    await treasury.look()
    aheadMs += 61_000
    await treasury.look()
    await settled(test.store)
    expect((await test.store.read({ kinds: ['batch.wanted'] })).length).toBe(before + 1)
    const wish = await lastWish()
    await send(chain.keys.executors[0], wish.safe, wish.data)
    await treasury.look()
    expect((await stateOf(String(id))).state).toBe('confirmed')
  })

  it('leaves out a transfer that would fail alone, and pays the others', async () => {
    const good = await treasury.requestOffRamp(CARRIER, 5_000_000n)
    const bad = await treasury.requestOffRamp(CARRIER, 6_000_000n)
    const to = (
      await sandboxRamp({ rpcUrl: chain.rpcUrl, usdc: chain.addresses.usdc }).order({
        key: String(bad),
        amountMicros: 6_000_000n,
        currency: 'EUR',
        beneficiaryRef: BENEFICIARY,
      })
    ).depositAddress
    await write(chain.keys.operator, chain.addresses.usdc, testUsdcAbi as Abi, 'blacklist', [to])
    await treasury.decide(good, true)
    await treasury.decide(bad, true)
    await treasury.look()
    expect(await stateOf(String(bad))).toMatchObject({ state: 'failed', why: expect.stringMatching('fail') })
    await treasury.look()
    await signAndSend()
    await treasury.look()
    expect((await stateOf(String(good))).state).toBe('confirmed')
  })
})
