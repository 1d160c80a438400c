'use client'
import Link from 'next/link'
import { useState } from 'react'
import type { Plan, Quote } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Flag } from '../ui/flag.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { countryName } from '../words/countries.ts'
import { bytes, usdc } from '../words/format.ts'
import { CompatibilityCheck } from './compatibility-check.tsx'
import { Flags } from './plan-card.tsx'
import { areaWords, dataWords, priceNote, priceWords, validityWords } from './plan-words.ts'
import { PurchaseSheet } from './purchase-sheet.tsx'

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
  const [buying, setBuying] = useState(openSheet && signedIn && plan.onSale)
  const [qos, setQos] = useState<Quote['qos']>('balanced')
  const signInHref = `/sign-in?return=${encodeURIComponent(`/plans/${plan.planId}?buy=1`)}`
  return (
    <div className="mx-auto max-w-5xl px-4 pt-6 sm:px-6 sm:pt-10">
      <Link
        href="/plans"
        className="-ml-2 inline-flex min-h-11 items-center gap-1.5 rounded-chip px-2 text-small text-soft hover:text-ink"
      >
        <Icon name="back" className="size-4.5" />
        All plans
      </Link>
      <div className="mt-3 grid gap-x-8 gap-y-7 md:grid-cols-[1fr_20rem] md:grid-rows-[auto_1fr] lg:gap-x-12">
        <div>
          <div className="flex items-center gap-3">
            <Flags countries={plan.countries} />
            <p className="text-small font-semibold text-soft">{areaWords(plan)}</p>
          </div>
          <h1 className="mt-3 text-display font-bold">
            {dataWords(plan)}
            <span className="sr-only"> in {areaWords(plan)}</span>
          </h1>
          <p className="mt-2 text-lead text-soft">{validityWords(plan)}</p>
          <div className="mt-4 flex flex-wrap gap-1.5">
            <Badge tone="sea" icon="shield">
              Refundable until installed
            </Badge>
            {plan.registration ? (
              <Badge tone="amber">Registration needed</Badge>
            ) : (
              <Badge>No documents asked</Badge>
            )}
          </div>
        </div>
        <aside className="md:sticky md:top-24 md:col-start-2 md:row-span-2 md:row-start-1 md:self-start">
          <div className="card p-5">
            <p className="figures text-heading font-bold">
              {priceWords(plan)} <span className="text-body font-medium text-faint">USDC</span>
            </p>
            <p className="figures text-small text-soft">{priceNote(plan)}</p>
            <ul className="mt-4 space-y-2 text-small text-soft">
              <Point>Network fee 0.00, paid by GeSIM</Point>
              <Point>All of it back, at once, until the eSIM is installed</Point>
              <Point>Receipt that your own browser verifies</Point>
            </ul>
            {plan.books.length > 1 && plan.onSale && (
              <label className="mt-4 flex items-center justify-between gap-3 text-small">
                <span className="text-soft">What matters most?</span>
                <select
                  value={qos}
                  data-testid="qos"
                  onChange={(event) => setQos(event.target.value as Quote['qos'])}
                  className="min-h-11 rounded-field border border-edge bg-surface px-3 font-medium"
                >
                  <option value="balanced">a balance</option>
                  <option value="cheapest">the price</option>
                  <option value="chat">chat and calls</option>
                  <option value="video">video</option>
                </select>
              </label>
            )}
            <div className="mt-5">
              {!plan.onSale ? (
                <p className="rounded-field bg-sunken p-3 text-small" data-testid="not-on-sale">
                  Not sold here: the registration it needs cannot be done with GeSIM.
                </p>
              ) : signedIn ? (
                <Button wide onClick={() => setBuying(true)} data-testid="buy">
                  Buy this plan
                </Button>
              ) : (
                <ButtonLink wide href={signInHref} data-testid="buy-sign-in">
                  Sign in and buy
                </ButtonLink>
              )}
            </div>
          </div>
        </aside>
        <div className="md:col-start-1">
          {plan.registration && (
            <div className="mb-6">
              <Notice tone="wait" icon="shield" title="This plan needs registration by law">
                {plan.registration}
              </Notice>
            </div>
          )}
          <dl className="divide-y divide-line border-y border-line">
            <Row name="Networks">
              {plan.networks.map((network) => `${network.name} (${network.generation})`).join(', ')}
            </Row>
            <Row name="Internet leaves in">
              {countryName(plan.breakoutCountry)}. Websites see you there; streaming and banking apps may ask.
            </Row>
            <Row name="Hotspot">{plan.hotspot ? 'Allowed' : 'Not allowed'}</Row>
            <Row name="Speed">{plan.throttle ?? 'As fast as the network is, until the data is used'}</Row>
            <Row name="Price">{priceWordsLong(plan)}</Row>
            <Row name="Top-up">
              {plan.topUp ? 'Possible while it runs' : 'Not for this plan; buy another at any time'}
            </Row>
            <Row name="Who counts">
              {plan.metering === 'co-signed'
                ? 'Your device and the carrier both sign for the data. Where only the carrier counts (ordinary phones), at most the price above is charged.'
                : 'The carrier. You are charged at most the price above.'}
            </Row>
            {plan.countries.length > 1 && (
              <Row name="Works in">
                <ul className="flex flex-wrap gap-x-4 gap-y-2">
                  {plan.countries.map((code) => (
                    <li key={code} className="flex items-center gap-2">
                      <Flag code={code} className="size-5" />
                      {countryName(code)}
                    </li>
                  ))}
                </ul>
              </Row>
            )}
          </dl>
          <CompatibilityCheck />
        </div>
      </div>
      <Sheet open={buying} onClose={() => setBuying(false)} title="Confirm" testId="purchase-sheet">
        <PurchaseSheet plan={plan} qos={qos} />
      </Sheet>
    </div>
  )
}

function priceWordsLong(plan: Plan): string {
  const most = `${usdc(plan.priceMicros)} USDC`
  if (plan.kind === 'prepaid') return `${most} for ${bytes(plan.includedBytes)}, nothing more`
  const block = BigInt(plan.blockBytes) > 1n ? `, counted in steps of ${bytes(plan.blockBytes)}` : ''
  const fee =
    BigInt(plan.activationFeeMicros) > 0n ? `${usdc(plan.activationFeeMicros)} USDC to start, then ` : ''
  return `${fee}${usdc(plan.pricePerGbMicros)} USDC per GB${block}; never more than ${most}, and the rest returns`
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
