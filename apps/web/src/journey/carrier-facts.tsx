'use client'
import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'

type Facts = NonNullable<NonNullable<Intent['carrier']>['facts']>

/** What the network was chosen by, in figures: as they were when the rules chose. */
export function CarrierFacts({ facts }: { facts: Facts }) {
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
