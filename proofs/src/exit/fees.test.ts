import { parseEther, parseGwei } from 'viem'
import { describe, expect, it } from 'vitest'
import { proofsFailures } from '../failures.ts'
import { cappedPrices, enoughWei, feeToSign, MOST_FEE_WEI, MOST_GAS } from './fees.ts'

const gwei = (fee: string, tip: string) => ({
  maxFeePerGas: parseGwei(fee),
  maxPriorityFeePerGas: parseGwei(tip),
})

const codeOf = (work: () => unknown) => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('what a stranger’s node says of gas', () => {
  it('is taken as it is while it is usual, with a fifth more gas', () => {
    expect(cappedPrices(gwei('4', '1'))).toEqual(gwei('4', '1'))
    expect(feeToSign(500_000n, gwei('4', '1'))).toEqual({ ...gwei('4', '1'), gas: 600_000n })
  })

  it('gives nobody more than three gwei of tip, and leaves the base fee what it is', () => {
    expect(cappedPrices(gwei('5002', '5000'))).toEqual(gwei('5', '3'))
    expect(feeToSign(500_000n, gwei('5002', '5000'))).toMatchObject(gwei('5', '3'))
  })

  it('never has more than three million gas signed for', () => {
    expect(feeToSign(2_900_000n, gwei('4', '1')).gas).toBe(MOST_GAS)
    expect(codeOf(() => feeToSign(3_000_001n, gwei('4', '1')))).toBe('proofs.exit-fee-too-high')
  })

  it('is refused where a step would cost more than 0.02 ether', () => {
    expect(feeToSign(2_500_000n, gwei('6.666666666', '1')).gas).toBe(MOST_GAS)
    expect(codeOf(() => feeToSign(2_500_000n, gwei('6.7', '1')))).toBe('proofs.exit-fee-too-high')
    expect(proofsFailures['proofs.exit-fee-too-high'].remedy).toContain('another node')
  })

  it('asks nobody to send more ether than one step may cost', () => {
    expect(enoughWei(gwei('2', '1'))).toBe(parseEther('0.006'))
    expect(enoughWei(gwei('9000', '1'))).toBe(MOST_FEE_WEI)
    expect(enoughWei(gwei('9000', '8999'))).toBe(parseEther('0.012'))
  })
})
