import { intentEscrowAbi, settlementAbi } from '@gesim/contracts'
import { encodeErrorResult } from 'viem'
import { describe, expect, it } from 'vitest'
import { explainRevert } from './reverts.ts'

const posting = encodeErrorResult({
  abi: intentEscrowAbi,
  errorName: 'IntentEscrow_PostingWindow',
  args: [1_800],
})
const outside = (now: bigint) =>
  encodeErrorResult({
    abi: settlementAbi,
    errorName: 'Settlement_OutsideWindow',
    args: [now, 100n, 105n],
  })

describe('a revert', () => {
  it('is told in the contract’s own words', () => {
    const data = encodeErrorResult({
      abi: intentEscrowAbi,
      errorName: 'IntentEscrow_Underfunded',
      args: [3n, 5n],
    })
    expect(explainRevert(data)).toEqual({
      code: 'IntentEscrow_Underfunded',
      why: 'IntentEscrow_Underfunded(3, 5)',
      temporary: false,
    })
  })

  it('passes by itself when a root is due, or an epoch is posted too early', () => {
    expect(explainRevert(posting).temporary).toBe(true)
    expect(explainRevert(outside(99n)).temporary).toBe(true)
  })

  it('is final when an epoch is posted too late', () => {
    expect(explainRevert(outside(106n)).temporary).toBe(false)
  })

  it('keeps the text of a plain revert', () => {
    const data =
      '0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000026e6f000000000000000000000000000000000000000000000000000000000000'
    expect(explainRevert(data)).toEqual({ code: 'Error', why: 'no', temporary: false })
  })

  it('is passed on as the node said it when nobody knows it', () => {
    expect(explainRevert('0xdeadbeef', 'execution reverted').why).toBe('execution reverted (0xdeadbeef)')
    expect(explainRevert(undefined, 'out of gas').why).toBe('out of gas')
  })
})
