import { feeTreasuryAbi, gesimIdentityAbi, payOnUsageAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import { expect, it } from 'vitest'
import { decode, draftOf, factsOf } from './decode.ts'

const HASH: Hex = `0x${'ab'.repeat(32)}`
const KIND: Hex = '0x12345678'
const WHO: Hex = `0x${'12'.repeat(20)}`
const demand = {
  root: HASH,
  total: 2n ** 64n - 1n,
  coSigned: 8n,
  epoch: 7,
  book: 1,
  index: 2,
  device: WHO,
  challenger: WHO,
  openUntil: 99,
}

it.each([
  [`0x${'00'.repeat(32)}` as Hex, 'data'],
  [`0x${'00'.repeat(31)}01` as Hex, 'evidence'],
])('a demand whose leaf is %s is one for %s, with every figure of it', (leaf, kind) => {
  const event = payOnUsageAbi.find((one) => one.type === 'event' && one.name === 'Demanded')!
  const inputs = 'inputs' in event ? event.inputs.filter((one) => !('indexed' in one && one.indexed)) : []
  const log = {
    topics: encodeEventTopics({
      abi: payOnUsageAbi,
      eventName: 'Demanded',
      args: { id: HASH, kind: KIND, intentId: HASH },
    }) as Hex[],
    data: encodeAbiParameters(inputs, [5_000_000n, { ...demand, leaf }] as never),
  }
  const facts = factsOf(decode('payOnUsage', log)!)
  expect(draftOf('payOnUsage', 'Demanded', facts, { txHash: HASH, gasUsed: '1', book: null })).toEqual({
    kind: 'demand.opened',
    intentId: HASH,
    body: {
      demandId: HASH,
      kind,
      demand: {
        ...demand,
        leaf,
        total: '18446744073709551615',
        coSigned: '8',
        device: WHO,
        challenger: WHO,
      },
      txHash: HASH,
    },
  })
})

it('what the fee treasury owes a relayer for a duty is told with its price', () => {
  const log = {
    topics: encodeEventTopics({
      abi: feeTreasuryAbi,
      eventName: 'RelayerPaid',
      args: { duty: 1, relayer: WHO },
    }) as Hex[],
    data: encodeAbiParameters([{ type: 'uint64' }, { type: 'bytes32' }], [500_000n, HASH]),
  }
  const facts = factsOf(decode('feeTreasury', log)!)
  expect(draftOf('feeTreasury', 'RelayerPaid', facts, { txHash: HASH, gasUsed: '9', book: null })).toEqual({
    kind: 'relayer.paid',
    intentId: null,
    body: { duty: 1, relayer: WHO, amountMicros: '500000', txHash: HASH, gasUsed: '9' },
  })
})

it('a burned token is told with its account, whoever burned it', () => {
  const log = {
    topics: encodeEventTopics({
      abi: gesimIdentityAbi,
      eventName: 'Burned',
      args: { account: WHO, tokenId: BigInt(WHO) },
    }) as Hex[],
    data: encodeAbiParameters([{ type: 'bool' }], [true]),
  }
  const facts = factsOf(decode('identity', log)!)
  expect(draftOf('identity', 'Burned', facts, { txHash: HASH, gasUsed: '1', book: null })).toEqual({
    kind: 'identity.burned',
    intentId: null,
    body: { account: WHO, tokenId: BigInt(WHO).toString(), txHash: HASH },
  })
})
