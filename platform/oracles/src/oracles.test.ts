import { createLog } from '@gesim/base'
import { complianceSignalsAbi } from '@gesim/contracts'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { settled, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { createPublicClient, createWalletClient, http, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainOracles } from './chain.ts'
import { formatRate, isNews } from './decide.ts'
import { readRates, readSignals } from './oracles.ts'
import type { ChainOracles } from './ports.ts'
import { readCompliance, readRateList } from './table.ts'

let test: TestStore
let price = 2_500n * 10n ** 18n
const oracles: ChainOracles = {
  rate: async (pair) => (pair === 'ETH/USD' ? { pair, price, updatedAt: 7 } : null),
  isAllowed: async () => true,
  signals: async () => [],
}

beforeAll(async () => {
  test = await testStore()
})
afterAll(() => test.close())

const readOnce = () =>
  test.store.tx((tx) => readRates(test.store, tx, oracles, ['ETH/USD', 'XXX/USD'], createLog('t', 'silent')))

describe('rates', () => {
  it('are decimals without superfluous zeros', () => {
    expect(formatRate(10n ** 18n)).toBe('1')
    expect(formatRate(1_080_000_000_000_000_000n)).toBe('1.08')
    expect(formatRate(5n)).toBe('0.000000000000000005')
  })

  it('are news when price or time changed', () => {
    const reading = { pair: 'ETH/USD', price: 10n ** 18n, updatedAt: 1 }
    expect(isNews(null, reading)).toBe(true)
    expect(isNews({ rate: '1', updatedAt: 1 }, reading)).toBe(false)
    expect(isNews({ rate: '1', updatedAt: 0 }, reading)).toBe(true)
  })

  it('are told once for each change, and never made up for a refused pair', async () => {
    await readOnce()
    await readOnce()
    price += 10n ** 17n
    await readOnce()
    await settled(test.store)
    const told = await test.store.read({ kinds: ['rate.updated'] })
    expect(told.map((event) => (event.body as { rate: string }).rate)).toEqual(['2500', '2500.1'])
    expect(await readRateList(test.store.db)).toMatchObject([{ pair: 'ETH/USD', rate: '2500.1' }])
  })
})

describe('compliance signals', () => {
  it('each name their source', async () => {
    const signals = await readCompliance(test.store.db)
    expect(signals.length).toBeGreaterThan(30)
    expect(signals.every((one) => one.note && one.source && one.notedOn)).toBe(true)
    expect(await readCompliance(test.store.db, 'DE')).toMatchObject([{ requirement: 'registration' }])
    expect(await readCompliance(test.store.db, 'ZZ')).toEqual([])
  })
})

describe('signals of publishers on chain', () => {
  let chain: LocalChain
  beforeAll(async () => {
    chain = await startLocalChain()
  }, 120_000)
  afterAll(() => chain?.stop())

  it('are taken over while they hold, and forgotten when they are not on chain any more', async () => {
    const account = privateKeyToAccount(chain.keys.operator)
    const wallet = createWalletClient({ account, transport: http(chain.rpcUrl) })
    const client = createPublicClient({ transport: http(chain.rpcUrl), pollingInterval: 50 })
    const registry = {
      address: chain.addresses.complianceSignals,
      abi: complianceSignalsAbi,
      chain: null,
    } as const
    const sent = async (hash: Promise<`0x${string}`>) =>
      await client.waitForTransactionReceipt({ hash: await hash })
    const onChain = chainOracles({ rpcUrl: chain.rpcUrl, chainId: 31337, addresses: chain.addresses })
    expect(await onChain.signals()).toEqual([])

    const source = `0x${'5a'.repeat(32)}` as const
    const { timestamp } = await client.getBlock()
    const word = (requirement: number) => ({
      requirement,
      validUntil: Number(timestamp) + 3_600,
      notedAt: 0,
      source,
    })
    await sent(wallet.writeContract({ ...registry, functionName: 'addPublisher', args: [account.address] }))
    await sent(
      wallet.writeContract({
        ...registry,
        functionName: 'setSignals',
        args: [
          [stringToHex('AB'), stringToHex('ZY')],
          [word(2), word(3)],
        ],
      }),
    )
    await test.store.tx((tx) => readSignals(tx, onChain))
    const known = () =>
      sql<{ country: string; requirement: string; source: string }>`
        select country, requirement, source from gesim.compliance_signals order by country`
        .execute(test.store.db)
        .then(({ rows }) => rows)
    expect(await known()).toEqual([
      { country: 'AB', requirement: 'registration', source },
      { country: 'ZY', requirement: 'blocked', source },
    ])
    await sent(
      wallet.writeContract({ ...registry, functionName: 'removePublisher', args: [account.address] }),
    )
    await test.store.tx((tx) => readSignals(tx, onChain))
    expect(await known()).toEqual([])
  })
})
