import type { NoticeWords } from './push-subscription.ts'

const STEPS = [90, 80, 50] as const

export type UsageStep = (typeof STEPS)[number]

/** The highest step that the usage has reached. */
export function stepReached(usedPercent: number): UsageStep | null {
  return STEPS.find((step) => usedPercent >= step) ?? null
}

/** What this device has done about a purchase: the step it spoke of, and the one that the traveller put away. */
export interface Remembered {
  readonly told: number
  readonly closed: number
}

/** Whether a step is shown, and whether it is news: each step is news once, and a lower one never comes back. */
export function whatToSay(step: UsageStep | null, { told, closed }: Remembered) {
  return { shown: step !== null && step > closed, news: step !== null && step > told }
}

// The start of these names is known to offline/start-worker.tsx, which deletes them after a sign-out and a change of person.
const nameOf = (intentId: string) => `gesim-usage-${intentId}`
const WANTED = 'gesim-usage-notify'

export function rememberedOf(intentId: string): Remembered {
  const [told = 0, closed = 0] = (stored(nameOf(intentId)) ?? '').split(' ').map(Number)
  return { told: told || 0, closed: closed || 0 }
}

export function remember(intentId: string, { told, closed }: Remembered): void {
  store(nameOf(intentId), `${told} ${closed}`)
}

/**
 * `no`: this browser cannot notify. `blocked`: its settings forbid it. `off`: nobody asked. `open`: it is told while a page is
 * open. `push`: also while none is.
 */
export type Telling = 'no' | 'blocked' | 'off' | 'open' | 'push'

export function notifying(): Telling {
  if (!('Notification' in window) || !('serviceWorker' in navigator)) return 'no'
  if (Notification.permission === 'denied') return 'blocked'
  const wanted = Notification.permission === 'granted' ? stored(WANTED) : null
  return wanted === 'push' ? 'push' : wanted ? 'open' : 'off'
}

/** Asks the browser's own question, then its push service; only ever called from a press of a button. */
export async function tellMe(words: NoticeWords): Promise<Telling> {
  if ((await Notification.requestPermission()) === 'granted') {
    store(WANTED, 'open')
    await renewNotices(words)
  }
  return notifying()
}

/** Renews what was asked for: a push service that was out of reach may be there now, and the other way round. */
export async function renewNotices(words: NoticeWords): Promise<Telling> {
  const way = notifying()
  if (way !== 'open' && way !== 'push') return way
  const { subscribeHere, unsubscribeHere } = await import('./push-subscription.ts')
  const subscribed = await subscribeHere(words)
  // Turned off meanwhile: the later word counts.
  if (stored(WANTED) === null) await unsubscribeHere()
  else store(WANTED, subscribed ? 'push' : 'open')
  return notifying()
}

/** Tells nothing more on this device. */
export async function stopNotices(): Promise<Telling> {
  drop(WANTED)
  const { unsubscribeHere } = await import('./push-subscription.ts')
  await unsubscribeHere()
  return notifying()
}

/** Shows a notification of the system, from the worker, so that touching it leads back to the purchase. */
export async function notify(intentId: string, title: string, body: string): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration()
  const path = `/esims/${intentId}`
  await worker?.showNotification(title, { body, tag: path, icon: '/icons/192.png', data: { path } })
}

// A browser may refuse to store (private windows, full disks): then a notice comes again, which does no harm.
function stored(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

function store(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {}
}

function drop(name: string): void {
  try {
    localStorage.removeItem(name)
  } catch {}
}
