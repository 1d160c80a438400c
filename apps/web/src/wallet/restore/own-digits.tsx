'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { network } from '../../chain/network.ts'
import { comparisonDigits } from '../../trust/comparison.ts'
import { Digits } from '../../trust/digits.tsx'
import type { RescueLink } from '../../trust/trust-link.ts'

/** What the owner reads out to the trusted person. */
export function OwnDigits({ link: { account, key } }: { link: RescueLink }) {
  const t = useTranslations('restore')
  const [digits, setDigits] = useState<string | null>(null)
  useEffect(() => {
    let gone = false
    network()
      .then(({ chainId }) => comparisonDigits(chainId, account, key))
      .then(
        (made) => !gone && setDigits(made),
        () => undefined,
      )
    return () => {
      gone = true
    }
  }, [account, key])
  if (!digits) return null
  return (
    <div className="rounded-field bg-sunken p-4">
      <p className="text-caption text-soft">{t('personDigits')}</p>
      <Digits digits={digits} testId="own-digits" />
      <p className="mt-2 text-small text-soft">{t('personDigitsSays')}</p>
    </div>
  )
}
