import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { part } from './progress.ts'

const said: string[] = []

beforeEach(() => {
  vi.useFakeTimers()
  said.length = 0
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.push(String(text).trim())
    return true
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const later = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('done'), ms))

describe('a part of the start', () => {
  it('says how long it took, and each minute until then why it takes long', async () => {
    const running = part('web app', () => later(150_000), 'it is built')
    await vi.advanceTimersByTimeAsync(150_000)
    expect(await running).toBe('done')
    expect(said).toEqual([
      '… web app, 1 min: it is built',
      '… web app, 2 min: it is built',
      expect.stringMatching(/^✓ web app +150\.0 s$/),
    ])
  })

  it('that fails says so, and nothing after it', async () => {
    const running = part('web app', async () => {
      await later(1_000)
      throw new Error('no')
    })
    const outcome = expect(running).rejects.toThrow('no')
    await vi.advanceTimersByTimeAsync(1_000)
    await outcome
    await vi.advanceTimersByTimeAsync(120_000)
    expect(said).toEqual(['✗ web app'])
  })
})
