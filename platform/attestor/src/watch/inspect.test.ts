import { payOnUsageAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { type PlacedLeaf, positionOf, SumTree } from '@gesim/proofs'
import fc from 'fast-check'
import { decodeFunctionData } from 'viem'
import { describe, expect, it } from 'vitest'
import { type Finding, inspect, type Published } from './inspect.ts'
import { findFalseSum, isFalseSum } from './sums.ts'
import {
  type Below,
  DEVICE,
  domain,
  grow,
  lyingTree,
  type Plant,
  publish,
  SPOILED,
  usageKey,
} from './testing-orchard.ts'

type Spoiling = keyof typeof SPOILED

const EXPECTED: Readonly<Record<Spoiling, { code: string; proof: string }>> = {
  aboveDeposit: { code: 'F2', proof: 'proveOverEscrow' },
  coSignedAboveAmount: { code: 'F2', proof: 'proveOverEscrow' },
  unlikeClose: { code: 'F2', proof: 'proveOverEscrow' },
  amountFell: { code: 'F3', proof: 'proveRegression' },
  sequenceFell: { code: 'F3', proof: 'proveRegression' },
  finalReopened: { code: 'F3', proof: 'proveRegression' },
  aboveTariff: { code: 'F4', proof: 'proveTariff' },
  ofNobody: { code: 'F5', proof: 'proveMisplaced' },
  inAnothersPlace: { code: 'F5', proof: 'proveMisplaced' },
}

/** Numbers from a seed, the same every time. */
function belowFrom(seed: number): Below {
  let state = seed >>> 0
  return (limit) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

function inspectAll(plants: readonly Plant[], published: Published, bound: readonly Hex[] = []) {
  return inspect(published, {
    domain,
    chain: {
      boundDevices: async () => bound,
      wasUsageKey: async (_book, key) => key === usageKey.address,
    },
    standingOf: (intentId) => plants.find((one) => one.intentId === intentId)?.standing ?? null,
    termsOf: () => null,
  })
}

const functionOf = ({ call }: Finding) =>
  decodeFunctionData({ abi: payOnUsageAbi, data: call.data }).functionName

describe('honest roots', () => {
  it('are never found wrong, whatever came after their cutoff, with records shown or none bound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, isBound) => {
        const plants = await grow(belowFrom(seed), isBound)
        // Where devices are bound, the signed records must give the leaf; those of FINAL and closed leaves need none.
        const shown = plants.filter(({ newer }) => newer.flags === 0)
        const kept = isBound ? shown : plants
        if (kept.length === 0) return
        expect(await inspectAll(kept, publish(kept), isBound ? [DEVICE] : [])).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

describe('each corruption of a tree', () => {
  it.each(Object.keys(EXPECTED) as Spoiling[])('%s is found and proven by the right call', async (how) => {
    let found = 0
    for (let seed = 1; seed <= 30; seed++) {
      const below = belowFrom(seed)
      const plants = await grow(below)
      const which = plants[below(plants.length)]!
      const spoiled: PlacedLeaf | null = SPOILED[how](which, BigInt(1 + below(1_000)))
      if (spoiled === null) continue
      const findings = await inspectAll(plants, publish(plants, [spoiled]))
      expect(findings.map(({ code, book }) => ({ code, book }))).toEqual([
        { code: EXPECTED[how].code, book: spoiled.book },
      ])
      expect(functionOf(findings[0]!)).toBe(EXPECTED[how].proof)
      found++
    }
    // A way to spoil that no orchard offers would show nothing.
    expect(found).toBeGreaterThan(2)
  })

  it('a leaf that is gone has fallen to nothing', async () => {
    const plants = await grow(belowFrom(5))
    const gone = plants.findIndex(({ older, standing }) => older !== null && !standing.isClosedByCutoff)
    const findings = await inspectAll(plants, publish(plants, [], gone))
    expect(findings.map(({ code }) => code)).toEqual(['F3'])
  })

  it('of an intent activated in the posting window is in no place yet', async () => {
    const plants = await grow(belowFrom(9))
    const late = { ...plants[0]!, standing: { ...plants[0]!.standing, activatedAt: 30_000 } }
    const findings = await inspectAll([late], publish([late]))
    expect(findings.map(({ code }) => code)).toEqual(['F5'])
  })

  it('one proof a book is enough, and the other book has its own', async () => {
    const plants = await grow(() => 3)
    const spoiled = plants.map((one) => SPOILED.aboveDeposit(one, 5n))
    const findings = await inspectAll(plants, publish(plants, spoiled))
    expect(findings.map(({ code, book }) => [code, book])).toEqual([
      ['F2', 1],
      ['F2', 2],
    ])
  })

  it('a false sum at any height is walked to by openings, and no honest node is taken for one', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const below = belowFrom(seed)
      const tree = new SumTree((await grow(below)).map(({ newer }) => newer))
      const { book, index } = tree.leaves()[0]!
      const level = below(33)
      const place = Math.floor(positionOf(book, index) / 2 ** level)
      const lie = lyingTree(tree, level, place, BigInt(1 + below(1_000)))
      expect(await findFalseSum(lie.root, tree, lie.open)).toMatchObject({ level, place })
      // Also where the source serves no leaves at all.
      expect(await findFalseSum(lie.root, new SumTree(), lie.open)).toMatchObject({ level, place })
      expect(isFalseSum(level, tree.nodeAt(level, place))).toBe(false)
      const open = async (l: number, p: number) => tree.nodeAt(l, p)
      expect(await findFalseSum(tree.root(), new SumTree(), open)).toBeNull()
    }
  })

  it('an opening that is not the one in the tree proves nothing', async () => {
    const tree = new SumTree((await grow(belowFrom(2))).map(({ newer }) => newer))
    const other = lyingTree(tree, 32, 0, 9n)
    expect(await findFalseSum(tree.root(), new SumTree(), other.open)).toBeNull()
  })
})

describe('records behind a leaf whose payer bound a device', () => {
  const plantOf = async () => {
    for (let seed = 1; ; seed++) {
      const one = (await grow(belowFrom(seed), true)).find(
        ({ newer, terms, standing }) =>
          newer.flags === 0 && newer.amount > terms.activationFee && newer.amount > standing.settledMicros,
      )
      if (one) return one
    }
  }

  it('are demanded where they are not served, or signed by another device, or give less than the leaf', async () => {
    const one = await plantOf()
    const { voucher, usageReceipt, ...bare } = one.input
    const other = { ...voucher!, signature: usageReceipt!.signature }
    for (const input of [
      bare,
      { ...bare, voucher, usageReceipt: undefined },
      { ...one.input, voucher: other },
    ]) {
      const findings = await inspectAll([one], publish([{ ...one, input: input as typeof one.input }]), [
        DEVICE,
      ])
      expect(findings.map(({ code }) => code)).toEqual(['C2'])
      expect(functionOf(findings[0]!)).toBe('challengeEvidence')
    }
  })

  it('are not demanded where no device was bound, or the chain itself vouches for the amount', async () => {
    const one = await plantOf()
    const { voucher, usageReceipt, ...bare } = one.input
    const without = { ...one, input: bare as typeof one.input }
    expect(voucher && usageReceipt).toBeTruthy()
    expect(await inspectAll([without], publish([without]))).toEqual([])
    const released = { ...without, standing: { ...one.standing, settledMicros: one.newer.amount } }
    expect(await inspectAll([released], publish([released]), [DEVICE])).toEqual([])
  })
})
