'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useNow } from '../ui/use-now.ts'
import { useFormats } from '../words/use-formats.ts'
import { ActionFailure } from './action-failure.tsx'
import type { NotAdded } from './money-actions.ts'
import { roomMicros, type Step, stepsOf } from './steps-of-money.ts'
import { usageShown } from './usage.ts'

/** From here on more money is the one thing to do on the page. */
const SOON_EMPTY_PERCENT = 80

/** What was paid here: `sure` once its receipt was seen, `thenMicros` what the purchase then has in all. */
interface Paid {
  readonly amountMicros: bigint
  readonly thenMicros: bigint
  readonly sure: boolean
}

/** Adds money to a plan that runs, where its terms let more in: one tap to choose, one to confirm. */
export function MoreMoney({ intent, refresh }: { intent: Intent; refresh: () => Promise<void> }) {
  const t = useTranslations('journey')
  const now = useNow()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<Paid | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [not, setNot] = useState<NotAdded | null>(null)
  const running = useRef(false)
  const steps = now === null ? [] : stepsOf(intent, now)
  const arrived = sent !== null && BigInt(intent.fundedMicros) >= sent.thenMicros
  const { usedPercent } = usageShown(intent)

  function open() {
    setFailure(null)
    setNot(null)
    setAsking(true)
  }
  async function add({ amountMicros }: Step) {
    // Two taps can come before the button is drawn as busy.
    if (running.current) return
    running.current = true
    setBusy(true)
    setFailure(null)
    setNot(null)
    const paid = { amountMicros, thenMicros: BigInt(intent.fundedMicros) + amountMicros }
    try {
      const { addMoney } = await import('./money-actions.ts')
      const why = await addMoney(intent, amountMicros)
      setNot(why)
      if (why === null) {
        setSent({ ...paid, sure: true })
        setAsking(false)
      }
    } catch (error) {
      if (!isFailure(error)) throw error
      if (error.code === 'web.payment-unconfirmed') {
        // It may arrive yet: the page waits for it and takes no second one.
        setSent({ ...paid, sure: false })
        setAsking(false)
      } else setFailure(error)
    } finally {
      running.current = false
      setBusy(false)
      await refresh()
    }
  }
  return (
    <>
      {steps.length > 0 && (
        <Button
          wide
          look={usedPercent >= SOON_EMPTY_PERCENT ? 'solid' : 'quiet'}
          className="mt-4"
          onClick={open}
          disabled={sent !== null && !arrived}
          data-testid="top-up"
        >
          <Icon name="wallet" />
          {t('more.open')}
        </Button>
      )}
      <p
        role="status"
        className="mt-3 text-small font-semibold text-sea empty:hidden"
        data-testid="top-up-done"
      >
        {sent && <PaidWords sent={sent} arrived={arrived} intent={intent} />}
      </p>
      <Sheet open={asking} onClose={() => setAsking(false)} title={t('more.title')} testId="top-up-sheet">
        {steps.length > 0 ? (
          <Choice
            intent={intent}
            steps={steps}
            busy={busy}
            not={not}
            onAdd={add}
            onLeave={() => setAsking(false)}
            trouble={
              <ActionFailure failure={failure} intentId={intent.intentId} onAgain={() => setFailure(null)} />
            }
          />
        ) : (
          <NotNow why={whyNone(intent)} />
        )}
      </Sheet>
    </>
  )
}

/** What became of the payment, as far as it is known; of a purchase that is over its own page tells. */
function PaidWords({ sent, arrived, intent }: { sent: Paid; arrived: boolean; intent: Intent }) {
  const t = useTranslations('journey')
  const f = useFormats()
  const { wholeBytes } = usageShown(intent)
  if (!arrived && !sent.sure) return t('more.unsure')
  if (intent.state !== 'active') return null
  if (!arrived) return t('more.sent')
  if (wholeBytes === null) return null
  return t('more.done', { amount: f.usdc(sent.amountMicros), whole: f.bytes(wholeBytes) })
}

