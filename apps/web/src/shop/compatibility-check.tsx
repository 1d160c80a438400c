'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Icon } from '../ui/icon.tsx'
import { type Compatibility, compatibilityOf } from './compatibility.ts'

/** An honest answer about the device in hand, and how to be sure. Nothing about the device leaves it. */
export function CompatibilityCheck() {
  const t = useTranslations('shop')
  const [answer, setAnswer] = useState<Compatibility>('check')
  useEffect(() => {
    setAnswer(compatibilityOf(navigator.userAgent, navigator.maxTouchPoints))
  }, [])
  return (
    <details
      className="group mt-8 rounded-card bg-sunken p-5"
      data-testid="compatibility"
      data-answer={answer}
    >
      <summary className="flex list-none items-start gap-3 rounded-chip">
        <Icon name="phone" className="mt-0.5 size-5 text-sea" />
        <span className="flex-1">
          <span className="block text-small font-semibold">{t(`compat.${answer}.title`)}</span>
          <span className="block text-small text-soft">{t(`compat.${answer}.says`)}</span>
        </span>
        <Icon
          name="chevron"
          className="mt-0.5 size-5 text-faint transition-transform group-open:rotate-180"
        />
      </summary>
      <ul className="mt-4 list-disc space-y-2 ps-12 text-small text-soft">
        <li>
          {t.rich('compat.dial', {
            code: (words) => (
              <bdi dir="ltr" className="font-mono text-ink">
                {words}
              </bdi>
            ),
          })}
        </li>
        <li>{t('compat.iphone')}</li>
        <li>{t('compat.android')}</li>
        <li>{t('compat.wifi')}</li>
      </ul>
    </details>
  )
}
