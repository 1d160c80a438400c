import { useTranslations } from 'use-intl/react'
import type { Plan } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Flags } from '../ui/flags.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { countryName } from '../words/countries.ts'
import { About } from '../words/estimate.tsx'
import { useFormats } from '../words/use-formats.ts'
import { usePlanWords } from './use-plan-words.ts'

/** A plan as a ticket: where and how much on the left, what it costs on the stub. */
export function PlanCard({ plan }: { plan: Plan }) {
  const f = useFormats()
  const t = useTranslations('shop')
  const words = usePlanWords()
  return (
    <article
      data-testid="plan-card"
      data-plan={plan.planId}
      className="card group relative flex flex-col overflow-hidden transition-shadow duration-200 hover:shadow-sheet has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-sea"
    >
      <div className="flex flex-1 flex-col gap-4 p-5">
        <div className="flex items-center gap-3">
          <Flags countries={plan.countries} />
          <h2 className="min-w-0 text-small font-semibold text-soft">
            <Link
              href={`/plans/${encodeURIComponent(plan.planId)}`}
              className="outline-none after:absolute after:inset-0"
            >
              {words.area(plan)}
              <span className="sr-only">
                {t('cardWords', { data: words.data(plan), price: words.price(plan) })}
              </span>
            </Link>
          </h2>
        </div>
        <div>
          <p className="text-heading font-bold tracking-tight">{words.data(plan)}</p>
          <p className="text-small text-soft">{words.validity(plan)}</p>
        </div>
        <ul className="space-y-1.5 text-small text-soft">
          <Fact icon="antenna">
            {f.list(plan.networks.map((network) => `${network.name} ${network.generation}`))}
          </Fact>
          <Fact icon="globe">{t('leavesIn', { country: countryName(plan.breakoutCountry, f.locale) })}</Fact>
          <Fact icon="phone">{plan.hotspot ? t('hotspot.yes') : t('hotspot.no')}</Fact>
          {plan.throttle && (
            <Fact icon="clock">
              <bdi lang="en">{plan.throttle}</bdi>
            </Fact>
          )}
        </ul>
        <div className="mt-auto flex flex-wrap gap-1.5 pt-1">
          <Badge tone="sea" icon="shield">
            {t('refundable')}
          </Badge>
          {!plan.onSale && <Badge tone="coral">{t('notSold')}</Badge>}
          {plan.registration ? (
            <Badge tone="amber">{t('registration')}</Badge>
          ) : (
            <Badge>{t('noDocuments')}</Badge>
          )}
        </div>
      </div>
      <div className="flex items-center justify-between gap-3 border-t border-dashed border-edge/50 bg-sunken/60 px-5 py-4">
        <div>
          <p className="figures text-lead font-bold">
            {words.price(plan)} <span className="text-caption font-medium text-faint">USDC</span>
          </p>
          <About micros={plan.priceMicros} className="block text-caption text-soft" />
          <p className="figures text-caption text-faint">{words.priceNote(plan)}</p>
        </div>
        <span className="grid size-11 place-items-center rounded-full bg-sea text-on-sea transition-transform duration-200 group-hover:translate-x-0.5 rtl:group-hover:-translate-x-0.5">
          <Icon name="arrow" />
        </span>
      </div>
    </article>
  )
}

function Fact({
  icon,
  children,
}: {
  icon: 'antenna' | 'globe' | 'phone' | 'clock'
  children: React.ReactNode
}) {
  return (
    <li className="flex gap-2">
      <Icon name={icon} className="mt-0.5 size-4.5 text-faint" />
      <span>{children}</span>
    </li>
  )
}
