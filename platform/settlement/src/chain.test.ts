import { intentEscrowAbi, settlementAbi } from '@gesim/contracts'
import { commitmentFromJson, joinedSignatures, leafProofFromJson, nodeProofFromJson } from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { expect, it } from 'vitest'
import { openWorld } from './testing/real-chain.ts'

const CHARGE = 1_600_000n

it('takes an epoch through the real contracts: posted, final, carrier paid, remainder returned', async () => {
  const world = await openWorld({ epochSeconds: 5, postingSeconds: 3, fastSeconds: 1, slowSeconds: 2 })
  try {
    const { client, book, heard } = world
    const { addresses, keys } = world.local
    const { intentId, terms } = await world.charged(CHARGE)
    const { epoch } = await heard('epoch.closed')
    await world.sign(epoch, keys.attestors)
    await world.post(await heard('root.wanted'), 10_000)

    const settle = await heard('settle.wanted')
    await world.mustSend(keys.poster, addresses.settlement, settlementAbi, 'settle', [
      settle.epoch,
      settle.books,
      settle.proofs.map(nodeProofFromJson),
    ])
    const remainder = await heard('remainder.wanted')
    const back = [terms, remainder.epoch, leafProofFromJson(remainder.proof), false]
    // Again while the escrow is locked for a posting, as the relayer does it.
    await eventually(() => world.send(keys.poster, addresses.escrow, intentEscrowAbi, 'refundFinal', back))

    const read = { address: addresses.escrow, abi: intentEscrowAbi } as const
    expect(await client.readContract({ ...read, functionName: 'bookOf', args: [book] })).toMatchObject({
      claimed: CHARGE,
    })
    expect(await client.readContract({ ...read, functionName: 'intentOf', args: [intentId] })).toMatchObject({
      settled: CHARGE,
      state: 5,
    })
  } finally {
    await world.close()
  }
}, 60_000)

it('gives a root that went on chain with one signature its quorum by those that come late', async () => {
  // The slow window is as long as the contract lets it be: what becomes final before does so by the quorum.
  const world = await openWorld({ epochSeconds: 5, postingSeconds: 3, fastSeconds: 1, slowSeconds: 20 })
  try {
    const { view, book, heard } = world
    const { addresses, keys } = world.local
    await world.charged(CHARGE)
    const { epoch } = await heard('epoch.closed')
    await world.sign(epoch, keys.attestors.slice(0, 1))
    const wanted = await heard('root.wanted')
    expect(wanted.signatures).toHaveLength(1)
    await world.post(wanted, 3_334)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await view.isFinal(epoch, book)).toBe(false)

    await world.sign(epoch, keys.attestors.slice(1, 2))
    const late = await heard('attest.wanted')
    await world.mustSend(keys.poster, addresses.settlement, settlementAbi, 'attest', [
      commitmentFromJson(late.commitment),
      joinedSignatures(late.signatures),
    ])
    expect((await view.recordOf(epoch))?.weight).toBe(6_667)
    await eventually(() => view.isFinal(epoch, book))
    expect(await view.claimBasis(epoch, book)).toMatchObject({ coSignedFinal: true, totalFinal: false })
    expect(await heard('settle.wanted')).toMatchObject({ epoch, books: [book] })
  } finally {
    await world.close()
  }
}, 60_000)
