'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Plan, Quote } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Flag } from '../ui/flag.tsx'
import { Flags } from '../ui/flags.tsx'
import { Icon } from '../ui/icon.tsx'
import { Link } from '../ui/link.tsx'
import { Notice } from '../ui/notice.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { countryName } from '../words/countries.ts'
import { About } from '../words/estimate.tsx'
import { useFormats } from '../words/use-formats.ts'
import { CompatibilityCheck } from './compatibility-check.tsx'
import { PurchaseSheet } from './purchase-sheet.tsx'
import { usePlanWords } from './use-plan-words.ts'

/** Everything about one plan, and the one button that matters. */
export function PlanDetail({
  plan,
  signedIn,
  openSheet,
}: {
  plan: Plan
  signedIn: boolean
  openSheet: boolean
}) {
  const t = useTranslations('shop')
  const f = useFormats()
  const words = usePlanWords()
  const [buying, setBuying] = useState(openSheet && signedIn && plan.onSale)
  const [qos, setQos] = useState<Quote['qos']>('balanced')
  const signInHref = `/sign-in?return=${encodeURIComponent(`/plans/${plan.planId}?buy=1`)}`
  return (
    <div className="mx-auto max-w-5xl px-4 pt-6 sm:px-6 sm:pt-10">
      <Link
        href="/plans"
        className="-ms-2 inline-flex min-h-11 items-center gap-1.5 rounded-chip px-2 text-small text-soft hover:text-ink"
      >
        <Icon name="back" className="size-4.5" />
        {t('allPlans')}
      </Link>
      <div className="mt-3 grid gap-x-8 gap-y-7 md:grid-cols-[1fr_20rem] md:grid-rows-[auto_1fr] lg:gap-x-12">
        <div>
          <div className="flex items-center gap-3">
            <Flags countries={plan.countries} />
            <p className="text-small font-semibold text-soft">{words.area(plan)}</p>
          </div>
          <h1 className="mt-3 text-display font-bold">
            {words.data(plan)}
            <span className="sr-only">{t('inArea', { area: words.area(plan) })}</span>
          </h1>
          <p className="mt-2 text-lead text-soft">{words.validity(plan)}</p>
          <div className="mt-4 flex flex-wrap gap-1.5">
            <Badge tone="sea" icon="shield">
              {t('refundable')}
            </Badge>
            {plan.registration ? (
              <Badge tone="amber">{t('registration')}</Badge>
            ) : (
              <Badge>{t('noDocuments')}</Badge>
            )}
          </div>
        </div>
        <aside className="md:sticky md:top-24 md:col-start-2 md:row-span-2 md:row-start-1 md:self-start">
          <div className="card p-5">
            <p className="figures text-heading font-bold">
              {words.price(plan)} <span className="text-body font-medium text-faint">USDC</span>
            </p>
            <About micros={plan.priceMicros} dated className="block text-small text-soft" />
            <p className="figures text-small text-soft">{words.priceNote(plan)}</p>
            <ul className="mt-4 space-y-2 text-small text-soft">
              <Point>{t('points.fee', { zero: f.usdc(0) })}</Point>
              <Point>{t('points.back')}</Point>
              <Point>{t('points.receipt')}</Point>
            </ul>
            {plan.books.length > 1 && plan.onSale && (
              <label className="mt-4 flex flex-wrap items-center justify-between gap-3 text-small">
                <span className="text-soft">{t('qos.label')}</span>
                <select
                  value={qos}
                  data-testid="qos"
                  onChange={(event) => setQos(event.target.value as Quote['qos'])}
                  className="min-h-11 min-w-0 rounded-field border border-edge bg-surface px-3 font-medium"
                >
                  <option value="balanced">{t('qos.balanced')}</option>
                  <option value="cheapest">{t('qos.cheapest')}</option>
                  <option value="chat">{t('qos.chat')}</option>
                  <option value="video">{t('qos.video')}</option>
                </select>
              </label>
            )}
            <div className="mt-5">
              {!plan.onSale ? (
                <p className="rounded-field bg-sunken p-3 text-small" data-testid="not-on-sale">
                  {t('notSoldLong')}
                </p>
              ) : signedIn ? (
                <Button wide onClick={() => setBuying(true)} data-testid="buy">
                  {t('buy')}
                </Button>
              ) : (
                <ButtonLink wide href={signInHref} data-testid="buy-sign-in">
                  {t('signInBuy')}
                </ButtonLink>
              )}
            </div>
          </div>
        </aside>
        <div className="md:col-start-1">
          {plan.registration && (
            <div className="mb-6">
              <Notice tone="wait" icon="shield" title={t('byLaw')}>
                <bdi lang="en">{plan.registration}</bdi>
              </Notice>
            </div>
          )}
          <dl className="divide-y divide-line border-y border-line">
            <Row name={t('rows.networks')}>
              {f.list(plan.networks.map((network) => `${network.name} (${network.generation})`))}
            </Row>
            <Row name={t('rows.leaves')}>
              {t('rows.leavesSays', { country: countryName(plan.breakoutCountry, f.locale) })}
            </Row>
            <Row name={t('rows.hotspot')}>{plan.hotspot ? t('rows.allowed') : t('rows.notAllowed')}</Row>
            <Row name={t('rows.speed')}>
              {plan.throttle ? <bdi lang="en">{plan.throttle}</bdi> : t('rows.speedSays')}
            </Row>
            <Row name={t('rows.price')}>{words.priceLong(plan)}</Row>
            <Row name={t('rows.topUp')}>{plan.topUp ? t('rows.topUpYes') : t('rows.topUpNo')}</Row>
            <Row name={t('rows.counts')}>
              {plan.metering === 'co-signed' ? t('rows.coSigned') : t('rows.carrierCounts')}
            </Row>
            {plan.countries.length > 1 && (
              <Row name={t('rows.works')}>
                <ul className="flex flex-wrap gap-x-4 gap-y-2">
                  {plan.countries.map((code) => (
                    <li key={code} className="flex items-center gap-2">
                      <Flag code={code} className="size-5" />
                      {countryName(code, f.locale)}
                    </li>
                  ))}
                </ul>
              </Row>
            )}
          </dl>
          <CompatibilityCheck />
        </div>
      </div>
      <Sheet open={buying} onClose={() => setBuying(false)} title={t('sheet.title')} testId="purchase-sheet">
        <PurchaseSheet plan={plan} qos={qos} />
      </Sheet>
    </div>
  )
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid gap-1 py-3.5 sm:grid-cols-[9rem_1fr] sm:gap-6">
      <dt className="text-small text-faint">{name}</dt>
      <dd className="text-small">{children}</dd>
    </div>
  )
}

function Point({ children }: { children: React.ReactNode }) {
  return (
    <li className="flex gap-2">
      <Icon name="check" className="mt-0.5 size-4.5 text-sea" />
      {children}
    </li>
  )
}
