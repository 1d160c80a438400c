'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'use-intl/react'
import { type Said, useFailureWords } from '../words/failure-words.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { Notice } from './notice.tsx'

/** What is true of the traveller's money when something fails. */
export type MoneyAnswer = 'none' | 'wallet' | 'escrow' | 'unknown'

/**
 * A failure in words: what happened, whether the money is safe, what to do. The code stays in the details. `again` is
 * false where the page itself offers what to do next.
 */
export function FailureNotice({
  failure,
  money,
  onAgain,
  again,
  intentId,
}: {
  failure: Said | Pick<Said, 'code' | 'facts'>
  money: MoneyAnswer
  onAgain?: () => void
  again?: string | false
  intentId?: string
}) {
  const t = useTranslations('frame')
  const router = useRouter()
  const { says, remedy } = useFailureWords()(failure)
  return (
    <Notice
      tone="trouble"
      testId="failure"
      // Words of the API may be English on a page that runs from right to left.
      title={<bdi>{says}</bdi>}
      action={
        again !== false && (
          <Button size="small" look="quiet" onClick={onAgain ?? (() => router.refresh())}>
            {again ?? t('again')}
          </Button>
        )
      }
    >
      {/* Where the money of a payment on its way is, nobody knows before it is decided. */}
      {money !== 'none' && failure.code !== 'web.payment-pending' && <p>{t(`money.${money}`)}</p>}
      <p>
        <bdi>{remedy}</bdi>
      </p>
      <p className="mt-1">
        <Copy value={intentId ? `${failure.code} ${intentId}` : failure.code} label={t('codeForSupport')}>
          {failure.code}
        </Copy>
      </p>
    </Notice>
  )
}
