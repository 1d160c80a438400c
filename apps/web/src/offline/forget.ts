/** Whose notices these are; the name begins like theirs, so that it goes when they go. */
const WHOSE = 'gesim-usage-of'

/** Deletes what this device stored for somebody: pages, which notices were put away, and the subscription to them. */
export function forgetSeen(): void {
  // A browser may know service workers and keep its stores from us.
  if ('caches' in globalThis) void caches.delete('gesim-seen')
  void endSubscription()
  try {
    forgetNotices()
  } catch {}
}

/** One person may sign in straight after another, with no page for nobody between them. */
export function forgetOthers(person: string | null): void {
  try {
    const before = localStorage.getItem(WHOSE)
    if (before === person) return
    // What was subscribed is somebody else's: the server would go on telling it here.
    if (before !== null) void endSubscription()
    forgetNotices()
    if (person) localStorage.setItem(WHOSE, person)
  } catch {}
}

/** Nobody signed in is told of anybody's purchases here; the server finds the subscription gone at its next message. */
async function endSubscription(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration()
  await (await registration?.pushManager?.getSubscription())?.unsubscribe()
}

function forgetNotices(): void {
  for (const name of Object.keys(localStorage))
    if (name.startsWith('gesim-usage-')) localStorage.removeItem(name)
}
