'use client'
import { useTranslations } from 'use-intl/react'
import { Digits } from '../../trust/digits.tsx'
import type { RescueLink } from '../../trust/trust-link.ts'
import { useComparisonDigits } from '../../trust/use-comparison-digits.ts'

/** What the owner reads out to the trusted person. */
export function OwnDigits({ link: { account, key } }: { link: RescueLink }) {
  const t = useTranslations('restore')
  const digits = useComparisonDigits(account, key)
  if (!digits) return null
  return (
    <div className="rounded-field bg-sunken p-4">
      <p className="text-caption text-soft">{t('personDigits')}</p>
      <Digits digits={digits} testId="own-digits" />
      <p className="mt-2 text-small text-soft">{t('personDigitsSays')}</p>
    </div>
  )
}
