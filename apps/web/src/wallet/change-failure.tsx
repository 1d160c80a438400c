'use client'
import { Notice } from '../ui/notice.tsx'
import { SeedFailure, type Shown } from './with-wallet.tsx'

/** A change of the account that failed, in words of its own: what the shop says of payments is not true there. */
export function ChangeFailure({
  failure,
  words,
  back,
  onAgain,
}: {
  failure: Shown
  words: Readonly<Record<'failed' | 'failedSays' | 'unconfirmed' | 'unconfirmedSays', string>>
  back: string
  onAgain: () => void
}) {
  if (failure.code === 'web.payment-failed')
    return (
      <Notice tone="trouble" title={words.failed} testId="failure">
        {words.failedSays}
      </Notice>
    )
  if (failure.code === 'web.payment-unconfirmed')
    return (
      <Notice tone="wait" title={words.unconfirmed} testId="failure">
        {words.unconfirmedSays}
      </Notice>
    )
  return <SeedFailure failure={failure} back={back} onAgain={onAgain} />
}
