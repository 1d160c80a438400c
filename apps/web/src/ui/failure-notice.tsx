'use client'
import { usePathname, useRouter } from 'next/navigation'
import { useTranslations } from 'use-intl/react'
import { signInAgainHref } from '../sign-in/again.ts'
import { type Said, useFailureWords } from '../words/failure-words.ts'
import { Button, ButtonLink } from './button.tsx'
import { Copy } from './copy.tsx'
import { Notice } from './notice.tsx'

/** What is true of the traveller's money when something fails. */
export type MoneyAnswer = 'none' | 'wallet' | 'escrow' | 'unknown'

/** What else than trying again helps, by code. */
const WAYS_ON: Readonly<Record<string, 'sign-in' | 'restore' | 'limits'>> = {
  'identity.no-session': 'sign-in',
  'identity.not-fresh': 'sign-in',
  'intents.no-session': 'sign-in',
  'web.sign-in-again': 'sign-in',
  'web.wallet-elsewhere': 'restore',
  'web.over-limit': 'limits',
  'intents.over-limit': 'limits',
}

/**
 * A failure in words: what happened, whether the money is safe, what to do, and one thing to press. The code stays in the
 * details. `again` is false where the page itself offers what to do next; `back` is where a sign-in returns to.
 */
export function FailureNotice({
  failure,
  money,
  onAgain,
  again,
  intentId,
  back,
}: {
  failure: Said | Pick<Said, 'code' | 'facts'>
  money: MoneyAnswer
  onAgain?: () => void
  again?: string | false
  intentId?: string
  back?: string
}) {
  const t = useTranslations('frame')
  const router = useRouter()
  const { says, remedy } = useFailureWords()(failure)
  const here = usePathname()
  const way = back === undefined ? undefined : WAYS_ON[failure.code]
  return (
    <Notice
      tone="trouble"
      testId="failure"
      // Words of the API may be English on a page that runs from right to left.
      title={<bdi>{says}</bdi>}
      action={
        way === 'sign-in' ? (
          <ButtonLink size="small" hard href={signInAgainHref(back!)} data-testid="sign-in-again">
            {t('signInAgain')}
          </ButtonLink>
        ) : way === 'restore' && here !== '/wallet/restore' ? (
          <ButtonLink size="small" href="/wallet/restore" data-testid="restore-here">
            {t('restoreHere')}
          </ButtonLink>
        ) : way === 'limits' ? (
          <ButtonLink size="small" look="quiet" href="/wallet/limits" data-testid="to-limits">
            {t('toLimits')}
          </ButtonLink>
        ) : (
          again !== false && (
            <Button
              size="small"
              look="quiet"
              onClick={onAgain ?? (() => router.refresh())}
              data-testid="again"
            >
              {again ?? t('again')}
            </Button>
          )
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
