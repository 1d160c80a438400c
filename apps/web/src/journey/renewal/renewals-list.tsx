'use client'
import { useTranslations } from 'use-intl/react'
import type { Renewals } from '../../api/shapes.ts'
import { usePolled } from '../../api/use-polled.ts'
import { usePlanWords } from '../../shop/use-plan-words.ts'
import { Flags } from '../../ui/flags.tsx'
import { Link } from '../../ui/link.tsx'
import { Empty } from '../../ui/notice.tsx'
import { RenewalState } from './renewal-state.tsx'

const ASK_EVERY_MS = 15_000

/** Every order of the traveller, those that run first. */
export function RenewalsList({ initial }: { initial: Renewals }) {
  const t = useTranslations('journey')
  const words = usePlanWords()
  const { data, refresh } = usePolled<Renewals>('/v1/renewals', initial, ASK_EVERY_MS)
  const all = data?.renewals ?? []
  const sorted = [...all.filter((one) => one.state === 'on'), ...all.filter((one) => one.state !== 'on')]
  if (sorted.length === 0)
    return (
      <Empty icon="refresh" title={t('renewal.none')}>
        {t('renewal.offer')}
      </Empty>
    )
  return (
    <ul className="space-y-4">
      {sorted.map((renewal) => (
        <li key={renewal.renewalId} className="card p-5 sm:p-6">
          <p className="mb-2 flex items-center gap-2.5 text-body font-semibold">
            <Flags countries={renewal.plan.countries} />
            <Link className="prose-link" href={`/esims/${renewal.follows}`}>
              {words.title(renewal.plan)}
            </Link>
          </p>
          <RenewalState renewal={renewal} refresh={refresh} />
        </li>
      ))}
    </ul>
  )
}
