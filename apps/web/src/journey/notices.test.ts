import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { notifying, renewNotices, stopNotices, tellMe } from './usage-notice.ts'

const push = vi.hoisted(() => ({
  subscribeHere: vi.fn<() => Promise<boolean>>(),
  unsubscribeHere: vi.fn(async () => {}),
}))
vi.mock('./push-subscription.ts', () => push)

let permission: NotificationPermission
let kept: Map<string, string>

beforeEach(() => {
  permission = 'granted'
  kept = new Map()
  const Notification = {
    get permission() {
      return permission
    },
    requestPermission: async () => permission,
  }
  vi.stubGlobal('window', { Notification })
  vi.stubGlobal('Notification', Notification)
  vi.stubGlobal('navigator', { serviceWorker: {} })
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

it('tells also while no page is open where the push service takes it, else while one is', async () => {
  push.subscribeHere.mockResolvedValueOnce(true)
  expect(await tellMe({})).toBe('push')
  push.subscribeHere.mockResolvedValueOnce(false)
  expect(await renewNotices({})).toBe('open')
  push.subscribeHere.mockResolvedValueOnce(true)
  expect(await renewNotices({})).toBe('push')
})

it('asks nothing and subscribes nobody who did not ask, or whose browser forbids it', async () => {
  expect([notifying(), await renewNotices({})]).toEqual(['off', 'off'])
  permission = 'denied'
  expect([notifying(), await tellMe({})]).toEqual(['blocked', 'blocked'])
  expect(push.subscribeHere).not.toHaveBeenCalled()
})

it('stays off when it was turned off while a renewal was under way', async () => {
  push.subscribeHere.mockResolvedValueOnce(true)
  await tellMe({})
  let finish = (_: boolean) => {}
  push.subscribeHere.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)))
  const renewal = renewNotices({})
  await vi.waitFor(() => expect(push.subscribeHere).toHaveBeenCalledTimes(2))
  expect(await stopNotices()).toBe('off')
  finish(true)
  expect(await renewal).toBe('off')
  expect(push.unsubscribeHere).toHaveBeenCalledTimes(2)
  expect(notifying()).toBe('off')
})
