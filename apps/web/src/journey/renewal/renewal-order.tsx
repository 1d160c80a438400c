'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../../api/ask.ts'
import type { Intent, Plan } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { useNow } from '../../ui/use-now.ts'
import { When } from '../../ui/when.tsx'
import { useFormats } from '../../words/use-formats.ts'
import { ActionFailure } from '../action-failure.tsx'
import { isNearItsEnd } from './near-its-end.ts'

const TIMES = [1, 2, 3, 4] as const
const DAYS = [30, 60, 90] as const
const DAY_MS = 86_400_000

/** How often and until when, with the most that it can cost; one confirmation signs all of it. */
export function RenewalOrder({
  intent,
  onDone,
  onLeave,
}: {
  intent: Intent
  onDone: () => Promise<void>
  onLeave: () => void
}) {
  const t = useTranslations('journey')
  const f = useFormats()
  const now = useNow()
  const [plan, setPlan] = useState<Plan | null>(null)
  const [times, setTimes] = useState<number>(2)
  const [days, setDays] = useState<number>(60)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  /** The server said that the first one is due, and the page had not. */
  const [isDue, setDue] = useState(false)
  const running = useRef(false)
  const { planId } = intent.plan

  // The price of now, not that of the purchase: this is what is signed for.
  useEffect(() => {
    let gone = false
    ask<Plan>('GET', `/v1/plans/${planId}`).then(
      (found) => !gone && setPlan(found),
      (error) => {
        if (!isFailure(error)) throw error
        if (!gone) setFailure(error)
      },
    )
    return () => {
      gone = true
    }
  }, [planId])

  async function order() {
    // Two taps can come before the button is drawn as busy.
    if (running.current || !plan) return
    running.current = true
    setBusy(true)
    setFailure(null)
    try {
      const { orderRenewal } = await import('./orders.ts')
      if ((await orderRenewal(intent.intentId, { plan, times, days, atOnce })) === 'due-now') setDue(true)
      else await onDone()
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  const price = BigInt(plan?.priceMicros ?? intent.plan.priceMicros)
  const total = f.usdc(price * BigInt(times))
  const atOnce = isDue || isNearItsEnd(intent, Math.floor((now ?? 0) / 1000))
  return (
    <>
      <p className="text-small text-soft">{t('renewal.says')}</p>
      <Choice
        kind="renewal-times"
        legend={t('renewal.times')}
        values={TIMES}
        chosen={times}
        disabled={busy}
        words={(value) => f.count(value)}
        onChoose={setTimes}
      />
      <Choice
        kind="renewal-days"
        legend={t('renewal.days')}
        values={DAYS}
        chosen={days}
        disabled={busy}
        words={(value) => f.duration(value * DAY_MS)}
        onChoose={setDays}
      />
      <p className="figures mt-4 border-t border-line pt-4 text-small" data-testid="renewal-most">
        {t('renewal.most', { price: f.usdc(price), total })}{' '}
        {now !== null &&
          t.rich('renewal.until', { when: () => <When atMs={now + days * DAY_MS} form="day" /> })}
      </p>
      <p className="mt-2 text-caption text-soft">{t('renewal.stops')}</p>
      <div role="status">
        {atOnce && (
          <p className="mt-2 text-caption text-soft" data-testid="renewal-at-once">
            {t('renewal.atOnce')}
          </p>
        )}
        {isDue && <p className="mt-2 text-small font-semibold">{t('renewal.askedAgain')}</p>}
      </div>
      <ActionFailure failure={failure} intentId={intent.intentId} onAgain={() => void order()} />
      <div className="mt-5 space-y-3">
        <Button
          wide
          busy={busy || (plan === null && failure === null)}
          onClick={() => void order()}
          data-testid="renewal-confirm"
        >
          {t('renewal.yes', { total })}
        </Button>
        <Button wide look="quiet" onClick={onLeave} disabled={busy}>
          {t('renewal.no')}
        </Button>
      </div>
    </>
  )
}

function Choice({
  kind,
  legend,
  values,
  chosen,
  disabled,
  words,
  onChoose,
}: {
  kind: string
  legend: string
  values: readonly number[]
  chosen: number
  disabled: boolean
  words: (value: number) => string
  onChoose: (value: number) => void
}) {
  return (
    <fieldset className="mt-4" disabled={disabled}>
      <legend className="text-small font-semibold">{legend}</legend>
      <div className="mt-2 flex flex-wrap gap-2">
        {values.map((value) => (
          <label
            key={value}
            className="figures relative flex min-h-11 min-w-14 flex-1 cursor-pointer items-center justify-center rounded-field border border-edge bg-surface px-3 text-body has-checked:border-sea has-checked:bg-sea-wash has-checked:font-semibold has-focus-visible:outline-3 has-focus-visible:outline-sea"
          >
            <input
              type="radio"
              name={kind}
              value={value}
              checked={value === chosen}
              onChange={() => onChoose(value)}
              className="absolute inset-0 cursor-pointer opacity-0"
              data-testid={kind}
            />
            {words(value)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
