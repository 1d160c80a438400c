'use client'
import type { Failure } from '@gesim/base'
import { useTranslations } from 'use-intl/react'
import { ButtonLink } from '../ui/button.tsx'
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
  const w = useTranslations('frame')
  const failureWords = useFailureWords()
  if (!failure) return null
  const signIn = `/v1/auth/login?fresh=1&return=${encodeURIComponent(`/esims/${intentId}`)}`
  return (
    <div className="mt-4 space-y-3">
      <FailureNotice failure={failureWords(failure)} money="unknown" onAgain={onAgain} intentId={intentId} />
      {failure.code === 'web.sign-in-again' && (
        <ButtonLink wide hard href={signIn}>
          {w('signInAgain')}
        </ButtonLink>
      )}
      {failure.code === 'web.wallet-elsewhere' && (
        <ButtonLink wide href="/wallet/restore">
          {w('restoreHere')}
        </ButtonLink>
      )}
    </div>
  )
}
