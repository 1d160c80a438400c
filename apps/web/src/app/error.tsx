'use client'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/site-frame.tsx'

export default function PageFailed({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <Page title="This page tripped">
      <Notice
        tone="trouble"
        title="Something on our side went wrong while showing this page."
        action={
          <Button size="small" look="quiet" onClick={reset}>
            Show it again
          </Button>
        }
      >
        <p>Your money is not touched by what a page shows: it is in your wallet or in escrow.</p>
        {error.digest && <p className="mt-1 font-mono text-caption">{error.digest}</p>}
      </Notice>
    </Page>
  )
}
