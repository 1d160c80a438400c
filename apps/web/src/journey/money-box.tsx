'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useState } from 'react'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Intent } from '../api/shapes.ts'
import { type WebFailureCode, webFailures } from '../failures.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useNow } from '../ui/use-now.ts'
import { countdown, usdc } from '../words/format.ts'
import { isHeld } from './steps.ts'
import { usageShown } from './usage.ts'

/** Where the money of a purchase is right now, and the one thing to do with it. */
export function MoneyBox({ intent, refresh }: { intent: Intent; refresh: () => Promise<void> }) {
  const [asking, setAsking] = useState<'refund' | 'finish' | null>(null)
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const now = useNow()
  const held = isHeld(intent.state)
  const { spentMicros, depositMicros } = usageShown(intent)

  async function act(work: () => Promise<unknown>) {
    setBusy(true)
    setFailure(null)
    try {
      await work()
      setSent(true)
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
    act(async () => {
      const { takeMoneyBack } = await import('./money-actions.ts')
      await takeMoneyBack(intent)
    })
  const finish = () => act(() => ask('POST', `/v1/intents/${intent.intentId}/finish`))

  return (
    <section className="card p-5 sm:p-6" aria-labelledby="money" data-testid="money-box">
      <h2 id="money" className="text-small font-semibold text-soft">
        Your money
      </h2>
      <MoneyLine intent={intent} spentMicros={spentMicros} depositMicros={depositMicros} />
      {held && (
        <>
          <Button
            wide
            look="quiet"
            className="mt-4"
            onClick={() => setAsking('refund')}
            disabled={sent}
            data-testid="refund"
          >
            <Icon name="back_money" />
            {sent ? 'Coming back' : 'Take my money back'}
          </Button>
          {now !== null && intent.provisionBy * 1000 > now && (
            <p className="figures mt-3 text-caption text-faint" data-testid="auto-refund">
              If nobody delivers, it returns by itself in {countdown(intent.provisionBy * 1000, now)}.
            </p>
          )}
        </>
      )}
      {intent.state === 'active' && (
        <Button wide look="quiet" className="mt-4" onClick={() => setAsking('finish')} data-testid="finish">
          Finish and get the rest back
        </Button>
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
          Receipt, checked in this browser
        </ButtonLink>
      )}
      <Sheet
        open={asking === 'refund'}
        onClose={() => setAsking(null)}
        title={`Take ${usdc(intent.fundedMicros)} USDC back?`}
        testId="refund-sheet"
      >
        <p className="text-small text-soft">
          The contract returns all of it to your wallet at once. The eSIM will not work then; you can buy
          again at any time.
        </p>
        <ActionFailure failure={failure} intentId={intent.intentId} onAgain={refund} />
        <div className="mt-5 space-y-3">
          <Button wide busy={busy} onClick={refund} data-testid="refund-confirm">
            Take it back
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(null)} disabled={busy}>
            Keep waiting
          </Button>
        </div>
      </Sheet>
      <Sheet
        open={asking === 'finish'}
        onClose={() => setAsking(null)}
        title="Finish now?"
        testId="finish-sheet"
      >
        <p className="text-small text-soft">
          Service stops at once. The last usage is signed and settled, the carrier is paid for it, and
          whatever is left returns to your wallet by itself.
        </p>
        <ActionFailure failure={failure} intentId={intent.intentId} onAgain={finish} />
        <div className="mt-5 space-y-3">
          <Button wide busy={busy} onClick={finish} data-testid="finish-confirm">
            Finish
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(null)} disabled={busy}>
            Go on using it
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
  const rest = depositMicros > spentMicros ? depositMicros - spentMicros : 0n
  const line = lineOf(intent, rest)
  return (
    <>
      <p className="figures mt-1 text-heading font-bold" data-testid="money-amount">
        {usdc(line.amount)} <span className="text-small font-medium text-faint">USDC</span>
      </p>
      <p className="text-small text-soft">{line.says}</p>
      {(intent.state === 'active' || intent.state === 'finishing' || intent.state === 'settled') && (
        <dl className="figures mt-4 space-y-1 border-t border-line pt-3 text-small">
          <Pair name="Paid in" value={depositMicros} />
          <Pair
            name={intent.state === 'settled' ? 'Charged' : 'Used so far'}
            value={intent.state === 'settled' ? BigInt(intent.chargedMicros) : spentMicros}
          />
          <Pair
            name={intent.state === 'settled' ? 'Returned to you' : 'Would return'}
            value={intent.state === 'settled' ? BigInt(intent.refundedMicros) : rest}
          />
        </dl>
      )}
    </>
  )
}

function lineOf(intent: Intent, rest: bigint): { amount: bigint; says: string } {
  const funded = BigInt(intent.fundedMicros)
  switch (intent.state) {
    case 'drafted':
      return { amount: BigInt(intent.terms.maxDeposit), says: 'Not paid yet: it is in your wallet.' }
    case 'lapsed':
      return { amount: 0n, says: 'Nothing was paid.' }
    case 'active':
      return {
        amount: rest,
        says: 'In escrow and unused. The contract can give the carrier only what is proven.',
      }
    case 'finishing':
      return { amount: rest, says: 'Returns to your wallet when the books close.' }
    case 'settled':
      return { amount: BigInt(intent.refundedMicros), says: 'Returned to your wallet. All settled.' }
    case 'refunding':
      return { amount: funded, says: 'On its way back to your wallet.' }
    case 'refunded':
      return { amount: BigInt(intent.refundedMicros), says: 'Back in your wallet, all of it.' }
    default:
      return { amount: funded, says: 'In escrow, and yours until the eSIM is installed.' }
  }
}

function Pair({ name, value }: { name: string; value: bigint }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="text-soft">{name}</dt>
      <dd>{usdc(value)}</dd>
    </div>
  )
}

/** Why the money could not be moved, in words, with the way on. */
function ActionFailure({
  failure,
  intentId,
  onAgain,
}: {
  failure: Failure | null
  intentId: string
  onAgain: () => void
}) {
  if (!failure) return null
  const text =
    failure instanceof ApiFailure
      ? failure
      : {
          code: failure.code,
          ...(webFailures[failure.code as WebFailureCode] ?? webFailures['web.answer-unreadable']),
        }
  const signIn = `/v1/auth/login?fresh=1&return=${encodeURIComponent(`/esims/${intentId}`)}`
  return (
    <div className="mt-4 space-y-3">
      <FailureNotice failure={text} money="unknown" onAgain={onAgain} intentId={intentId} />
      {failure.code === 'web.sign-in-again' && (
        <ButtonLink wide hard href={signIn}>
          Sign in once more
        </ButtonLink>
      )}
      {failure.code === 'web.wallet-elsewhere' && (
        <ButtonLink wide href="/wallet/restore">
          Restore the wallet here
        </ButtonLink>
      )}
    </div>
  )
}
