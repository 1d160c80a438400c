import { feeTreasuryAbi, settlementAbi, testUsdcAbi } from '@gesim/contracts'
import { startLocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import {
  commitmentToJson,
  cutoffOf,
  dataHashOf,
  digestOf,
  domainOf,
  type EpochCommitment,
  encodeDeltas,
  POLICY_VERSION,
  ZERO_HASH,
} from '@gesim/proofs'
import { eventually, testStore } from '@gesim/store/testing'
import { createWalletClient, http, keccak256, numberToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectWish } from './calldata.ts'
import { type DutyFacts, isWorthRelaying } from './duties.ts'
import { append, type Rig, startRig } from './harness.ts'
import { wish } from './outbox.ts'

const EPOCH_SECONDS = 10
const PRICE = 5_000_000n

describe('whether a call is made as a paid duty', () => {
  const facts: DutyFacts = { priceMicros: 500_000n, freeMicros: 500_000n, microsPerEther: 3_000_000_000n }
  const gas = { direct: 110_000n, relayed: 180_000n, priceWei: 1_000_000_000n }

  it.each([
    ['it is where the price covers the way around', {}, {}, true],
    ['not where nothing is paid for it', { priceMicros: 0n }, {}, false],
    ['not where the treasury owes all that it has', { freeMicros: 499_999n }, {}, false],
    ['not where the way around costs more than it brings', {}, { priceWei: 3_000_000_000_000n }, false],
    ['and without a rate of gas the price decides', { microsPerEther: 0n }, { priceWei: 10n ** 15n }, true],
  ] as const)('%s', (_, change, changedGas, is) => {
    expect(isWorthRelaying({ ...facts, ...change }, { ...gas, ...changedGas })).toBe(is)
  })
})

describe('the root of an epoch on a real chain', () => {
  let rig: Rig
  let close: () => Promise<void>
  let previous: Hex = ZERO_HASH
  let fromBlock = 1n

  beforeAll(async () => {
    const [chain, database] = await Promise.all([
      startLocalChain({
        epochSeconds: EPOCH_SECONDS,
        postingSeconds: 7,
        fastSeconds: 2,
        slowSeconds: 24,
        // Above any gas of this chain.
        postEpochPriceMicros: PRICE,
      }),
      testStore(),
    ])
    rig = await startRig({ paidDuties: 1 }, { chain, database })
    close = async () => {
      await rig.stop()
      await Promise.all([chain.stop(), database.close()])
    }
    // Parameters of its own: the first start of a day deploys everything.
  }, 180_000)
  afterAll(() => close?.())

  const read = <T>(functionName: string, args: readonly unknown[] = []) =>
    rig.client.readContract({
      abi: feeTreasuryAbi,
      address: rig.chain.addresses.feeTreasury,
      functionName: functionName as 'owedTo',
      args: args as [Hex],
    }) as Promise<T>
  const poster = () => privateKeyToAccount(rig.chain.keys.poster).address

  /** Wishes for a root that the committee signed, once its window is open. Returns the transaction's receiver. */
  async function postRoot(): Promise<Hex | null> {
    const { chain, client } = rig
    const { timestamp } = await client.getBlock()
    const epoch = Math.floor(Number(timestamp) / EPOCH_SECONDS)
    await eventually(
      async () => (await client.getBlock()).timestamp >= BigInt(cutoffOf(epoch, EPOCH_SECONDS)),
      20_000,
    )
    const deltas = encodeDeltas(ZERO_HASH, [])
    const toBlock = (await client.getBlockNumber()) - 1n
    const commitment: EpochCommitment = {
      epoch,
      cutoff: cutoffOf(epoch, EPOCH_SECONDS),
      root: keccak256(numberToHex(epoch)),
      total: 0n,
      coSigned: 0n,
      prevRoot: previous,
      dataHash: dataHashOf(deltas),
      fromBlock,
      toBlock,
      eventsRoot: ZERO_HASH,
      policyVersion: POLICY_VERSION,
      committeeVersion: chain.parties.committeeVersion,
    }
    const hash = digestOf('EpochCommitment', domainOf(31337, chain.addresses.escrow), commitment)
    const signatures = await Promise.all(
      chain.keys.attestors.map(async (key) => {
        const account = privateKeyToAccount(key)
        return { attestor: account.address, signature: await account.sign({ hash }) }
      }),
    )
    const body = { epoch, commitment: commitmentToJson(commitment), signatures, deltas }
    await append(rig.store, 'root.wanted', null, body)
    const at = { abi: settlementAbi, address: chain.addresses.settlement } as const
    await eventually(
      async () => (await client.readContract({ ...at, functionName: 'latest' })) === epoch,
      15_000,
    )
    previous = commitment.root
    fromBlock = toBlock + 1n
    const [log] = await client.getContractEvents({
      ...at,
      eventName: 'UsageCommitted',
      args: { epoch },
      fromBlock: 0n,
    })
    return (await client.getTransaction({ hash: log!.transactionHash })).to
  }

  it('goes directly while the treasury has nothing to pay with, and through it when it has', async () => {
    const { addresses, keys } = rig.chain
    expect((await postRoot())?.toLowerCase()).toBe(addresses.settlement.toLowerCase())
    expect(await read<bigint>('owedTo', [poster()])).toBe(0n)

    const wallet = createWalletClient({
      account: privateKeyToAccount(keys.operator),
      chain: anvil,
      transport: http(rig.chain.rpcUrl),
    })
    const hash = await wallet.writeContract({
      abi: testUsdcAbi,
      address: addresses.usdc,
      functionName: 'mint',
      args: [addresses.feeTreasury, 4n * PRICE],
    })
    await rig.client.waitForTransactionReceipt({ hash })
    expect((await postRoot())?.toLowerCase()).toBe(addresses.feeTreasury.toLowerCase())
    expect(await read<bigint>('owedTo', [poster()])).toBe(PRICE)

    // And what is owed is collected.
    await rig.store.tx((tx) => wish(tx, collectWish(addresses, '1')))
    rig.parts.wake()
    await eventually(async () => (await read<bigint>('owedTo', [poster()])) === 0n, 10_000)
    const usdc = { abi: testUsdcAbi, address: addresses.usdc, functionName: 'balanceOf' } as const
    expect(await rig.client.readContract({ ...usdc, args: [poster()] })).toBe(PRICE)
  }, 90_000)
})
