import { createLog, sleepMs } from '@gesim/base'
import { gesimIdentityAbi } from '@gesim/contracts'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import { type TestStore, testStore } from '@gesim/store/testing'
import { createTestClient, createWalletClient, http, keccak256, publicActions, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rpcChain } from './chain.ts'
import { emittersOf } from './decode.ts'
import { makeIndexer } from './indexer.ts'

let own: TestStore
let chain: LocalChain

beforeAll(async () => {
  ;[own, chain] = await Promise.all([testStore(), startLocalChain()])
}, 60_000)
afterAll(async () => {
  await Promise.allSettled([own?.close(), chain?.stop()])
})

test('a real chain: an identity is minted, taken away by a reorganisation, and minted again', async () => {
  const transport = http(chain.rpcUrl)
  const anvil = createTestClient({ mode: 'anvil', chain: foundry, transport }).extend(publicActions)
  const operator = createWalletClient({
    account: privateKeyToAccount(chain.keys.operator),
    chain: foundry,
    transport,
  })
  const indexer = makeIndexer({
    store: own.store,
    chain: rpcChain(chain.rpcUrl),
    chainId: 31_337,
    emitters: emittersOf(chain.addresses),
    fromBlock: BigInt(chain.addresses.fromBlock),
    confirmations: 0,
    log: createLog('test', 'silent'),
  })
  const catchUp = async () => {
    while (await indexer.step());
  }
  const mint = async (account: Hex) => {
    const hash = await operator.writeContract({
      address: chain.addresses.identity,
      abi: gesimIdentityAbi,
      functionName: 'mint',
      args: [account, keccak256(toHex(account))],
    })
    return await anvil.waitForTransactionReceipt({ hash, pollingInterval: 50, timeout: 10_000 })
  }
  // An event can be read once no older transaction is open anywhere on the server, which other tests share.
  const events = async (count: number) => {
    for (let waitedMs = 0; ; waitedMs += 20) {
      const found = await own.store.read({ kinds: ['identity.minted', 'chain.undone'] })
      if (found.length >= count || waitedMs > 10_000) return found
      await sleepMs(20)
    }
  }
  const kinds = async (count: number) => (await events(count)).map((event) => event.kind)

  // Blocks only for transactions, so that the depth of the reorganisation is known.
  await anvil.setAutomine(true)
  // anvil can go back to states of its own run only, not to those it was loaded with.
  await anvil.mine({ blocks: 3 })
  const account: Hex = `0x${'ab'.repeat(20)}`
  const receipt = await mint(account)
  await catchUp()
  const [event] = await events(1)
  expect(event!.kind).toBe('identity.minted')
  expect(event!.body).toMatchObject({
    account,
    tokenId: BigInt(account).toString(),
    txHash: receipt.transactionHash,
  })

  // The blocks above are replaced by empty ones: the transaction is gone.
  await anvil.request({ method: 'anvil_reorg' as never, params: [2, []] as never })
  await anvil.mine({ blocks: 2 })
  await catchUp()
  expect(await kinds(2)).toEqual(['identity.minted', 'chain.undone'])

  await mint(account)
  await catchUp()
  await catchUp()
  expect(await kinds(3)).toEqual(['identity.minted', 'chain.undone', 'identity.minted'])
}, 60_000)

test('an RPC that does not answer is unreachable, and nothing is lost by it', async () => {
  await expect(rpcChain('http://127.0.0.1:9').block('latest')).rejects.toMatchObject({
    kind: 'unreachable',
    code: 'indexer.no-chain',
  })
})
