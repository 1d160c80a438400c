'use client'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { short } from '../words/format.ts'
import { Icon } from './icon.tsx'

/** Copies a text and says so. The value itself may be shown shortened or as anything else. */
export function Copy({
  value,
  children,
  label,
  testId,
}: {
  value: string
  children: ReactNode
  label: string
  testId?: string
}) {
  const t = useTranslations('frame')
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      type="button"
      data-testid={testId}
      data-value={value}
      onClick={() => navigator.clipboard.writeText(value).then(() => setCopied(true))}
      className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-chip px-1.5 text-start font-mono text-caption text-soft hover:bg-sunken hover:text-ink"
    >
      {/* Heard before and after what is seen, so that the name holds the visible text (WCAG 2.5.3). */}
      <span className="sr-only">{`${label}: `}</span>
      {/* What is copied reads from left to right in every language. */}
      <bdi dir="ltr" className="min-w-0 break-all">
        {children}
      </bdi>
      <span className="sr-only">{t('copy')}</span>
      <Icon name={copied ? 'check' : 'copy'} className={`size-4 ${copied ? 'text-sea' : 'text-faint'}`} />
      <span role="status" className="sr-only">
        {copied ? t('copied') : ''}
      </span>
    </button>
  )
}

/** The one number to name when asking about a purchase, on every screen of it. */
export function IntentId({ id }: { id: string }) {
  const t = useTranslations('frame')
  return (
    <p className="flex items-center gap-1 text-caption text-faint">
      {t('purchaseNumber')}
      <Copy value={id} label={t('purchaseNumber')} testId="intent-id">
        <span className="whitespace-nowrap">{short(id, 8, 6)}</span>
      </Copy>
    </p>
  )
}

/** A hash, address or key, shortened, with the whole of it to copy. */
export function Hash({ value, label }: { value: string; label: string }) {
  return (
    <Copy value={value} label={label}>
      <span className="whitespace-nowrap">{short(value)}</span>
    </Copy>
  )
}
