'use client'
import { isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Receipt } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { IntentId } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { CHECK_ORDER, isCheckName } from './check-order.ts'
import { FactList } from './fact-list.tsx'
import type { Checked } from './own-checks.ts'

type Progress = { at: 'checking' } | { at: 'done'; checks: Checked[] } | { at: 'silent'; why: string }

/** The receipt as a slip: each claim with its check, made here and now. */
export function ReceiptView({ receipt, title }: { receipt: Receipt; title: string }) {
  const t = useTranslations('receipt')
  const [progress, setProgress] = useState<Progress>({ at: 'checking' })
  const check = useCallback(async () => {
    setProgress({ at: 'checking' })
    try {
      const [{ verifyReceipt }, { chainClient, addresses }] = await Promise.all([
        import('./verify.ts'),
        import('../chain/network.ts'),
      ])
      const checks = await verifyReceipt(receipt, await chainClient(), await addresses())
      setProgress({ at: 'done', checks })
    } catch (error) {
      setProgress({ at: 'silent', why: isFailure(error) ? error.code : 'web.api-unreachable' })
    }
  }, [receipt])
  useEffect(() => {
    void check()
  }, [check])

  return (
    <div
      className="mx-auto max-w-2xl px-4 pt-8 sm:px-6 sm:pt-12"
      data-testid="receipt"
      data-progress={progress.at}
    >
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-heading">{t('title')}</h1>
        <Button look="quiet" size="small" className="no-print" onClick={() => window.print()}>
          <Icon name="print" />
          {t('print')}
        </Button>
      </div>
      <p className="mt-1 text-body text-soft">{title}</p>
      <IntentId id={receipt.intentId} />
      <div className="mt-5">
        <Verdict progress={progress} onAgain={check} />
      </div>
      {progress.at !== 'silent' && (
        <ol className="card mt-5 divide-y divide-line" data-testid="checks">
          {(progress.at === 'done' ? progress.checks : []).map((one) => (
            <CheckRow key={one.check} one={one} />
          ))}
          {progress.at === 'checking' &&
            CHECK_ORDER.map((name) => (
              <li key={name} className="flex gap-4 p-4 text-faint sm:px-6">
                <span className="mt-0.5 size-6 shrink-0 animate-pulse rounded-full bg-sunken" />
                {t(`checks.${name}.title`)}
              </li>
            ))}
        </ol>
      )}
      <p className="mt-5 text-caption text-faint">
        {t.rich('checkedOn', {
          time: () => <When atMs={Date.now()} />,
          code: (words) => (
            <bdi dir="ltr" className="font-mono">
              {words}
            </bdi>
          ),
          chain: String(receipt.chainId),
        })}
      </p>
    </div>
  )
}

function Verdict({ progress, onAgain }: { progress: Progress; onAgain: () => void }) {
  const t = useTranslations('receipt')
  if (progress.at === 'checking')
    return (
      <Notice tone="plain" icon="clock" title={t('checking')}>
        {t('checkingSays')}
      </Notice>
    )
  if (progress.at === 'silent')
    return (
      <Notice
        tone="wait"
        title={t('silent')}
        action={
          <Button size="small" look="quiet" onClick={onAgain}>
            {t('again')}
          </Button>
        }
      >
        {t('silentSays')}
      </Notice>
    )
  const failed = progress.checks.filter((one) => one.outcome === 'failed').length
  const open = progress.checks.filter((one) => one.outcome === 'skipped').length
  const held = progress.checks.filter((one) => one.outcome === 'ok').length
  return (
    <div role="status" data-testid="verdict" data-failed={failed} data-held={held} data-open={open}>
      {failed > 0 ? (
        <Notice tone="trouble" title={t('failed', { count: failed })}>
          {t('failedSays')}
        </Notice>
      ) : (
        <Notice tone="calm" title={open > 0 ? t('open', { held, open }) : t('held', { count: held })}>
          {open > 0 ? t('openSays') : t('heldSays')}
        </Notice>
      )}
    </div>
  )
}

function CheckRow({ one }: { one: Checked }) {
  const t = useTranslations('receipt')
  const { check } = one
  if (!isCheckName(check)) return null
  const { agreementsSince } = one.facts
  const isQuiet = one.outcome === 'skipped' || one.outcome === 'absent'
  return (
    <li data-check={one.check} data-outcome={one.outcome} className="p-4 sm:px-6">
      <div className="flex gap-4">
        <Sign outcome={one.outcome} />
        <div className="min-w-0 flex-1">
          <p className={`text-body font-semibold ${isQuiet ? 'text-faint' : ''}`}>
            {t(`checks.${check}.title`)}
            <span className="sr-only">{t(`spoken.${one.outcome}`)}</span>
          </p>
          <p className={`text-small ${one.outcome === 'failed' ? 'font-medium text-coral' : 'text-soft'}`}>
            {typeof agreementsSince === 'number'
              ? t.rich('missingSays', { when: () => <When atMs={agreementsSince * 1000} form="day" /> })
              : one.outcome === 'absent'
                ? t('absentSays')
                : t(`checks.${check}.${one.outcome === 'failed' ? 'whenRed' : 'means'}`)}
          </p>
          {one.outcome !== 'absent' && (
            <p className="mt-0.5 text-caption text-faint">{t(`checks.${check}.signedBy`)}</p>
          )}
          {Object.keys(one.facts).length > 0 && (
            <details className="mt-2 text-caption">
              <summary className="inline-flex min-h-6 list-none items-center gap-1 text-sea">
                <Icon name="chevron" className="size-4" />
                {t('rests')}
              </summary>
              <FactList facts={one.facts} />
            </details>
          )}
        </div>
      </div>
    </li>
  )
}

function Sign({ outcome }: { outcome: Checked['outcome'] }) {
  if (outcome === 'ok')
    return (
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sea text-on-sea">
        <Icon name="check" className="size-4" />
      </span>
    )
  if (outcome === 'failed')
    return (
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-coral text-surface">
        <Icon name="cross" className="size-4" />
      </span>
    )
  if (outcome === 'absent')
    return (
      <span className="mt-0.5 grid size-6 shrink-0 place-items-center text-faint">
        <span className="h-0.5 w-3 rounded-full bg-current" />
      </span>
    )
  return <span className="mt-0.5 size-6 shrink-0 rounded-full border-2 border-edge/50" />
}
