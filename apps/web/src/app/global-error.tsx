'use client'
import { lazy, Suspense } from 'react'
import './globals.css'

const FrameFailed = lazy(() => import('../ui/frame-failed.tsx'))

/**
 * What is shown when not even the frame of a page can be: its words are loaded only then, and while they are not there,
 * perhaps for want of a network, a sign that loads the page again.
 */
export default function PageWithoutFrame({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body className="font-sans antialiased">
        <main className="mx-auto max-w-md px-4 pt-12 sm:pt-20" data-testid="frame-failed">
          <Suspense
            fallback={
              <a href="?" className="text-title font-bold">
                GeSIM <span aria-hidden="true">↻</span>
              </a>
            }
          >
            <FrameFailed digest={error.digest} />
          </Suspense>
        </main>
      </body>
    </html>
  )
}
