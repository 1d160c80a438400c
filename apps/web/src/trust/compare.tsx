'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'
import { comparisonDigits, digitsOf, isWhole } from './comparison.ts'
import type { RescueLink } from './trust-link.ts'

/**
 * Holds the key in the link against what the friend reads out. The digits are typed, not shown for a nod: who need only
 * agree agrees with anything. `onSame` is given them.
 */
export function Compare({ link, onSame }: { link: RescueLink; onSame: (digits: string) => void }) {
  const t = useTranslations('trust')
  const id = useId()
  const [text, setText] = useState('')
  const [fault, setFault] = useState<'short' | 'differ' | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  async function compare() {
    if (!isWhole(text)) return setFault('short')
    try {
      const { network } = await import('../chain/network.ts')
      const { chainId } = await network()
      const digits = await comparisonDigits(chainId, link.account, link.key)
      if (digitsOf(text) === digits) onSame(digits)
      else setFault('differ')
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }
  return (
    <section className="card p-5 sm:p-6" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="text-title">
        {t('compare.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('compare.says')}</p>
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          void compare()
        }}
      >
        <label htmlFor={id} className="text-small font-medium">
          {t('compare.field')}
        </label>
        <input
          id={id}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setFault(null)
            setFailure(null)
          }}
          dir="ltr"
          type="text"
          inputMode="numeric"
          autoComplete="off"
          maxLength={32}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-fault`}
          data-testid="trust-digits"
          className="figures mt-1 min-h-12 w-full rounded-field border border-edge bg-surface px-3 text-lead tracking-wide aria-invalid:border-coral"
        />
        <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
          {fault === 'short' && t('compare.short')}
        </p>
        {fault === 'differ' && (
          <div className="mt-3">
            <Notice tone="trouble" title={t('compare.differ')} testId="trust-differ">
              {t('compare.differSays')}
            </Notice>
          </div>
        )}
        {failure && <FailureNotice failure={failure} money="none" onAgain={() => void compare()} />}
        <Button wide type="submit" className="mt-4" disabled={!text.trim()} data-testid="trust-compare">
          {t('compare.go')}
        </Button>
      </form>
    </section>
  )
}
