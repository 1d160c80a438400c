'use client'
import { useEffect } from 'react'

/**
 * Starts the service worker once the page has loaded and has nothing better to do. `visitor` is who the server saw:
 * a page that was drawn for nobody deletes what was stored for somebody, whatever the worker noticed of the sign-out.
 */
export function StartWorker({ visitor }: { visitor: 'known' | 'nobody' | 'unsure' }) {
  useEffect(() => {
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return
    if (visitor === 'nobody') forgetSeen()
    // The page of the key export stays alone with itself, and that of a deletion leaves nothing behind.
    if (['/wallet/export', '/privacy/ended'].includes(location.pathname)) return
    const start = () => void import('./worker.ts').then(({ startWorker }) => startWorker())
    if (document.readyState === 'complete') start()
    else addEventListener('load', start, { once: true })
    return () => removeEventListener('load', start)
  }, [visitor])
  return null
}

function forgetSeen(): void {
  void caches.delete('gesim-seen')
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith('gesim-usage-')) localStorage.removeItem(name)
  } catch {}
}
