'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex, Renewal } from '../../api/shapes.ts'
import { Button } from '../../ui/button.tsx'
import { Link } from '../../ui/link.tsx'
import { When } from '../../ui/when.tsx'
import { useFormats } from '../../words/use-formats.ts'
import { ActionFailure } from '../action-failure.tsx'

/** Where an order stands: what it may still do and the way to end it, or why it ended and what lies on the chain. */
export function RenewalState({ renewal, refresh }: { renewal: Renewal; refresh: () => Promise<void> }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [open, setOpen] = useState(0)
  const [paid, setPaid] = useState<readonly Hex[]>([])
  const [voided, setVoided] = useState(false)
  const isOn = renewal.state === 'on'

  useEffect(() => {
    if (isOn) return
    let gone = false
    import('./orders.ts')
      .then(({ paymentsOnChain }) => paymentsOnChain(renewal))
      // A chain that does not answer leaves the button away; the order has ended all the same.
      .then(
        (found) => {
          if (gone) return
          setOpen(found.open.length)
          setPaid(found.paid)
        },
        () => undefined,
      )
    return () => {
      gone = true
    }
  }, [isOn, renewal])

  async function act(work: (orders: typeof import('./orders.ts')) => Promise<void>) {
    setBusy(true)
    setFailure(null)
    try {
      await work(await import('./orders.ts'))
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      setBusy(false)
      await refresh()
    }
  }
  async function makeVoidOn(ended: Renewal, { voidPayments }: typeof import('./orders.ts')) {
    const done = await voidPayments(ended)
    setVoided(done.cancelled.length > 0)
    setPaid(done.paid)
    setOpen(0)
  }
  const makeVoid = () => act((orders) => makeVoidOn(renewal, orders))
  const end = () =>
    act(async (orders) => {
      const ended = await orders.endRenewal(renewal.renewalId)
      await refresh()
      await makeVoidOn(ended, orders)
    })

  return (
    <div data-testid="renewal" data-state={renewal.state} data-left={renewal.left} data-why={renewal.why}>
      {isOn ? (
        <>
          <p className="figures text-small">
            {t.rich('renewal.left', {
              left: f.count(renewal.left),
              times: f.count(renewal.times),
              price: f.usdc(renewal.priceMicros),
              when: () => <When atMs={renewal.until * 1000} form="day" />,
            })}
          </p>
          <p className="mt-1 text-caption text-soft">{t('renewal.trigger', { percent: f.percent(90) })}</p>
        </>
      ) : (
        <p className="text-small">{t(`renewal.whys.${renewal.why ?? 'you'}`)}</p>
      )}
      {!isOn && open > 0 && !voided && (
        <p className="mt-2 text-caption text-soft">
          {t.rich('renewal.void', { when: () => <When atMs={renewal.until * 1000} form="day" /> })}
        </p>
      )}
      <p
        role="status"
        className="mt-2 text-small font-semibold text-sea empty:hidden"
        data-testid="renewal-void"
      >
        {voided && t('renewal.voided')}
      </p>
      {!isOn &&
        paid.map((intentId) => (
          <p key={intentId} className="mt-2 text-small" data-testid="renewal-paid">
            {t.rich('renewal.paid', {
              purchase: (words) => (
                <Link className="prose-link" href={`/esims/${intentId}`}>
                  {words}
                </Link>
              ),
            })}
          </p>
        ))}
      <ActionFailure
        failure={failure}
        intentId={renewal.follows}
        onAgain={isOn ? () => void end() : () => void makeVoid()}
      />
      {isOn && (
        <Button
          size="small"
          look="quiet"
          className="mt-3"
          busy={busy}
          onClick={() => void end()}
          data-testid="renewal-end"
        >
          {t('renewal.end')}
        </Button>
      )}
      {!isOn && open > 0 && !voided && (
        <Button
          size="small"
          look="quiet"
          className="mt-3"
          busy={busy}
          onClick={() => void makeVoid()}
          data-testid="renewal-make-void"
        >
          {t('renewal.voidYes')}
        </Button>
      )}
    </div>
  )
}
