'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Intent, Remainder } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useNow } from '../ui/use-now.ts'
import { About } from '../words/estimate.tsx'
import { countdown } from '../words/format.ts'
import { useFormats } from '../words/use-formats.ts'
import { ActionFailure } from './action-failure.tsx'
import { MoreMoney } from './more-money.tsx'
import { RestNow } from './rest-now.tsx'
import { isHeld } from './steps.ts'
import { usageShown } from './usage.ts'

const DAY_MS = 86_400_000

type JourneyWords = ReturnType<typeof useTranslations<'journey'>>

/** Where the money of a purchase is right now, and the one thing to do with it. */
export function MoneyBox({ intent, refresh }: { intent: Intent; refresh: () => Promise<void> }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const [asking, setAsking] = useState<'refund' | 'finish' | null>(null)
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<'refund' | 'finish' | 'rest' | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const now = useNow()
  const held = isHeld(intent.state)
  const { spentMicros, depositMicros } = usageShown(intent)
  // A plan that renewed itself may wait for weeks: seconds would say nothing then.
  const timeLeft = (ms: number) => (ms > 2 * DAY_MS ? f.duration(ms) : countdown(ms, 0))

  async function act(what: 'refund' | 'finish' | 'rest', work: () => Promise<unknown>) {
    setBusy(true)
    setFailure(null)
    try {
      await work()
      setSent(what)
      setAsking(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      setBusy(false)
      await refresh()
    }
  }
  const refund = () =>
    act('refund', async () => {
      const { takeMoneyBack } = await import('./money-actions.ts')
      await takeMoneyBack(intent)
    })
  const takeRest = (remainder: Remainder) =>
    act('rest', async () => {
      const { takeRestNow } = await import('./money-actions.ts')
      await takeRestNow(intent, remainder)
    })
  const finish = () => act('finish', () => ask('POST', `/v1/intents/${intent.intentId}/finish`))

  return (
    <section className="card p-5 sm:p-6" aria-labelledby="money" data-testid="money-box">
      <h2 id="money" className="text-small font-semibold text-soft">
        {t('money.title')}
      </h2>
      <MoneyLine intent={intent} spentMicros={spentMicros} depositMicros={depositMicros} />
      {held && (
        <>
          <Button
            wide
            look="quiet"
            className="mt-4"
            onClick={() => setAsking('refund')}
            disabled={sent === 'refund'}
            data-testid="refund"
          >
            <Icon name="back_money" />
            {sent === 'refund' ? t('money.coming') : t('money.take')}
          </Button>
          {now !== null && intent.provisionBy * 1000 > now && (
            <p className="figures mt-3 text-caption text-faint" data-testid="auto-refund">
              {t('money.itself', { time: timeLeft(intent.provisionBy * 1000 - now) })}
            </p>
          )}
        </>
      )}
      <MoreMoney intent={intent} refresh={refresh} />
      {intent.state === 'active' && (
        <Button wide look="quiet" className="mt-4" onClick={() => setAsking('finish')} data-testid="finish">
          {t('money.finishRest')}
        </Button>
      )}
      {intent.state === 'finishing' && (
        <>
          <RestNow intent={intent} busy={busy} sent={sent === 'rest'} onTake={takeRest} />
          {asking === null && (
            <ActionFailure failure={failure} intentId={intent.intentId} onAgain={() => setFailure(null)} />
          )}
        </>
      )}
      {(intent.state === 'settled' || intent.state === 'finishing' || intent.state === 'active') && (
        <ButtonLink
          wide
          look="plain"
          size="small"
          className="mt-2"
          href={`/esims/${intent.intentId}/receipt`}
          data-testid="receipt-link"
        >
          <Icon name="receipt" />
          {t('money.receipt')}
        </ButtonLink>
      )}
      {(held || intent.state === 'active' || intent.state === 'finishing') && (
        <p className="mt-3 text-caption text-soft">
          {t.rich('money.exit', {
            link: (words) => (
              <a className="prose-link" href="/exit?keep" download="gesim-exit.html" data-testid="exit-link">
                {words}
              </a>
            ),
          })}
        </p>
      )}
      <Sheet
        open={asking === 'refund'}
        onClose={() => setAsking(null)}
        title={t('money.refundTitle', { amount: f.usdc(intent.fundedMicros) })}
        testId="refund-sheet"
      >
        <p className="text-small text-soft">{t('money.refundSays')}</p>
        <ActionFailure failure={failure} intentId={intent.intentId} onAgain={refund} />
        <div className="mt-5 space-y-3">
          <Button wide busy={busy} onClick={refund} data-testid="refund-confirm">
            {t('money.refundYes')}
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(null)} disabled={busy}>
            {t('money.refundNo')}
          </Button>
        </div>
      </Sheet>
      <Sheet
        open={asking === 'finish'}
        onClose={() => setAsking(null)}
        title={t('money.finishTitle')}
        testId="finish-sheet"
      >
        <p className="text-small text-soft">{t('money.finishSays')}</p>
        <ActionFailure failure={failure} intentId={intent.intentId} onAgain={finish} />
        <div className="mt-5 space-y-3">
          <Button wide busy={busy} onClick={finish} data-testid="finish-confirm">
            {t('money.finishYes')}
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(null)} disabled={busy}>
            {t('money.finishNo')}
          </Button>
        </div>
      </Sheet>
    </section>
  )
}

