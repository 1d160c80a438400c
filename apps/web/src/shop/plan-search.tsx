'use client'
import { useDeferredValue, useMemo, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import type { Plan } from '../api/shapes.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Empty } from '../ui/notice.tsx'
import { findPlans, type Order, type Scope } from './find-plans.ts'
import { PlanCard } from './plan-card.tsx'

const SCOPES = [
  { value: 'all', name: 'scope.all' },
  { value: 'country', name: 'scope.country' },
  { value: 'region', name: 'scope.region' },
  { value: 'global', name: 'scope.global' },
] as const satisfies { value: Scope | 'all'; name: string }[]

/** Search as you type over the whole catalogue; nothing is sent anywhere while typing. */
export function PlanSearch({ plans, initialQuery }: { plans: Plan[]; initialQuery: string }) {
  const t = useTranslations('shop')
  const [query, setQuery] = useState(initialQuery)
  const [scope, setScope] = useState<Scope | 'all'>('all')
  const [order, setOrder] = useState<Order>('per-gb')
  const locale = useLocale()
  const wanted = useDeferredValue(query)
  const found = useMemo(
    () => findPlans(plans, { query: wanted, scope, order }, locale),
    [plans, wanted, scope, order, locale],
  )
  const present = SCOPES.filter(
    (choice) => choice.value === 'all' || plans.some((plan) => plan.scope === choice.value),
  )
  return (
    <>
      <search className="mb-5 flex flex-col gap-3 sm:mb-6">
        <label className="relative block">
          <span className="sr-only">{t('where')}</span>
          <Icon
            name="search"
            className="pointer-events-none absolute top-1/2 start-4 size-6 -translate-y-1/2 text-faint"
          />
          <input
            type="search"
            inputMode="search"
            autoComplete="off"
            data-testid="plan-search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder={t('where')}
            className="h-14 w-full rounded-full border border-edge bg-surface pe-5 ps-13 text-body placeholder:text-faint"
          />
        </label>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <fieldset className="flex gap-1">
            <legend className="sr-only">{t('area')}</legend>
            {present.map((choice) => (
              <label
                key={choice.value}
                className="relative flex min-h-11 cursor-pointer items-center rounded-full px-3.5 text-small font-medium text-soft has-checked:bg-ink has-checked:text-paper has-focus-visible:outline-3 has-focus-visible:outline-sea"
              >
                <input
                  type="radio"
                  name="scope"
                  checked={scope === choice.value}
                  onChange={() => setScope(choice.value)}
                  className="absolute inset-0 cursor-pointer opacity-0"
                />
                {t(choice.name)}
              </label>
            ))}
          </fieldset>
          <label className="flex items-center gap-2 text-small text-soft">
            {t('sort')}
            <select
              value={order}
              data-testid="plan-order"
              onChange={(event) => setOrder(event.target.value as Order)}
              className="min-h-11 rounded-field border border-edge bg-surface px-3 font-medium text-ink"
            >
              <option value="per-gb">{t('order.per-gb')}</option>
              <option value="price">{t('order.price')}</option>
              <option value="data">{t('order.data')}</option>
            </select>
          </label>
        </div>
      </search>
      <p role="status" className="mb-3 text-small text-faint" data-testid="plan-count">
        {wanted.trim()
          ? t('foundFor', { count: found.length, query: wanted.trim() })
          : t('found', { count: found.length })}
      </p>
      {found.length > 0 ? (
        <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {found.map((plan) => (
            <li key={plan.planId} className="flex *:flex-1">
              <PlanCard plan={plan} />
            </li>
          ))}
        </ul>
      ) : (
        <Empty
          icon="search"
          title={t('none.title')}
          action={
            <Button look="quiet" size="small" onClick={() => setQuery('')}>
              {t('none.all')}
            </Button>
          }
        >
          {t('none.says')}
        </Empty>
      )}
    </>
  )
}
