'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { type ApiFailure, ask } from '../api/ask.ts'
import { serverNowMs } from '../api/clock.ts'
import type { Plan, Quote, Wallet } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { useWalletState } from '../wallet/wallet-state.ts'
import { About } from '../words/estimate.tsx'
import { useFailureWords } from '../words/failure-words.ts'
import { useFormats } from '../words/use-formats.ts'
import type { PurchaseStep } from './purchase.ts'
import { usePlanWords } from './use-plan-words.ts'

interface Ready {
  quote: Quote
  wallet: Wallet
  balanceMicros: bigint
  local: boolean
  passkeyPossible: boolean
}

const PASSKEY_FAILURES = ['web.passkey-refused', 'web.passkey-cannot-seal']

/** A quote that ends sooner is not offered again. */
const TIME_TO_TAP_MS = 60_000

/** Where the sheet itself offers what comes next, or does it. */
const GOES_ON_BY_ITSELF = ['web.balance-short', 'web.payment-unconfirmed']

function networkIsBack(): Promise<void> {
  if (navigator.onLine) return Promise.resolve()
  return new Promise((resolve) => addEventListener('online', () => resolve(), { once: true }))
}

/** The one confirmation. Everything that can be asked beforehand is asked while the sheet opens. */
export function PurchaseSheet({ plan, qos }: { plan: Plan; qos: Quote['qos'] }) {
  const f = useFormats()
  const t = useTranslations('shop')
  const words = usePlanWords()
  const router = useRouter()
  const walletState = useWalletState()
  const failureWords = useFailureWords()
  const [ready, setReady] = useState<Ready | null>(null)
  const [step, setStep] = useState<PurchaseStep | null>(null)
  const [failure, setFailure] = useState<ApiFailure | Failure | null>(null)
  const [tried, setTried] = useState<string>()
  const [topping, setTopping] = useState(false)
  const running = useRef(false)
  const promised = useRef<Quote | null>(null)
  const account = walletState.step === 'ready' ? walletState.account : null

  const prepare = useCallback(async () => {
    if (!account) return
    setFailure(null)
    try {
      setReady(await prepareOf(plan, qos, account, promised.current))
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [plan, qos, account])

  useEffect(() => {
    void prepare()
  }, [prepare])

  async function confirm(passkey: boolean) {
    // Two taps can come before the button is drawn as busy: the second one is none.
    if (!ready || running.current) return
    running.current = true
    setFailure(null)
    setStep('unlocking')
    try {
      const { purchase } = await import('./purchase.ts')
      const intentId = await purchase(plan, ready.quote, ready.wallet, { passkey, onStep: setStep })
      router.push(`/esims/${intentId}`)
    } catch (error) {
      running.current = false
      setStep(null)
      if (!isFailure(error)) throw error
      setTried(ready.quote.intentId)
      if (error.code === 'web.payment-unconfirmed' && ready.quote.intentId) {
        // The page of the purchase knows more, once there is a network to open it with.
        setReady(null)
        setFailure(error)
        await networkIsBack()
        router.push(`/esims/${ready.quote.intentId}`)
        return
      }
      // The price may be another by now, or the sign-in over: what was ready is not any more, except for a declined passkey.
      if (!PASSKEY_FAILURES.includes(error.code)) setReady(null)
      // What was promised and not paid is paid under the same quote: another one would count a second time.
      promised.current = error.code === 'web.payment-failed' ? ready.quote : null
      if (error.code === 'web.balance-short') await prepare()
      setFailure(error)
    }
  }

  async function topUp() {
    if (!account || !ready) return
    setTopping(true)
    try {
      const { askFaucet } = await import('../chain/balance.ts')
      const balanceMicros = await askFaucet(account, faucetAmount(ready))
      setReady({ ...ready, balanceMicros })
      setFailure(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    } finally {
      setTopping(false)
    }
  }

  const short = ready !== null && ready.balanceMicros < BigInt(ready.quote.priceMicros)
  return (
    <div>
      <div className="flex items-baseline justify-between gap-4">
        <p className="text-small text-soft">
          <span className="block font-semibold text-ink">{words.title(plan)}</span>
          {words.validity(plan)}
        </p>
        <p className="figures text-heading font-bold whitespace-nowrap">
          {f.usdc(ready?.quote.priceMicros ?? plan.priceMicros)}{' '}
          <span className="text-small font-medium text-faint">USDC</span>
          <About
            micros={ready?.quote.priceMicros ?? plan.priceMicros}
            dated
            className="block text-end text-caption font-normal text-soft"
          />
        </p>
      </div>
      <dl className="figures mt-4 space-y-1.5 border-t border-line pt-4 text-small text-soft">
        <div className="flex justify-between gap-4">
          <dt>{t('sheet.fee')}</dt>
          <dd>{f.usdc(0)}</dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt>{t('sheet.balance')}</dt>
          <dd data-testid="sheet-balance">{ready ? f.usdc(ready.balanceMicros) : '…'}</dd>
        </div>
      </dl>
      <p className="mt-4 flex gap-3 rounded-card bg-sea-wash p-4 text-small">
        <Icon name="shield" className="mt-0.5 size-5 text-sea" />
        {t('sheet.escrow')}
      </p>
      {plan.registration && (
        <div className="mt-3">
          <Notice tone="wait" title={t('registration')}>
            <bdi lang="en">{plan.registration}</bdi>
          </Notice>
        </div>
      )}
      {failure && (
        <div className="mt-4">
          <FailureNotice
            failure={failureWords(failure)}
            money={failure.code === 'web.payment-unconfirmed' ? 'unknown' : 'wallet'}
            onAgain={() => void prepare()}
            again={GOES_ON_BY_ITSELF.includes(failure.code) ? false : undefined}
            intentId={tried}
            back={`/plans/${plan.planId}?buy=1`}
          />
        </div>
      )}
      <div className="mt-5 space-y-3" aria-live="polite">
        {step ? (
          <Button wide busy>
            {t(`sheet.${step}`)}
          </Button>
        ) : walletState.step === 'failed' ? (
          <FailureNotice failure={failureWords(walletState)} money="none" onAgain={() => location.reload()} />
        ) : !ready ? (
          !failure && (
            <Button wide busy>
              {walletState.step === 'making' ? t('sheet.preparing') : t('sheet.fixing')}
            </Button>
          )
        ) : short ? (
          ready.local ? (
            <Button wide busy={topping} onClick={topUp} data-testid="faucet">
              {t('sheet.faucet')}
            </Button>
          ) : (
            <ButtonLink wide href="/wallet/top-up">
              {t('sheet.topUp')}
            </ButtonLink>
          )
        ) : ready.wallet.shares.passkey || !ready.passkeyPossible ? (
          <Button wide onClick={() => confirm(false)} data-testid="confirm">
            {t('sheet.confirm')}
          </Button>
        ) : (
          <>
            <p className="text-small text-soft">{t('sheet.how')}</p>
            <Button wide onClick={() => confirm(true)} data-testid="confirm-passkey">
              <Icon name="key" />
              {t('sheet.withPasskey')}
            </Button>
            <Button wide onClick={() => confirm(false)} data-testid="confirm">
              {t('sheet.withoutPasskey')}
            </Button>
          </>
        )}
      </div>
      {ready && !step && (
        <p className="figures mt-3 text-center text-caption text-faint">
          {t.rich('sheet.fixed', {
            time: () => <When atMs={ready.quote.expiresAt * 1000} form="seconds" />,
          })}
        </p>
      )}
    </div>
  )
}

async function prepareOf(
  plan: Plan,
  qos: Quote['qos'],
  account: `0x${string}`,
  promised: Quote | null,
): Promise<Ready> {
  const kept = promised && promised.expiresAt * 1000 > serverNowMs() + TIME_TO_TAP_MS ? promised : null
  const [{ balanceOf }, { network }, { passkeyPossible }, { requireWithinLimits }] = await Promise.all([
    import('../chain/balance.ts'),
    import('../chain/network.ts'),
    import('../custody/passkey.ts'),
    import('../wallet/within-limits.ts'),
  ])
  await requireWithinLimits(BigInt(plan.priceMicros), kept?.intentId)
  const [quote, wallet, balanceMicros, { local }, possible] = await Promise.all([
    kept ?? ask<Quote>('POST', '/v1/quotes', { body: { planId: plan.planId, qos } }),
    ask<Wallet>('GET', '/v1/wallet'),
    balanceOf(account),
    network(),
    passkeyPossible(),
  ])
  return { quote, wallet, balanceMicros, local, passkeyPossible: possible }
}

/** Enough for the plan and a second one, in whole tens, at most what the faucet gives. */
function faucetAmount(ready: Ready): bigint {
  const missing = BigInt(ready.quote.priceMicros) * 2n - ready.balanceMicros
  const tens = ((missing + 9_999_999n) / 10_000_000n) * 10_000_000n
  return tens > 100_000_000n ? 100_000_000n : tens
}