function Choice({
  intent,
  steps,
  busy,
  not,
  trouble,
  onAdd,
  onLeave,
}: {
  intent: Intent
  steps: readonly Step[]
  busy: boolean
  not: NotAdded | null
  trouble: React.ReactNode
  onAdd: (step: Step) => void
  onLeave: () => void
}) {
  const t = useTranslations('journey')
  const s = useTranslations('shop')
  const f = useFormats()
  const [wanted, setWanted] = useState<bigint | null>(null)
  const [balance, setBalance] = useState<bigint | null>(null)
  const payer = intent.terms.payer
  useEffect(() => {
    let gone = false
    import('../chain/balance.ts')
      .then(({ balanceOf }) => balanceOf(payer))
      // Without a figure the chain is still asked before anything is signed.
      .then(
        (read) => !gone && setBalance(read),
        () => undefined,
      )
    return () => {
      gone = true
    }
  }, [payer])
  const chosen = steps.find((step) => step.amountMicros === wanted) ?? steps[0]!
  const then = BigInt(intent.fundedMicros) + chosen.amountMicros
  const short = balance !== null && balance < chosen.amountMicros
  return (
    <>
      <p className="text-small text-soft">{t('more.says')}</p>
      <fieldset className="mt-4 space-y-2" disabled={busy}>
        <legend className="text-small font-semibold">{t('more.choose')}</legend>
        {steps.map((step) => (
          <label
            key={step.amountMicros.toString()}
            className="relative mt-2 flex min-h-12 cursor-pointer flex-wrap items-center justify-between gap-x-4 rounded-field border border-edge bg-surface px-4 py-2 has-checked:border-sea has-checked:bg-sea-wash has-focus-visible:outline-3 has-focus-visible:outline-sea"
          >
            <input
              type="radio"
              name="amount"
              value={step.amountMicros.toString()}
              checked={step === chosen}
              onChange={() => setWanted(step.amountMicros)}
              className="absolute inset-0 cursor-pointer opacity-0"
              data-testid="top-up-amount"
            />
            <span className="flex items-center gap-2">
              <Icon name="check" className={`size-5 text-sea ${step === chosen ? '' : 'opacity-0'}`} />
              <span className="figures font-semibold">
                <bdi dir="ltr">{`${f.usdc(step.amountMicros)} USDC`}</bdi>
              </span>
            </span>
            <span className="figures text-small text-soft">
              {t('more.gives', { data: f.bytes(step.moreBytes) })}
            </span>
          </label>
        ))}
      </fieldset>
      <dl className="figures mt-4 space-y-1.5 border-t border-line pt-4 text-small text-soft">
        <Row name={s('sheet.fee')} value={f.usdc(0)} />
        <Row name={s('sheet.balance')} value={balance === null ? '…' : f.usdc(balance)} />
        <Row
          name={t('more.then')}
          value={t('more.ofMost', { amount: f.usdc(then), most: f.usdc(intent.terms.maxDeposit) })}
        />
      </dl>
      <div aria-live="polite">
        {(not || short) && <NotNow why={not ?? 'short'} />}
        {trouble}
      </div>
      <div className="mt-5 space-y-3">
        {!short && (
          <Button wide busy={busy} onClick={() => onAdd(chosen)} data-testid="top-up-confirm">
            {t('more.yes', { amount: f.usdc(chosen.amountMicros) })}
          </Button>
        )}
        <Button wide look="quiet" onClick={onLeave} disabled={busy}>
          {t('more.no')}
        </Button>
      </div>
    </>
  )
}

/** What happened to the purchase while the sheet was open. */
function whyNone(intent: Intent): NotAdded {
  if (intent.state !== 'active') return 'closed'
  return roomMicros(intent) === 0n ? 'changed' : 'late'
}

/** Why nothing can be added, or was; what to do where something can be done. */
function NotNow({ why }: { why: NotAdded }) {
  const t = useTranslations('journey')
  return (
    <div className="mt-4">
      <Notice
        tone="wait"
        title={t(`more.not.${why}`)}
        testId="top-up-not"
        action={
          why === 'short' && (
            <ButtonLink size="small" href="/wallet/top-up">
              {t('more.toWallet')}
            </ButtonLink>
          )
        }
      />
    </div>
  )
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex justify-between gap-4">
      <dt>{name}</dt>
      <dd className="text-end">{value}</dd>
    </div>
  )
}
