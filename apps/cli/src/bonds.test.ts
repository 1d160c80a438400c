import { describe, expect, it } from 'vitest'
import { createBonds, readMostBonds } from './bonds.ts'
import { HELP, readOptions } from './options.ts'

const one = `0x${'01'.repeat(32)}` as const
const other = `0x${'02'.repeat(32)}` as const

describe('bonds that gesim exit take posts', () => {
  it('are at most one full bond for each purchase, where nothing else is said', () => {
    const bonds = createBonds(null)
    expect(bonds.allows(one, 5_000_001n)).toBe(false)
    expect(bonds.allows(one, 3_000_000n)).toBe(true)
    bonds.signed(one, 3_000_000n)
    expect(bonds.allows(one, 2_000_001n)).toBe(false)
    expect(bonds.allows(one, 2_000_000n)).toBe(true)
    expect(bonds.allows(other, 5_000_000n)).toBe(true)
  })

  it('are at most what --bond says, for all purchases together', () => {
    const bonds = createBonds(readMostBonds('2.5'))
    bonds.signed(one, 2_000_000n)
    expect(bonds.allows(other, 1_000_000n)).toBe(false)
    expect(bonds.allows(other, 500_000n)).toBe(true)
    expect(createBonds(readMostBonds('0')).allows(one, 1n)).toBe(false)
  })

  it('are limited by an amount of USDC, and the help says so', () => {
    expect(readOptions(['exit', 'take', '--bond', '2.5'])).toMatchObject({ mostBondMicros: 2_500_000n })
    expect(readOptions(['exit', 'take'])).toMatchObject({ mostBondMicros: null })
    for (const wrong of ['much', '-1', '1e3', '']) {
      expect(() => readOptions(['exit', 'take', `--bond=${wrong}`])).toThrow('cli.not-understood')
    }
    expect(HELP).toContain('--bond MAX_USDC')
    expect(HELP).toContain('unless somebody shows them')
  })
})