function MoneyLine({
  intent,
  spentMicros,
  depositMicros,
}: {
  intent: Intent
  spentMicros: bigint
  depositMicros: bigint
}) {
  const t = useTranslations('journey')
  const f = useFormats()
  const rest = depositMicros > spentMicros ? depositMicros - spentMicros : 0n
  const line = lineOf(intent, rest, t)
  return (
    <>
      <p className="figures mt-1 text-heading font-bold" data-testid="money-amount">
        {f.usdc(line.amount)} <span className="text-small font-medium text-faint">USDC</span>
      </p>
      <About micros={line.amount} dated className="block text-small text-soft" />
      <p className="text-small text-soft">{line.says}</p>
      {(intent.state === 'active' || intent.state === 'finishing' || intent.state === 'settled') && (
        <dl className="figures mt-4 space-y-1 border-t border-line pt-3 text-small">
          <Pair name={t('money.paidIn')} value={depositMicros} />
          <Pair
            name={intent.state === 'settled' ? t('money.charged') : t('money.usedSoFar')}
            value={intent.state === 'settled' ? BigInt(intent.chargedMicros) : spentMicros}
          />
          <Pair
            name={intent.state === 'settled' ? t('money.returned') : t('money.wouldReturn')}
            value={intent.state === 'settled' ? BigInt(intent.refundedMicros) : rest}
          />
        </dl>
      )}
    </>
  )
}

function lineOf(intent: Intent, rest: bigint, t: JourneyWords): { amount: bigint; says: string } {
  const funded = BigInt(intent.fundedMicros)
  switch (intent.state) {
    case 'drafted':
      return { amount: BigInt(intent.plan.priceMicros), says: t('money.drafted') }
    case 'lapsed':
      return { amount: 0n, says: t('money.lapsed') }
    case 'active':
      return {
        amount: rest,
        says: t('money.active'),
      }
    case 'finishing':
      return { amount: rest, says: t('money.finishing') }
    case 'settled':
      return { amount: BigInt(intent.refundedMicros), says: t('money.settled') }
    case 'refunding':
      return { amount: funded, says: t('money.refunding') }
    case 'refunded':
      return { amount: BigInt(intent.refundedMicros), says: t('money.refunded') }
    default:
      return { amount: funded, says: t('money.held') }
  }
}

function Pair({ name, value }: { name: string; value: bigint }) {
  const f = useFormats()
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-soft">{name}</dt>
      <dd>{f.usdc(value)}</dd>
    </div>
  )
}
