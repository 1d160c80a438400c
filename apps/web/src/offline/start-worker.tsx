'use client'
import { useEffect } from 'react'
import { forgetOthers, forgetSeen } from './forget.ts'

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
