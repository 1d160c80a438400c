'use client'
import { useTranslations } from 'use-intl/react'
import { Button } from '../../ui/button.tsx'
import { Hash } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useNow } from '../../ui/use-now.ts'
import { When } from '../../ui/when.tsx'
import type { Standing } from './standing.ts'
import type { Change } from './use-standing.ts'

/** A recovery under way: until when it can be stopped, and the button that stops it. */
export function RunningRecovery({
  standing,
  busy,
  change,
}: {
  standing: Standing
  busy: boolean
  change: Change
}) {
  const t = useTranslations('recoverer')
  const now = useNow()
  const dueMs = standing.dueAt * 1000
  const when = () => <When atMs={dueMs} className="font-semibold text-ink" />
  const stop = (removeToo: boolean) =>
    void change('stopped', (chain, account) => chain.stopRecovery(account, removeToo))
  return (
    <section
      role="alert"
      className="rounded-card bg-coral-wash p-5 sm:p-6"
      data-testid="recovery-running"
      data-due={standing.dueAt}
    >
      <h2 className="flex gap-3 text-title">
        <Icon name="clock" className="mt-1 size-6 text-coral" />
        <span className="min-w-0">{t('running.title')}</span>
      </h2>
      <p className="mt-2 text-body">
        {now !== null && now >= dueMs ? t.rich('running.due', { when }) : t.rich('running.until', { when })}
      </p>
      <p className="mt-1 text-small text-soft">{t('running.says')}</p>
      {standing.newSigner && (
        <p className="mt-3 text-small text-soft">
          {t('running.newKey')} <Hash value={standing.newSigner} label={t('running.newKey')} />
        </p>
      )}
      <div className="mt-5 space-y-3">
        <Button wide busy={busy} onClick={() => stop(false)} data-testid="recovery-stop">
          {t('running.stop')}
        </Button>
        <Button
          wide
          look="danger"
          disabled={busy}
          onClick={() => stop(true)}
          data-testid="recovery-stop-and-remove"
        >
          {t('running.stopAndRemove')}
        </Button>
      </div>
      <p className="mt-3 text-caption text-faint">{t('free')}</p>
    </section>
  )
}
