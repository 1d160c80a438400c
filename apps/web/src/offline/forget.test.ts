import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { forgetOthers, forgetSeen } from './forget.ts'

let kept: Record<string, string>
const unsubscribe = vi.fn(async () => true)
const dropped: string[] = []

beforeEach(() => {
  kept = { theme: 'dark', 'gesim-usage-0xab': '80 80', 'gesim-usage-notify': 'push' }
  dropped.length = 0
  // The names of a real one are its own keys.
  vi.stubGlobal(
    'localStorage',
    new Proxy(
      {},
      {
        ownKeys: () => Object.keys(kept),
        getOwnPropertyDescriptor: (_, name: string) => ({
          value: kept[name],
          enumerable: true,
          configurable: true,
        }),
        get: (_, name: string) =>
          ({
            getItem: (key: string) => kept[key] ?? null,
            setItem: (key: string, value: string) => {
              kept[key] = value
            },
            removeItem: (key: string) => {
              delete kept[key]
            },
          })[name],
      },
    ),
  )
  vi.stubGlobal('caches', { delete: async (name: string) => dropped.push(name) })
  const registration = { pushManager: { getSubscription: async () => ({ unsubscribe }) } }
  vi.stubGlobal('navigator', { serviceWorker: { getRegistration: async () => registration } })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

it('leaves a person what is theirs', () => {
  kept['gesim-usage-of'] = '0xa'
  forgetOthers('0xa')
  expect(Object.keys(kept)).toContain('gesim-usage-0xab')
  expect(unsubscribe).not.toHaveBeenCalled()
})

it('ends what was subscribed for the person before, whose notices would be shown to the next', async () => {
  kept['gesim-usage-of'] = '0xa'
  forgetOthers('0xb')
  expect(kept).toEqual({ theme: 'dark', 'gesim-usage-of': '0xb' })
  await vi.waitFor(() => expect(unsubscribe).toHaveBeenCalledOnce())
})

it('keeps nothing of anybody where nobody is signed in, also in a browser without stores for pages', async () => {
  forgetSeen()
  expect(kept).toEqual({ theme: 'dark' })
  expect(dropped).toEqual(['gesim-seen'])
  await vi.waitFor(() => expect(unsubscribe).toHaveBeenCalledOnce())
  vi.stubGlobal('caches', undefined)
  Reflect.deleteProperty(globalThis, 'caches')
  kept = { 'gesim-usage-0xab': '1 1' }
  forgetSeen()
  expect(kept).toEqual({})
})
