'use client'
import { useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'

const never = () => () => undefined

/** Drawn in every page that can be stored; the style sheet shows it only where the worker marked the page as stored. */
export function StoredNotice() {
  const t = useTranslations('frame')
  const keptAtMs = useSyncExternalStore(
    never,
    () => Number(document.documentElement.dataset.keptAt ?? 0),
    () => 0,
  )
  return (
    <div className="stored-only mx-auto max-w-5xl px-4 pt-6 sm:px-6" data-testid="stored-notice">
      <Notice
        tone="wait"
        title={t('stored.title')}
        action={
          <Button size="small" look="quiet" onClick={() => location.reload()}>
            {t('again')}
          </Button>
        }
      >
        {keptAtMs > 0 && <p>{t.rich('stored.at', { time: () => <When atMs={keptAtMs} /> })}</p>}
        <p>{t('stored.install')}</p>
        <p>{t('stored.money')}</p>
      </Notice>
    </div>
  )
}
