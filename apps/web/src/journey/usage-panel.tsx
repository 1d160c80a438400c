'use client'
import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Ring } from '../ui/ring.tsx'
import { useNow } from '../ui/use-now.ts'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'
import { runsOutAtMs, usageShown } from './usage.ts'
import { UsageAlert } from './usage-alert.tsx'

/** How much is used: the ring, whose figure it is and as of when, how long it lasts. */
export function UsagePanel({ intent }: { intent: Intent }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const now = useNow()
  const shown = usageShown(intent)
  const { usage } = intent
  const connectedAtMs = intent.timeline.find((entry) => entry.step === 'connected')?.atMs
  const runsOut = usage && connectedAtMs ? runsOutAtMs(shown, connectedAtMs, usage.asOfMs) : null
  const deadlineMs = intent.deadline * 1000
  const whole = shown.wholeBytes === null ? null : f.bytes(shown.wholeBytes)
  const figures = { used: f.bytes(shown.usedBytes), spent: f.usdc(shown.spentMicros) }
  const words = whole ? t('usage.wordsOf', { ...figures, whole }) : t('usage.words', figures)
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="usage" data-testid="usage">
      <div className="flex items-center justify-between gap-3">
        <h2 id="usage" className="text-title">
          {t('usage.title')}
        </h2>
        {shown.usedPercent >= 50 && (
          <Badge tone={shown.usedPercent >= 90 ? 'coral' : 'amber'}>
            {shown.usedPercent >= 80
              ? t('usage.over90', { percent: f.percent(shown.usedPercent >= 90 ? 90 : 80) })
              : t('usage.half')}
          </Badge>
        )}
      </div>
      {intent.state === 'active' && (
        <UsageAlert intentId={intent.intentId} planId={intent.plan.planId} usedPercent={shown.usedPercent} />
      )}
      <div className="mt-4">
        <Ring usedPercent={shown.usedPercent} label={t('usage.label')} valueText={words}>
          <span className="figures text-heading font-bold" data-testid="used-bytes">
            {f.bytes(shown.usedBytes)}
          </span>
          <span className="text-small text-soft">{whole ? t('usage.of', { whole }) : t('usage.used')}</span>
          <span className="figures mt-1 text-caption text-faint">{f.usdc(shown.spentMicros)} USDC</span>
        </Ring>
      </div>
      <dl className="mt-5 space-y-2 text-small">
        <Fact name={t('usage.asOf')}>
          {usage ? (
            <span>
              {t.rich(`usage.source.${usage.source}`, {
                time: () => <When atMs={usage.asOfMs} form="seconds" />,
              })}
            </span>
          ) : (
            t('usage.nothing')
          )}
        </Fact>
        {now !== null && deadlineMs > now && intent.state === 'active' && (
          <Fact name={t('usage.left')}>{f.duration(deadlineMs - now)}</Fact>
        )}
        {runsOut !== null && runsOut < deadlineMs && (
          <Fact name={t('usage.pace')}>
            <span>{t.rich('usage.runsOut', { time: () => <When atMs={runsOut} /> })}</span>
          </Fact>
        )}
        {usage && usage.deviceBytes !== usage.carrierBytes && (
          <Fact name={t('usage.two')}>
            {t('usage.counts', { phone: f.bytes(usage.deviceBytes), carrier: f.bytes(usage.carrierBytes) })}
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="shrink-0 text-faint">{name}</dt>
      <dd className="text-end">{children}</dd>
    </div>
  )
}
