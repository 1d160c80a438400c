'use client'
import { useEffect } from 'react'

/**
 * Starts the service worker once the page has loaded and has nothing better to do. `visitor` is who the server saw:
 * a page that was drawn for nobody, or for another person, deletes what was stored for somebody, whatever the worker
 * noticed of the sign-out. `person` is their account, null while they have none.
 */
export function StartWorker({
  visitor,
  person,
}: {
  visitor: 'known' | 'nobody' | 'unsure'
  person: string | null
}) {
  useEffect(() => {
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return
    if (visitor === 'nobody') forgetSeen()
    if (visitor === 'known') forgetOthers(person)
    // The page of the key export stays alone with itself, and that of a deletion leaves nothing behind.
    if (['/wallet/export', '/privacy/ended'].includes(location.pathname)) return
    const start = () => void import('./worker.ts').then(({ startWorker }) => startWorker())
    if (document.readyState === 'complete') start()
    else addEventListener('load', start, { once: true })
    return () => removeEventListener('load', start)
  }, [visitor, person])
  return null
}

/** Whose notices these are; the name begins like theirs, so that it goes when they go. */
const WHOSE = 'gesim-usage-of'

/** One person may sign in straight after another, with no page for nobody between them. */
function forgetOthers(person: string | null): void {
  try {
    if (localStorage.getItem(WHOSE) === person) return
    forgetNotices()
    if (person) localStorage.setItem(WHOSE, person)
  } catch {}
}

function forgetSeen(): void {
  void caches.delete('gesim-seen')
  void endSubscription()
  try {
    forgetNotices()
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
