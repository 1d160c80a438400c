'use client'
import dynamic from 'next/dynamic'

function Place() {
  return <div className="h-96 animate-pulse rounded-card bg-sunken" aria-hidden="true" />
}

// Drawn in the browser only: the tabs write style attributes, which the security policy rightly refuses in a page that
// comes from the server and allows to a script that is already trusted.
export const CarrierView = dynamic(() => import('./carrier-view.tsx').then((module) => module.CarrierView), {
  ssr: false,
  loading: Place,
})

export const DeveloperView = dynamic(
  () => import('./developer-view.tsx').then((module) => module.DeveloperView),
  { ssr: false, loading: Place },
)
