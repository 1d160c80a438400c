'use client'
import { useId } from 'react'
import { useTranslations } from 'use-intl/react'
import { DigitsForm } from './digits-form.tsx'
import type { RescueLink } from './trust-link.ts'

/** Holds the key in the link against what the friend reads out. `onSame` is given the digits. */
export function Compare({ link, onSame }: { link: RescueLink; onSame: (digits: string) => void }) {
  const t = useTranslations('trust')
  const id = useId()
  return (
    <section className="card p-5 sm:p-6" aria-labelledby={id}>
      <h2 id={id} className="text-title">
        {t('compare.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('compare.says')}</p>
      <DigitsForm
        account={link.account}
        of={link.key}
        words={{
          field: t('compare.field'),
          short: t('compare.short'),
          differ: t('compare.differ'),
          differSays: t('compare.differSays'),
          go: t('compare.go'),
        }}
        testId="trust"
        onSame={onSame}
      />
    </section>
  )
}
