import { attestorRegistryAbi, intentEscrowAbi, payOnUsageAbi, testUsdcAbi } from '@gesim/contracts'
import type { DemandJson, Hex } from '@gesim/journey'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readWatch } from './table.ts'
import { openWorld } from './testing-chain.ts'

const STAKE = 20_000_000_000n

let world: Awaited<ReturnType<typeof openWorld>>
beforeAll(async () => {
  world = await openWorld({ epochSeconds: 10, postingSeconds: 5, fastSeconds: 2, slowSeconds: 24 })
})
afterAll(() => world?.close())

const usdcOf = (who: Hex) =>
  world.client.readContract({
    abi: testUsdcAbi,
    address: world.local.addresses.usdc,
    functionName: 'balanceOf',
    args: [who],
  })
const stakeOf = (key: Hex) =>
  world.client.readContract({
    abi: attestorRegistryAbi,
    address: world.local.addresses.attestorRegistry,
    functionName: 'stakeOf',
    args: [privateKeyToAddress(key)],
  })
const stakes = () => Promise.all(world.local.keys.attestors.map(stakeOf))
const bookOf = (book: number) =>
  world.client.readContract({
    abi: intentEscrowAbi,
    address: world.local.addresses.escrow,
    functionName: 'bookOf',
    args: [book],
  })
const stateOf = async (epoch: number) => {
  const { roots } = await readWatch(world.store.db, 50, { nowMs: Date.now(), dailyMicros: 10_000_000n })
  return roots.find((one) => one.epoch === epoch)?.state
}

it('proves a false leaf of a quorum on the chain, has its signers slashed, and brings the money where it belongs', async () => {
  const { keys, addresses } = world.local
  const one = await world.activated(0, 1n)
  const two = await world.activated(1, 2n)
  const terms = [one.terms, two.terms]

  // An honest root is recomputed, and nothing is wished for.
  const honest = await world.post([one.leaf, two.leaf], terms, true)
  await world.watchUntil(async () => (await stateOf(honest)) === 'honest')
  expect(await world.wishes()).toEqual([])

  // A poster with a quorum behind it claims more than the traveller ever paid in.
  const lie = { ...one.leaf, amount: 9_000_000n, coSigned: 9_000_000n, seq: 2 }
  const [purse, ceiling] = [await usdcOf(world.challenger), (await bookOf(one.leaf.book)).ceiling]
  const epoch = await world.post([lie, two.leaf], terms, true)
  await world.watchUntil(async () => (await world.view.frozenFrom(one.leaf.book)) === epoch, 20_000)
  expect(await stateOf(epoch)).toBe('false')
  // The other carrier's book is not touched.
  expect(await world.view.frozenFrom(two.leaf.book)).toBe(0)

  // A tenth of each signer's stake is taken; 40 % is the watcher's, 40 % the book's, 20 % stays with the registry's reserve.
  const slashed = (STAKE / 10n) * 3n
  await world.watchUntil(async () => (await usdcOf(world.challenger)) === purse + (slashed * 4n) / 10n)
  expect(await stakes()).toEqual(keys.attestors.map(() => STAKE - STAKE / 10n))
  await world.watchUntil(async () => (await bookOf(one.leaf.book)).ceiling === ceiling + (slashed * 4n) / 10n)
  expect(await usdcOf(addresses.payOnUsage)).toBe(0n)

  // Each step was wished for once, and nothing is wished for again.
  await world.watcher.step()
  await world.watcher.step()
  const wishes = await world.wishes()
  const kinds = wishes.map((act) => act.split(':')[0])
  expect(kinds.filter((kind) => kind === 'proof')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'slash')).toHaveLength(3)
  expect(new Set(wishes.filter((act) => /^(proof|slash)/.test(act))).size).toBe(4)
  const { totals } = await readWatch(world.store.db, 50, { nowMs: Date.now(), dailyMicros: 10_000_000n })
  expect(totals).toMatchObject({ wrong: 1, proven: 1, openDemands: 0, bondsMicros: '0' })

  // The next root carries the frozen book along as it is: that is no new fault.
  const next = await world.post([lie, { ...two.leaf, seq: 2 }], terms, true)
  await world.watchUntil(async () => (await stateOf(next)) === 'honest')

  // Then a root whose data nobody gets to see: a leaf of the book that still counts is demanded, with a bond.
  const hidden = await world.post([lie, { ...two.leaf, amount: 500_000n, seq: 3 }], terms, false)
  await world.send(keys.operator, addresses.usdc, testUsdcAbi, 'mint', [world.challenger, 5_000_000n])
  const before = await usdcOf(world.challenger)
  await world.watchUntil(async () => (await usdcOf(addresses.payOnUsage)) === 5_000_000n)
  expect(await usdcOf(world.challenger)).toBe(before - 5_000_000n)
  expect(await stateOf(hidden)).toBe('hidden')
  await tellOfDemand(two.leaf.intentId)
  // Nobody answers in the quarter of the window: the book is frozen, the signers are slashed, the bond comes back.
  await world.watchUntil(async () => (await world.view.frozenFrom(two.leaf.book)) === hidden, 25_000)
  await world.watchUntil(async () => (await usdcOf(world.challenger)) >= before + 1n)
  await world.watchUntil(async () => (await stakes()).every((stake) => stake < STAKE - STAKE / 10n))
  expect((await world.wishes()).filter((act) => act.startsWith('demand:'))).toHaveLength(1)
}, 180_000)

/** The indexer hears the demand that is on chain. */
async function tellOfDemand(intentId: Hex) {
  const logs = await world.client.getContractEvents({
    abi: payOnUsageAbi,
    address: world.local.addresses.payOnUsage,
    eventName: 'Demanded',
    fromBlock: 0n,
  })
  const { args, transactionHash: txHash } = logs.at(-1)!
  expect(args.intentId!.toLowerCase()).toBe(intentId)
  const { total, coSigned, ...rest } = args.demand!
  const demand: DemandJson = { ...rest, total: total.toString(), coSigned: coSigned.toString() }
  await world.say('demand.opened', intentId, { demandId: args.id!, kind: 'data', demand, txHash })
}
