import { intentEscrowAbi, settlementAbi } from '@gesim/contracts'
import {
  commitmentFromJson,
  joinedSignatures,
  leafProofFromJson,
  nodeProofFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import { eventually } from '@gesim/store/testing'
import { expect, it } from 'vitest'
import { openWorld } from './testing/real-chain.ts'

const CHARGE = 1_600_000n

/** Windows of seconds pass while they are used: a machine that is busy for two of them has missed one, and begins anew. */
const REAL_TIME = { timeout: 90_000, retry: 2 }

it(
  'takes an epoch through the real contracts: posted, final, carrier paid, remainder returned',
  REAL_TIME,
  async () => {
    const world = await openWorld({ epochSeconds: 5, postingSeconds: 3, fastSeconds: 1, slowSeconds: 2 })
    try {
      const { client, book, heard } = world
      const { addresses, keys } = world.local
      const { intentId, terms } = await world.charged(CHARGE)
      const { epoch } = await heard('epoch.closed')
      const refused = (why: string) => ({ code: `settlement.remainder-${why}` })
      await expect(world.settlement.remainderOf(intentId)).rejects.toMatchObject(refused('not-ready'))
      const unknown = { code: 'settlement.unknown-intent' }
      await expect(world.settlement.remainderOf(ZERO_HASH)).rejects.toMatchObject(unknown)
      await world.sign(epoch, keys.attestors)
      await world.post(await heard('root.wanted'), 10_000)

      const settle = await heard('settle.wanted')
      await world.mustSend(keys.poster, addresses.settlement, settlementAbi, 'settle', [
        settle.epoch,
        settle.books,
        settle.proofs.map(nodeProofFromJson),
      ])
      const remainder = await heard('remainder.wanted')
      // What the payer could have sent before.
      expect(await world.settlement.remainderOf(intentId)).toMatchObject({
        epoch: remainder.epoch,
        leaf: remainder.proof,
      })
      const back = [terms, remainder.epoch, leafProofFromJson(remainder.proof), false]
      // Again while the escrow is locked for a posting, as the relayer does it.
      await eventually(() => world.send(keys.poster, addresses.escrow, intentEscrowAbi, 'refundFinal', back))

      const read = { address: addresses.escrow, abi: intentEscrowAbi } as const
      expect(await client.readContract({ ...read, functionName: 'bookOf', args: [book] })).toMatchObject({
        claimed: CHARGE,
      })
      expect(
        await client.readContract({ ...read, functionName: 'intentOf', args: [intentId] }),
      ).toMatchObject({
        settled: CHARGE,
        state: 5,
      })
      const closed = { chargedMicros: '1600000', refundedMicros: '3400000', reason: 1, txHash: ZERO_HASH }
      await world.say('intent.closed', intentId, { ...closed, gasUsed: '1' })
      await eventually(() =>
        world.settlement.remainderOf(intentId).then(
          () => false,
          (error) => error.code === refused('returned').code,
        ),
      )
    } finally {
      await world.close()
    }
  },
)

it(
  'returns a remainder by two roots when the carrier claims every epoch, as with the windows of production',
  REAL_TIME,
  async () => {
    const world = await openWorld({ epochSeconds: 5, postingSeconds: 2, fastSeconds: 1, slowSeconds: 11 })
    try {
      const { client, heard } = world
      const { addresses, keys } = world.local
      const other = await world.charged(200_000n, false)
      const { intentId, terms } = await world.charged(CHARGE)
      const wishes = () => world.read({ kinds: ['remainder.wanted'] })
      const escrowTakes = (functionName: string, args: readonly unknown[]) =>
        world.send(keys.poster, addresses.escrow, intentEscrowAbi, functionName, args)
      let refused = 0
      for (let turn = 0, isBack = false; !isBack; turn++) {
        expect(turn).toBeLessThan(7)
        const { epoch } = await heard('epoch.closed', turn)
        await world.sign(epoch, keys.attestors)
        await world.post(await heard('root.wanted', turn), 10_000)
        const settle = await heard('settle.wanted', turn)
        const proofs = settle.proofs.map(nodeProofFromJson)
        const pays = [settle.epoch, settle.books, proofs]
        await world.mustSend(keys.poster, addresses.settlement, settlementAbi, 'settle', pays)
        await world.charge(other.intentId, 300_000n + BigInt(turn) * 100_000n, turn + 2, false)
        for (let i = 0; i < 20 && (await wishes()).length <= refused; i++)
          await new Promise((resolve) => setTimeout(resolve, 100))
        if ((await wishes()).length <= refused) continue
        const { confirmed, ...newer } = await heard('remainder.wanted', refused)
        expect(confirmed!.epoch).toBeLessThan(newer.epoch)
        const leaf = [terms, newer.epoch, leafProofFromJson(newer.proof)]
        // The payer alone may end by the newer root only; the poster is a stranger.
        expect(await escrowTakes('refundFinal', [...leaf, false])).toBe(false)
        isBack = await escrowTakes('refundConfirmed', [
          ...leaf,
          confirmed!.epoch,
          leafProofFromJson(confirmed!.proof),
        ])
        if (isBack) continue
        // On a slow machine the next claim comes first: refused, as the relayer tells, and wished for again.
        refused++
        const key = `remainder.wanted:${intentId}:${newer.epoch}`
        await world.say('transaction.refused', null, { key, code: 'relayer.would-revert', why: 'StaleEpoch' })
      }
      const read = { address: addresses.escrow, abi: intentEscrowAbi } as const
      expect(
        await client.readContract({ ...read, functionName: 'intentOf', args: [intentId] }),
      ).toMatchObject({
        settled: CHARGE,
        state: 5,
      })
    } finally {
      await world.close()
    }
  },
)

it(
  'gives a root that went on chain with one signature its quorum by those that come late',
  REAL_TIME,
  async () => {
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
  },
)
