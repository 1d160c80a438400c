'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Intent, Renewals } from '../../api/shapes.ts'
import { usePolled } from '../../api/use-polled.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import { RenewalOrder } from './renewal-order.tsx'
import { RenewalState } from './renewal-state.tsx'

const ASK_EVERY_MS = 5000

/** Whether this plan renews itself, of a prepaid plan that serves or has served: the order, or the way to give one. */
export function RenewalCard({ intent }: { intent: Intent }) {
  const t = useTranslations('journey')
  const [asking, setAsking] = useState(false)
  const { data, refresh } = usePolled<Renewals>('/v1/renewals', null, ASK_EVERY_MS)
  if (data === null) return null
  const id = intent.intentId
  // Newest first: an order that runs wherever it has come to by now, else the last word about this purchase.
  const mine = data.renewals.filter(
    (one) => one.startedFrom === id || one.follows === id || one.parts.some((part) => part.intentId === id),
  )
  const renewal = mine.find((one) => one.state === 'on') ?? mine[0]
  const canOrder =
    renewal?.state !== 'on' &&
    intent.plan.kind === 'prepaid' &&
    (intent.state === 'active' || intent.state === 'finishing' || intent.state === 'settled')
  if (!renewal && !canOrder) return null
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="renewal" data-testid="renewal-card">
      <h2 id="renewal" className="flex items-center gap-2 text-title">
        <Icon name="refresh" className="size-5 text-sea" />
        {t('renewal.title')}
      </h2>
      <div className="mt-2">
        {renewal ? (
          <RenewalState key={renewal.renewalId} renewal={renewal} refresh={refresh} />
        ) : (
          <p className="text-small text-soft">{t('renewal.offer')}</p>
        )}
      </div>
      {renewal && renewal.follows !== id && (
        <ButtonLink
          size="small"
          look="plain"
          className="mt-3"
          href={`/esims/${renewal.follows}`}
          data-testid="renewal-newest"
        >
          {t('renewal.newest')}
        </ButtonLink>
      )}
      {canOrder && (
        <Button
          size="small"
          look="quiet"
          className="mt-3"
          onClick={() => setAsking(true)}
          data-testid="renewal-open"
        >
          {t('renewal.open')}
        </Button>
      )}
      <Sheet open={asking} onClose={() => setAsking(false)} title={t('renewal.title')} testId="renewal-sheet">
        <RenewalOrder
          intent={intent}
          onDone={async () => {
            await refresh()
            setAsking(false)
          }}
          onLeave={() => setAsking(false)}
        />
      </Sheet>
    </section>
  )
}
