'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { OnRampOrder } from '../../api/shapes.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { When } from '../../ui/when.tsx'
import { short } from '../../words/format.ts'
import { useFormats } from '../../words/use-formats.ts'
import { isOpen, STEPS, stepsDone } from './card-orders.ts'

/** One purchase with a card: how far it is, what it waits for, and what to do where it failed. */
export function CardOrder({
  order,
  fresh,
  onCancel,
}: {
  order: OnRampOrder
  /** The one that the reader comes back from. */
  fresh: boolean
  onCancel: (order: OnRampOrder) => Promise<void>
}) {
  const t = useTranslations('wallet')
  const f = useFormats()
  const [busy, setBusy] = useState(false)
  const isOver = order.state === 'failed' || order.state === 'expired'
  return (
    <li
      className={`rounded-field border p-4 ${fresh ? 'border-sea' : 'border-line'}`}
      data-testid="card-order"
      data-state={order.state}
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="figures font-semibold">
          <bdi dir="ltr">{`${f.usdc(order.amountMicros)} USDC`}</bdi>
        </p>
        <p className="text-caption text-faint">
          <When atMs={order.requestedAt * 1000} />
        </p>
      </div>
      {isOver ? (
        <div className="mt-1 text-small">
          <p className="flex gap-2 font-medium">
            <Icon name="cross" className="mt-0.5 size-4.5 text-coral" />
            {t(`card.over.${order.why ?? 'expired'}.title`)}
          </p>
          <p className="text-soft">{t(`card.over.${order.why ?? 'expired'}.says`)}</p>
        </div>
      ) : (
        <>
          <ol className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-small">
            {STEPS.map((step, at) => {
              const isDone = at < stepsDone(order.state)
              return (
                <li key={step} className={`flex items-center gap-1.5 ${isDone ? '' : 'text-faint'}`}>
                  <Icon
                    name={isDone ? 'check' : 'clock'}
                    className={`size-4.5 ${isDone ? 'text-sea' : ''}`}
                  />
                  {t(`card.steps.${step}`)}
                  <span className="sr-only">{isDone ? t('card.done') : t('card.open')}</span>
                </li>
              )
            })}
          </ol>
          <p className="mt-1 text-small text-soft">{t(`card.states.${order.state as Shown}`)}</p>
        </>
      )}
      {order.txHash && (
        <p className="mt-1 text-caption text-faint">
          <Copy value={order.txHash} label={t('send.transaction')}>
            {short(order.txHash, 10, 8)}
          </Copy>
        </p>
      )}
      {isOpen(order) && order.state !== 'paid' && (
        <div className="mt-3 flex flex-wrap gap-2">
          {order.url && (
            <ButtonLink hard size="small" href={order.url} data-testid="card-go-on">
              {t('card.goOn')}
            </ButtonLink>
          )}
          <Button
            size="small"
            look="quiet"
            busy={busy}
            data-testid="card-cancel"
            onClick={async () => {
              setBusy(true)
              await onCancel(order)
              setBusy(false)
            }}
          >
            {t('card.cancel')}
          </Button>
        </div>
      )}
    </li>
  )
}

type Shown = 'requested' | 'redirected' | 'paid' | 'delivered'
