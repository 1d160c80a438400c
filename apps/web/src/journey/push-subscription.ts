import { ask } from '../api/ask.ts'

/** What the service worker says of each kind of message, in the language of the page that subscribed. */
export type NoticeWords = Readonly<Record<string, { readonly title: string; readonly body: string }>>

/**
 * Subscribes this browser, or renews it, so that it is told while no page is open. Gives whether that works: a browser may
 * have no push service, not reach it, or name one that the server does not call. Then nothing is left behind.
 */
export async function subscribeHere(words: NoticeWords): Promise<boolean> {
  let fresh: PushSubscription | undefined
  try {
    const { publicKey } = await ask<{ publicKey: string | null }>('GET', '/v1/push')
    const registration = await navigator.serviceWorker.ready
    if (publicKey === null || !('pushManager' in registration)) return false
    const before = await registration.pushManager.getSubscription()
    const holds = before !== null && keyOf(before) === publicKey
    // Another key of the operator: what was subscribed for the old one is never used again.
    if (before && !holds) await before.unsubscribe()
    const made = await registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: publicKey,
    })
    if (!holds) fresh = made
    const { endpoint, keys } = made.toJSON()
    await ask('PUT', '/v1/push/subscriptions', { body: { endpoint, p256dh: keys?.p256dh, auth: keys?.auth } })
    registration.active?.postMessage({ kind: 'words', words })
    return true
  } catch {
    // One that held before goes on holding: the server only did not hear of it this time.
    await fresh?.unsubscribe().catch(() => undefined)
    return false
  }
}

/** Ends what `subscribeHere` began; the server forgets it, or finds it gone at its next message. */
export async function unsubscribeHere(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration()
  const made = await registration?.pushManager?.getSubscription()
  if (!made) return
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(made.endpoint))
  const id = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  await Promise.allSettled([ask('DELETE', `/v1/push/subscriptions/${id}`), made.unsubscribe()])
}

function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer())
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
