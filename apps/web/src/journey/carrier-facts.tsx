'use client'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'
import { isOver } from './steps.ts'

type Facts = NonNullable<NonNullable<Intent['carrier']>['facts']>

const SwitchCost = dynamic(() => import('./switch-cost.tsx').then((module) => module.SwitchCost), {
  ssr: false,
})

/** Why this carrier; and, for who wants to know, what another would cost. */
export function WhyThisCarrier({ intent }: { intent: Intent }) {
  const t = useTranslations('journey')
  const [asked, setAsked] = useState(false)
  const runs = !isOver(intent.state) && intent.state !== 'finishing' && intent.state !== 'refunding'
  return (
    <>
      <p className="mt-2 text-soft">
        {t(`why.${intent.books.length > 1 ? (intent.carrier?.facts?.qos ?? intent.qos) : 'only'}`)}
      </p>
      {intent.carrier?.facts && <CarrierFacts facts={intent.carrier.facts} />}
      {intent.books.length > 1 && <p className="mt-1 text-soft">{t('why.how')}</p>}
      {runs && (
        <div className="mt-3">
          {asked ? (
            <SwitchCost intentId={intent.intentId} />
          ) : (
            <Button size="small" look="quiet" onClick={() => setAsked(true)} data-testid="ask-switching">
              {t('switching.ask')}
            </Button>
          )}
        </div>
      )}
    </>
  )
}

/** What the network was chosen by, in figures: as they were when the rules chose. */
function CarrierFacts({ facts }: { facts: Facts }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const { measured, others, refused } = facts
  return (
    <ul className="mt-2 list-disc space-y-1 ps-5 text-soft" data-testid="carrier-facts">
      <li>
        {measured
          ? t.rich('why.facts.measured', {
              speed: f.count(measured.throughputMbps),
              delay: f.count(measured.latencyMs),
              time: () => <When atMs={measured.atMs} />,
            })
          : t('why.facts.unmeasured')}
      </li>
      <li>{t('why.facts.others', { count: f.count(others) })}</li>
      {refused > 0 && <li>{t('why.facts.refused', { count: f.count(refused) })}</li>}
    </ul>
  )
}
