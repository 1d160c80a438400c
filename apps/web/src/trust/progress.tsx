'use client'
import { useTranslations } from 'use-intl/react'
import { Icon } from '../ui/icon.tsx'
import type { RescueStep } from './rescue.ts'

const ORDER = ['compare', 'ask', 'wait', 'finish'] as const

/** How many of the four steps are behind. */
function behind(step: RescueStep, compared: boolean): number {
  if (step === 'done') return 4
  if (step === 'due') return 3
  if (step === 'waiting') return 2
  return step === 'named' && compared ? 1 : 0
}

/** The way of a rescue in four steps, and where it is. */
export function Progress({ step, compared }: { step: RescueStep; compared: boolean }) {
  const t = useTranslations('trust')
  const passed = behind(step, compared)
  return (
    <ol className="space-y-2 px-1" aria-label={t('steps.title')}>
      {ORDER.map((name, place) => {
        const done = place < passed
        return (
          <li
            key={name}
            aria-current={place === passed ? 'step' : undefined}
            className={`flex gap-3 text-small ${place === passed ? 'font-semibold' : 'text-soft'}`}
          >
            <span
              aria-hidden="true"
              className={`figures mt-px grid size-5 shrink-0 place-items-center rounded-full text-caption ${
                done ? 'bg-sea text-on-sea' : 'border border-edge'
              }`}
            >
              {done ? <Icon name="check" className="size-3.5" /> : place + 1}
            </span>
            <span className="min-w-0">
              {t(`steps.${name}`)}
              {done && <span className="sr-only">{t('steps.done')}</span>}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
