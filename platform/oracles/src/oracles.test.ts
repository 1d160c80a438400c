import { createLog } from '@gesim/base'
import { complianceSignalsAbi, localPriceFeedAbi } from '@gesim/contracts'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { settled, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { createPublicClient, createWalletClient, http, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chainOracles } from './chain.ts'
import { estimatesOf, formatRate, isNews, type KeptRate, parseRate } from './decide.ts'
import { readRates, readSignals } from './oracles.ts'
import type { ChainOracles } from './ports.ts'
import { oraclesSettings } from './settings.ts'
import { keptRates, readCompliance, readRateList } from './table.ts'

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

describe('estimates in local currencies', () => {
  const rate = (pair: string, price: string, more: Partial<KeptRate> = {}): KeptRate => ({
    pair,
    price: parseRate(price),
    updatedAt: 990,
    readAt: 1_000,
    refusedAt: null,
    ...more,
  })

  it('go by way of the dollar, whose own rate counts, and leave out ether', () => {
    const rates = [
      rate('USDC/USD', '0.99'),
      rate('EUR/USD', '1.1', { updatedAt: 900 }),
      rate('ETH/USD', '2500'),
    ]
    expect(estimatesOf(rates, 1_010, 600)).toEqual([
      { currency: 'USD', perUsdc: '0.99', asOf: 990, holdsUntil: 1_600 },
      { currency: 'EUR', perUsdc: '0.9', asOf: 900, holdsUntil: 1_600 },
    ])
  })

  it('are absent for a pair that is refused or was not read for long, and all of them without the rate of USDC', () => {
    const good = rate('USDC/USD', '1')
    const currencies = (...rates: KeptRate[]) => estimatesOf(rates, 1_600, 601).map((one) => one.currency)
    expect(currencies(good, rate('GBP/USD', '1.27', { refusedAt: 1_500 }))).toEqual(['USD'])
    expect(currencies(good, rate('GBP/USD', '1.27', { readAt: 999 }))).toEqual(['USD'])
    expect(currencies(good, rate('GBP/USD', '1.27'))).toEqual(['USD', 'GBP'])
    expect(currencies(rate('GBP/USD', '1.27'))).toEqual([])
    expect(currencies({ ...good, refusedAt: 1_599 }, rate('GBP/USD', '1.27'))).toEqual([])
  })

  it('read back what a rate was written as', () => {
    for (const text of ['0', '1', '1.08', '0.000000000000000005', '2500.1'])
      expect(formatRate(parseRate(text))).toBe(text)
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

describe('rates and signals on chain', () => {
  let chain: LocalChain
  beforeAll(async () => {
    chain = await startLocalChain()
  }, 120_000)
  afterAll(() => chain?.stop())

  it('have feeds for every pair that is read; one that turns implausible takes its estimate away, and comes back', async () => {
    const onChain = chainOracles({ rpcUrl: chain.rpcUrl, chainId: 31337, addresses: chain.addresses })
    const pairs = oraclesSettings.pairs.default
    const currencies = async () => {
      await test.store.tx((tx) => readRates(test.store, tx, onChain, pairs, createLog('t', 'silent')))
      const estimates = estimatesOf(await keptRates(test.store.db), Math.floor(Date.now() / 1_000), 60)
      return estimates.map((one) => one.currency).sort()
    }
    const all = ['AED', 'BRL', 'CHF', 'EUR', 'GBP', 'JPY', 'MXN', 'USD']
    expect(await currencies()).toEqual(all)

    const account = privateKeyToAccount(chain.keys.operator)
    const wallet = createWalletClient({ account, transport: http(chain.rpcUrl) })
    const client = createPublicClient({ transport: http(chain.rpcUrl), pollingInterval: 50 })
    const answer = async (price: bigint) => {
      const hash = await wallet.writeContract({
        address: chain.addresses.yenPriceFeed!,
        abi: localPriceFeedAbi,
        functionName: 'setAnswer',
        args: [price, true],
        chain: null,
      })
      await client.waitForTransactionReceipt({ hash })
    }
    await answer(100_000_000n)
    expect(await currencies()).toEqual(all.filter((one) => one !== 'JPY'))
    await answer(660_000n)
    expect(await currencies()).toEqual(all)
  })

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
