'use client'
import type { Failure } from '@gesim/base'
import { useTranslations } from 'use-intl/react'
import { Button } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'

/** What the card provider and its limits say no with. */
const REFUSALS = {
  'treasury.on-ramp-unreachable': 'away',
  'treasury.on-ramp-absent': 'away',
  'treasury.on-ramp-limit': 'limit',
  'treasury.on-ramp-day-limit': 'day',
  'treasury.on-ramp-too-many': 'many',
  'treasury.on-ramp-price': 'price',
  'treasury.on-ramp-unknown': 'moved',
  'treasury.wrong-state': 'moved',
} as const

/** A failure of a card purchase in the reader's words: nothing was charged by any of these. */
export function CardFailure({ failure, onAgain }: { failure: Failure; onAgain?: () => unknown }) {
  const t = useTranslations('wallet')
  const w = useTranslations('frame')
  if (!Object.hasOwn(REFUSALS, failure.code))
    return (
      <FailureNotice failure={failure} money="wallet" onAgain={onAgain} again={onAgain ? undefined : false} />
    )
  const name = REFUSALS[failure.code as keyof typeof REFUSALS]
  return (
    <Notice
      tone="trouble"
      testId="card-failure"
      title={t(`card.no.${name}.says`)}
      action={
        onAgain && (
          <Button size="small" look="quiet" onClick={onAgain}>
            {w('again')}
          </Button>
        )
      }
    >
      {t(`card.no.${name}.remedy`)}
    </Notice>
  )
}
