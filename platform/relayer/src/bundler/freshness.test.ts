import { describe, expect, it } from 'vitest'
import { rememberFor } from './freshness.ts'

describe('a simulation', () => {
  it('counts for a moment and for one bundle only', () => {
    let nowMs = 1_000
    const fresh = rememberFor(500, () => nowMs)
    fresh.mark(['0xaa', '0xbb'])
    expect(fresh.take('0xaa')).toBe(true)
    expect(fresh.take('0xaa')).toBe(false)
    nowMs += 501
    expect(fresh.take('0xbb')).toBe(false)
    expect(fresh.take('0xcc')).toBe(false)
  })
})
