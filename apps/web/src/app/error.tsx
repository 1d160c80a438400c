'use client'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'

export default function PageFailed({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  const t = useTranslations('frame')
  return (
    <Page title={t('tripped.title')}>
      <Notice
        tone="trouble"
        title={t('tripped.says')}
        action={
          <Button size="small" look="quiet" onClick={reset}>
            {t('tripped.again')}
          </Button>
        }
      >
        <p>{t('tripped.money')}</p>
        {error.digest && (
          <p className="mt-1 font-mono text-caption">
            <bdi dir="ltr">{error.digest}</bdi>
          </p>
        )}
      </Notice>
    </Page>
  )
}
