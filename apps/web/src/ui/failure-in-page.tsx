'use client'
import { type ComponentProps, lazy, Suspense } from 'react'

const FailureNotice = lazy(() =>
  import('./failure-notice.tsx').then(({ FailureNotice }) => ({ default: FailureNotice })),
)

/**
 * A failure that the server met while it drew a page. It comes drawn, so its words for every code are loaded only where
 * there is one; what fails in the browser, perhaps for want of a network, has to bring them along (`FailureNotice`).
 */
export function FailureInPage(props: ComponentProps<typeof FailureNotice>) {
  return (
    <Suspense>
      <FailureNotice {...props} />
    </Suspense>
  )
}
