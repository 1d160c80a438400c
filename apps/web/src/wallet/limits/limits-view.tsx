'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useId, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import { ask } from '../../api/ask.ts'
import type { SpendingView } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { When } from '../../ui/when.tsx'
import { type AmountFault, writeAmount } from '../../words/amount.ts'
import { useFormats } from '../../words/use-formats.ts'
import { LIMIT_FIELDS, type LimitField, readLimits } from './limits-form.ts'

/** One's own limits: what may be spent, what was, and what is to change. */
export function LimitsView({ initial }: { initial: SpendingView }) {
  const t = useTranslations('wallet')
  const locale = useLocale()
  const f = useFormats()
  const [view, setView] = useState(initial)
  const [typed, setTyped] = useState(() => written(initial.later?.limits ?? initial.limits, locale))
  const [faults, setFaults] = useState<Partial<Record<LimitField, AmountFault>>>({})
  const [busy, setBusy] = useState(false)
  const [saved, setSaved] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)

  async function save(wish: SpendingView['limits']) {
    setBusy(true)
    setFailure(null)
    setSaved(false)
    try {
      const answer = await ask<SpendingView>('PUT', '/v1/wallet/limits', { body: wish })
      setView(answer)
      setTyped(written(answer.later?.limits ?? answer.limits, locale))
      setSaved(true)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  function submit(event: React.FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const read = readLimits(typed, locale)
    setFaults('faults' in read ? read.faults : {})
    if ('limits' in read) return void save(read.limits)
    const first = LIMIT_FIELDS.find((field) => read.faults[field])!
    event.currentTarget.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus()
  }
  return (
    <div className="space-y-5">
      <Spent view={view} />
      {view.later && (
        <Notice
          tone="wait"
          icon="clock"
          title={t.rich('limits.later', { time: () => <When atMs={view.later!.fromMs} form="both" /> })}
          testId="limits-later"
          action={
            <Button
              size="small"
              look="quiet"
              busy={busy}
              onClick={() => void save(view.limits)}
              data-testid="limits-keep"
            >
              {t('limits.keep')}
            </Button>
          }
        >
          {t('limits.laterSays')}
        </Notice>
      )}
      <form className="card p-5 sm:p-6" noValidate onSubmit={submit}>
        {LIMIT_FIELDS.map((field) => (
          <Field
            key={field}
            field={field}
            held={view.limits[field]}
            value={typed[field]}
            fault={faults[field]}
            onChange={(value) => {
              setSaved(false)
              setTyped({ ...typed, [field]: value })
            }}
          />
        ))}
        <p className="text-caption text-soft">
          {t('limits.rule', { time: f.duration(view.raiseSeconds * 1000) })} {t('limits.endsRenewals')}
        </p>
        {failure && (
          <div className="mt-4">
            <FailureNotice failure={failure} money="none" again={false} back="/wallet/limits" />
          </div>
        )}
        <Button wide type="submit" className="mt-5" busy={busy} data-testid="limits-save">
          {t('limits.save')}
        </Button>
        <p
          role="status"
          className="mt-3 text-small font-semibold text-sea empty:hidden"
          data-testid="limits-saved"
        >
          {saved && (view.later ? t('limits.savedLater') : t('limits.saved'))}
        </p>
      </form>
      <p className="text-caption text-soft">{t('limits.notSends')}</p>
    </div>
  )
}

function Spent({ view }: { view: SpendingView }) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const rows = [
    [t('limits.spentDay'), `${f.usdc(view.spentDayMicros)} USDC`],
    [t('limits.spent30Days'), `${f.usdc(view.spent30DaysMicros)} USDC`],
    [t('limits.left'), view.leftMicros === null ? t('limits.none') : `${f.usdc(view.leftMicros)} USDC`],
  ] as const
  return (
    <dl className="card figures space-y-1.5 p-5 text-small sm:p-6" data-testid="limits-spent">
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-4">
          <dt className="text-soft">{name}</dt>
          <dd className="text-end font-semibold">
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Field({
  field,
  held,
  value,
  fault,
  onChange,
}: {
  field: LimitField
  held: string | null
  value: string
  fault: AmountFault | undefined
  onChange: (value: string) => void
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const id = useId()
  return (
    <div className="mb-4">
      <label htmlFor={id} className="text-small font-medium">
        {t(`limits.fields.${field}`)}
      </label>
      <input
        id={id}
        name={field}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        dir="ltr"
        type="text"
        inputMode="decimal"
        autoComplete="off"
        maxLength={32}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-held ${id}-fault`}
        data-testid={`limit-${field}`}
        className="figures mt-1 min-h-12 w-full min-w-0 rounded-field border border-edge bg-surface px-3 text-body aria-invalid:border-coral"
      />
      <p id={`${id}-held`} className="mt-1 text-caption text-faint">
        {held === null ? t('limits.heldNone') : t('limits.held', { amount: f.usdc(held) })}
      </p>
      <p id={`${id}-fault`} role="alert" className="mt-1 text-small text-coral empty:hidden">
        {fault && t(`send.faults.${fault === 'fine' ? 'fine' : 'amount'}`)}
      </p>
    </div>
  )
}

function written(limits: SpendingView['limits'], locale: string): Record<LimitField, string> {
  const text = (micros: string | null) => (micros === null ? '' : writeAmount(BigInt(micros), locale))
  return {
    perPurchaseMicros: text(limits.perPurchaseMicros),
    perDayMicros: text(limits.perDayMicros),
    per30DaysMicros: text(limits.per30DaysMicros),
  }
}
