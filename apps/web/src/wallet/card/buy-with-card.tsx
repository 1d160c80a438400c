'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useLocale, useTranslations } from 'use-intl/react'
import { ask } from '../../api/ask.ts'
import type { OnRamp, OnRampOrder, OnRampQuote } from '../../api/shapes.ts'
import { usePolled } from '../../api/use-polled.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { money } from '../../words/currency.ts'
import { useFormats } from '../../words/use-formats.ts'
import { useWalletState } from '../wallet-state.ts'
import { CardFailure } from './card-failure.tsx'
import { CardOrder } from './card-order.tsx'
import { amountsOf, isOpen } from './card-orders.ts'

/** While an order is under way the page looks often; without one, nothing changes by itself. */
const LOOK_MS = 2_000

/** USDC for a card: amount and price here, the card itself on the provider's page only. */
export function BuyWithCard({ returned }: { returned: string | null }) {
  // A new wallet is made while the page opens; before it is known, nothing can be bought for it.
  return useWalletState().step === 'ready' ? <Cards returned={returned} /> : null
}

function Cards({ returned }: { returned: string | null }) {
  const t = useTranslations('wallet')
  const [isUnderWay, setUnderWay] = useState(returned !== null)
  const { data, refresh } = usePolled<OnRamp>('/v1/on-ramp', null, isUnderWay ? LOOK_MS : null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => setUnderWay(data?.orders.some(isOpen) ?? false), [data])
  useEffect(() => {
    if (!returned) return
    // Back from the provider: it is asked at once, not only when it is its turn. What fails here is asked again above.
    ask<OnRampOrder>('GET', `/v1/on-ramp/orders/${encodeURIComponent(returned)}`).then(
      refresh,
      () => undefined,
    )
  }, [returned, refresh])

  const cancel = useCallback(
    async (order: OnRampOrder) => {
      setFailure(null)
      try {
        await ask('POST', `/v1/on-ramp/orders/${order.id}/cancel`)
      } catch (error) {
        if (!isFailure(error)) throw error
        setFailure(error)
      }
      await refresh()
    },
    [refresh],
  )

  if (!data) return null
  const { provider, orders } = data
  // The order that one comes back from stands first, whatever came after it.
  const shown = [...orders].sort((a, b) => Number(b.id === returned) - Number(a.id === returned)).slice(0, 5)
  if (!provider && shown.length === 0) return null
  return (
    <section className="card mt-8 p-5 sm:p-6" aria-labelledby="card" data-testid="buy-with-card">
      <h2 id="card" className="text-title">
        {provider?.sandbox ? t('card.titleSandbox') : t('card.title')}
      </h2>
      {provider?.sandbox && (
        <div className="mt-3">
          <Notice tone="plain" icon="flash" title={t('card.sandbox')}>
            {t('card.sandboxSays')}
          </Notice>
        </div>
      )}
      {provider && <NewOrder provider={provider} onStarted={refresh} />}
      {failure && (
        <div className="mt-4">
          <CardFailure failure={failure} />
        </div>
      )}
      {shown.length > 0 && (
        <ul className="mt-6 space-y-3" aria-live="polite" data-testid="card-orders">
          {shown.map((order) => (
            <CardOrder key={order.id} order={order} fresh={order.id === returned} onCancel={cancel} />
          ))}
        </ul>
      )}
      <p className="mt-4 text-caption text-faint">{t('card.privacy')}</p>
    </section>
  )
}

function NewOrder({
  provider,
  onStarted,
}: {
  provider: NonNullable<OnRamp['provider']>
  onStarted: () => Promise<void>
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const locale = useLocale()
  const amounts = amountsOf(provider)
  const [wanted, setWanted] = useState<string | null>(null)
  const [price, setPrice] = useState<{ amount: string; quote: OnRampQuote } | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  // The same for a second tap or a lost answer: one order.
  const key = useRef<string | null>(null)
  const chosen = wanted !== null && amounts.includes(wanted) ? wanted : (amounts[0] ?? null)

  const quote = useCallback(async (amount: string) => {
    setFailure(null)
    try {
      const asked = await ask<OnRampQuote>('POST', '/v1/on-ramp/quotes', { body: { amountMicros: amount } })
      setPrice({ amount, quote: asked })
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [])
  useEffect(() => {
    if (chosen) void quote(chosen)
  }, [chosen, quote])

  const shown = price?.amount === chosen ? price.quote : null

  async function order() {
    if (!chosen || !shown) return
    setBusy(true)
    setFailure(null)
    key.current ??= crypto.randomUUID()
    try {
      const begun = await ask<OnRampOrder>('POST', '/v1/on-ramp/orders', {
        body: { amountMicros: chosen, mostPayMinor: shown.payMinor },
        idempotencyKey: key.current,
      })
      if (begun.url) return location.assign(begun.url)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
      if (error.code === 'treasury.on-ramp-price') void quote(chosen)
    }
    key.current = null
    setBusy(false)
    await onStarted()
  }

  if (!chosen) return <p className="mt-4 text-small text-soft">{t('card.enough')}</p>
  return (
    <form
      className="mt-4"
      onSubmit={(event) => {
        event.preventDefault()
        void order()
      }}
    >
      <fieldset disabled={busy}>
        <legend className="text-small font-medium">{t('card.choose')}</legend>
        <div className="mt-2 flex flex-wrap gap-2">
          {amounts.map((amount) => (
            <label
              key={amount}
              className="relative cursor-pointer rounded-full border border-edge bg-surface px-5 py-2.5 text-small font-semibold has-checked:border-sea has-checked:bg-sea-wash has-focus-visible:outline-3 has-focus-visible:outline-sea"
            >
              <input
                type="radio"
                name="amount"
                value={amount}
                checked={amount === chosen}
                onChange={() => setWanted(amount)}
                className="absolute inset-0 cursor-pointer opacity-0"
                data-testid="card-amount"
              />
              <bdi className="figures" dir="ltr">{`${f.usdc(amount)} USDC`}</bdi>
            </label>
          ))}
        </div>
      </fieldset>
      <dl className="figures mt-4 space-y-1.5 text-small text-soft" aria-live="polite">
        <div className="flex justify-between gap-4">
          <dt>{t('card.fee')}</dt>
          <dd>{shown ? money(shown.feeMinor, shown.currency, locale) : '…'}</dd>
        </div>
        <div className="flex justify-between gap-4 font-semibold text-ink">
          <dt>{t('card.pay')}</dt>
          <dd data-testid="card-price">{shown ? money(shown.payMinor, shown.currency, locale) : '…'}</dd>
        </div>
      </dl>
      {failure && (
        <div className="mt-4">
          <CardFailure failure={failure} onAgain={shown ? order : () => quote(chosen)} />
        </div>
      )}
      <div className="mt-4">
        <Button type="submit" wide busy={busy} disabled={!shown} data-testid="card-buy">
          {t('card.go')}
        </Button>
      </div>
    </form>
  )
}
