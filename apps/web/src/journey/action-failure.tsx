'use client'
import type { Failure } from '@gesim/base'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { useFailureWords } from '../words/failure-words.ts'

/** Why the money could not be moved, in words, with the way on. */
export function ActionFailure({
  failure,
  intentId,
  onAgain,
}: {
  failure: Failure | null
  intentId: string
  onAgain: () => void
}) {
  const failureWords = useFailureWords()
  if (!failure) return null
  return (
    <div className="mt-4">
      <FailureNotice
        failure={failureWords(failure)}
        money="unknown"
        onAgain={onAgain}
        intentId={intentId}
        back={`/esims/${intentId}`}
      />
    </div>
  )
}
