import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { Hash } from '../ui/copy.tsx'
import { Icon } from '../ui/icon.tsx'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'
import { type ShownStep, shownSteps } from './steps.ts'

/** The thread of a purchase, each step with its time, who did it and where to check. */
export function Timeline({ intent }: { intent: Intent }) {
  const t = useTranslations('journey')
  const steps = shownSteps(intent)
  const latest = steps.findLast((shown) => shown.state === 'done')
  return (
    <>
      <p role="status" className="sr-only">
        {latest ? t(`steps.${latest.step}.done`) : ''}
      </p>
      <ol data-testid="timeline">
        {steps.map((shown, index) => (
          <TimelineRow
            key={shown.step}
            shown={shown}
            last={index === steps.length - 1}
            orderedAtMs={shown.step === 'paid' ? intent.renewed?.orderedAtMs : undefined}
          />
        ))}
      </ol>
    </>
  )
}

function TimelineRow({
  shown,
  last,
  orderedAtMs,
}: {
  shown: ShownStep
  last: boolean
  /** Paid by an order that was given before. */
  orderedAtMs: number | undefined
}) {
  const t = useTranslations('journey')
  const f = useFormats()
  const { step, state, entry } = shown
  return (
    <li
      className="relative flex gap-4 pb-6 last:pb-0"
      data-step={step}
      data-state={state}
      aria-current={state === 'now' ? 'step' : undefined}
    >
      {!last && (
        <span
          aria-hidden="true"
          className={`absolute top-7 bottom-0 start-[0.8125rem] w-0.5 ${state === 'done' ? 'bg-sea' : 'bg-line'}`}
        />
      )}
      <Dot state={state} />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline justify-between gap-3">
          <span className={`text-body ${state === 'next' ? 'text-faint' : 'font-semibold'}`}>
            {t(`steps.${step}.${state === 'done' ? 'done' : 'wait'}`)}
          </span>
          {entry && <When atMs={entry.atMs} form="seconds" className="shrink-0 text-caption text-faint" />}
        </p>
        {state === 'now' && <p className="text-small text-soft">{t(`steps.${step}.meanwhile`)}</p>}
        {entry && (
          <p className="flex flex-wrap items-center gap-x-3 text-caption text-faint">
            <span data-testid={orderedAtMs === undefined ? undefined : 'by-order'}>
              {orderedAtMs === undefined
                ? t(`by.${entry.actor}`)
                : t.rich('renewal.byOrder', { when: () => <When atMs={orderedAtMs} form="day" /> })}
            </span>
            {step === 'refunding' && entry.actor === 'gesim' && <span>{t('steps.refunding.why')}</span>}
            {entry.txHash && (
              <span className="flex items-center">
                {t('proof')} <Hash value={entry.txHash} label={t('transaction')} />
              </span>
            )}
            {entry.gasUsed && <span className="figures">{t('gas', { gas: f.count(entry.gasUsed) })}</span>}
          </p>
        )}
      </div>
    </li>
  )
}

function Dot({ state }: { state: ShownStep['state'] }) {
  if (state === 'done')
    return (
      <span className="z-10 grid size-7 shrink-0 place-items-center rounded-full bg-sea text-on-sea">
        <Icon name="check" className="size-4" />
      </span>
    )
  if (state === 'now')
    return (
      <span className="relative z-10 grid size-7 shrink-0 place-items-center">
        <span className="breathe absolute size-4 rounded-full bg-sea/40" />
        <span className="size-4 rounded-full border-[3px] border-sea bg-surface" />
      </span>
    )
  return (
    <span className="z-10 grid size-7 shrink-0 place-items-center">
      <span className="size-3 rounded-full border-2 border-edge/60 bg-surface" />
    </span>
  )
}
