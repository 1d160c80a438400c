import { createTestClient, http, publicActions, zeroAddress } from 'viem'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { epochReading, openChain } from './reading.ts'
import { type Anvil, startAnvil } from './testing/anvil.ts'

let anvil: Anvil
const silent = (cause: unknown) => new Error('the chain is silent', { cause })
const addresses = { escrow: zeroAddress, settlement: zeroAddress, fromBlock: 0 }
const readingOf = (rpcUrl: string) => epochReading(openChain(rpcUrl, silent), addresses)

beforeAll(async () => {
  // No block comes by itself within the test.
  anvil = await startAnvil({ blockSeconds: 3600 })
})
afterAll(() => anvil.stop())

it('finds the last block before a time near the head, far back, and nowhere', async () => {
  const client = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) }).extend(publicActions)
  await client.mine({ blocks: 100, interval: 10 })
  const reading = readingOf(anvil.rpcUrl)
  const head = await reading.head()
  expect(head.number).toBe(100n)
  const { timestamp: first } = await client.getBlock({ blockNumber: 0n })
  for (const number of [99n, 98n, 96n, 50n, 3n, 1n, 0n]) {
    const { timestamp, hash } = await client.getBlock({ blockNumber: number })
    const found = await reading.lastBlockBefore(Number(timestamp) + 1)
    expect(found).toEqual({ number, hash, timestamp: Number(timestamp) })
    const next = await client.getBlock({ blockNumber: number + 1n })
    expect((await reading.lastBlockBefore(Number(next.timestamp)))?.number).toBe(number)
  }
  expect(await reading.lastBlockBefore(Number(first))).toBeNull()
  expect(await reading.lastBlockBefore(head.timestamp + 1)).toBeNull()
  expect(await reading.hashOf(101n)).toBeNull()
  expect(await reading.hashOf(100n)).toBe(head.hash)
})

it("says in the reader's own words that there is no answer", async () => {
  await expect(readingOf('http://127.0.0.1:9').head()).rejects.toThrow('the chain is silent')
})
