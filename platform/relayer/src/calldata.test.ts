import { type Addresses, settlementAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { JourneyEventOf } from '@gesim/store'
import { decodeFunctionData } from 'viem'
import { expect, it } from 'vitest'
import { type WishingKind, wishesOf } from './calldata.ts'

const SETTLEMENT: Hex = `0x${'5e'.repeat(20)}`
const HASH: Hex = `0x${'ab'.repeat(32)}`
const grant = { budgetMicros: 1n, budgetValidUntil: 1 }

it('late signatures go to the settlement with ascending signers, and a second wish is another transaction', () => {
  const signer = (byte: string): Hex => `0x${byte.repeat(20)}`
  const event = (seq: bigint) =>
    ({
      seq,
      kind: 'attest.wanted',
      version: 1,
      intentId: null,
      atMs: 0,
      body: {
        epoch: 7,
        commitment: {
          epoch: 7,
          cutoff: 240,
          root: HASH,
          total: '9',
          coSigned: '8',
          prevRoot: HASH,
          dataHash: HASH,
          fromBlock: '1',
          toBlock: '2',
          eventsRoot: HASH,
          policyVersion: 1,
          committeeVersion: 1,
        },
        signatures: [
          { attestor: signer('bb'), signature: `0x${'03'.repeat(32)}${'04'.repeat(32)}1b` },
          { attestor: signer('0a'), signature: `0x${'01'.repeat(32)}${'02'.repeat(32)}1c` },
        ],
      },
    }) as JourneyEventOf<WishingKind>
  const [wish] = wishesOf(event(3n), { settlement: SETTLEMENT } as Addresses, grant)
  expect(wish).toMatchObject({ key: 'attest.wanted:7:3', role: 'poster', to: SETTLEMENT, intentId: null })
  const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data: wish!.data })
  expect(functionName).toBe('attest')
  const ascending = `0x${'01'.repeat(32)}82${'02'.repeat(31)}${'03'.repeat(32)}${'04'.repeat(32)}`
  expect((args as readonly unknown[])[1]).toBe(ascending)
  expect(wishesOf(event(4n), { settlement: SETTLEMENT } as Addresses, grant)[0]!.key).not.toBe(wish!.key)
})

it('a Safe transaction goes to its Safe as its owners signed it', () => {
  const safe: Hex = `0x${'5A'.repeat(20)}`
  const event = (seq: bigint) =>
    ({
      seq,
      kind: 'batch.wanted',
      version: 1,
      intentId: null,
      atMs: 0,
      body: { batchId: '4', safe, data: '0x6a761202' },
    }) as JourneyEventOf<WishingKind>
  const [wish] = wishesOf(event(3n), {} as Addresses, grant)
  expect(wish).toMatchObject({
    key: 'batch.wanted:4:3',
    role: 'operator',
    to: safe.toLowerCase(),
    data: '0x6a761202',
  })
  expect(wishesOf(event(9n), {} as Addresses, grant)[0]!.key).not.toBe(wish!.key)
})
