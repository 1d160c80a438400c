'use client'
import { useTranslations } from 'use-intl/react'
import type { Intent } from '../api/shapes.ts'
import { webFailures } from '../failures.ts'
import { KeptPage } from '../offline/kept-page.tsx'
import { usePlanWords } from '../shop/use-plan-words.ts'
import { signInAgainHref } from '../sign-in/again.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { IntentId } from '../ui/copy.tsx'
import { Flags } from '../ui/flags.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { useFailureWords } from '../words/failure-words.ts'
import { ActivationPanel } from './activation-panel.tsx'
import { WhyThisCarrier } from './carrier-facts.tsx'
import { MoneyBox } from './money-box.tsx'
import { NoticeSwitch } from './notice-switch.tsx'
import { RenewalCard } from './renewal/renewal-card.tsx'
import { isHeld, isOver } from './steps.ts'
import { Timeline } from './timeline.tsx'
import { troubleOf } from './trouble.ts'
import { againHref } from './usage-alert.tsx'
import { UsagePanel } from './usage-panel.tsx'
import { useConsents } from './use-consents.ts'
import { useIntent } from './use-intent.ts'

/** The page of one purchase, from the payment to the last cent. */
export function PurchaseView({ initial }: { initial: Intent }) {
  const t = useTranslations('journey')
  const words = usePlanWords()
  const { intent, failure, live, refresh } = useIntent(initial)
  const { asked, allow, busy } = useConsents(intent, refresh)
  const downloaded = intent.timeline.some(
    (entry) => entry.step === 'downloaded' || entry.step === 'installed',
  )
  const installing = intent.state === 'ready' && !downloaded
  const using = intent.state === 'active' || intent.state === 'finishing' || intent.state === 'settled'
  return (
    <div
      className="mx-auto max-w-5xl px-4 pt-6 sm:px-6 sm:pt-10"
      data-testid="purchase"
      data-state={intent.state}
    >
      <KeptPage path={`/esims/${intent.intentId}`} version={intent.state} />
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <p className="flex items-center gap-2.5 text-small font-semibold text-soft">
            <Flags countries={intent.plan.countries} />
            {words.title(intent.plan)}
          </p>
          <h1 className="mt-2 text-heading" data-testid="state-words">
            {t(`headings.${intent.state}`)}
          </h1>
        </div>
        <div className="flex flex-col items-start sm:items-end">
          <IntentId id={intent.intentId} />
          <p
            className="flex items-center gap-1.5 text-caption text-faint sm:px-1.5"
            data-testid="live"
            data-live={live}
          >
            <span className={`size-2 rounded-full ${live ? 'bg-sea' : 'bg-edge'}`} aria-hidden="true" />
            {t(`live.${liveness(failure !== null, live, isOver(intent.state))}`)}
          </p>
        </div>
      </div>
      <div className="space-y-4">
        {intent.state === 'settled' && (
          <ButtonLink size="small" look="quiet" href={againHref(intent.plan.planId)} data-testid="buy-again">
            {t('again')}
          </ButtonLink>
        )}
        {intent.renewed && isHeld(intent.state) && (
          <Notice tone="calm" icon="refresh" title={t('renewal.bought')} testId="renewed">
            {t('renewal.boughtSays')}
          </Notice>
        )}
        {asked && (
          <AskedNotice
            what={asked.what}
            code={asked.code}
            intentId={intent.intentId}
            busy={busy}
            onAllow={allow}
          />
        )}
        {intent.failure && (
          <Notice
            tone="wait"
            title={t(`trouble.${troubleOf(intent.failure.code)}.says`)}
            testId="intent-failure"
          >
            {(isHeld(intent.state) || intent.state === 'refunding') && <p>{t('stillYours')}</p>}
            <p>{t(`trouble.${troubleOf(intent.failure.code)}.remedy`)}</p>
          </Notice>
        )}
      </div>
      {/* Money comes before the story on a phone; beside it where there is room. */}
      <div className="mt-4 flex flex-col gap-5 lg:grid lg:grid-cols-[1fr_22rem] lg:items-start lg:gap-6">
        <div className="contents lg:block lg:space-y-5">
          {installing && (
            <div className="order-1">
              <ActivationPanel intent={intent} />
            </div>
          )}
          <section className="card order-4 p-5 sm:p-6" aria-labelledby="progress">
            <h2 id="progress" className="mb-5 text-title">
              {isOver(intent.state) ? t('happened') : t('happens')}
            </h2>
            <Timeline intent={intent} />
            {intent.book !== undefined && (
              <details className="group mt-5 border-t border-line pt-4 text-small">
                <summary className="inline-flex min-h-6 list-none items-center gap-1 font-medium text-sea">
                  <Icon name="chevron" className="size-4.5 transition-transform group-open:rotate-180" />
                  {t('why.title')}
                </summary>
                <WhyThisCarrier intent={intent} />
              </details>
            )}
          </section>
        </div>
        <div className="contents lg:sticky lg:top-24 lg:block lg:space-y-5">
          {using && (
            <div className="order-2">
              <UsagePanel intent={intent} />
            </div>
          )}
          <div className="order-3">
            <MoneyBox intent={intent} refresh={refresh} />
          </div>
          <div className="order-4 empty:hidden lg:order-none">
            <RenewalCard intent={intent} />
          </div>
          {!isOver(intent.state) && (
            <div className="order-5">
              <NoticeSwitch />
            </div>
          )}
        </div>
      </div>
    </div>
  )
}

function liveness(failed: boolean, live: boolean, over: boolean) {
  if (failed) return 'failed'
  if (over) return 'over'
  return live ? 'on' : 'asked'
}

function AskedNotice({
  what,
  code,
  intentId,
  busy,
  onAllow,
}: {
  what: 'pairing' | 'activation'
  code: string
  intentId: string
  busy: boolean
  onAllow: () => void
}) {
  const t = useTranslations('journey')
  const w = useTranslations('frame')
  const title = what === 'pairing' ? t('asked.pairing') : t('asked.activation')
  const failureWords = useFailureWords()
  const text = Object.hasOwn(webFailures, code) ? failureWords({ code }) : null
  const href = signInAgainHref(`/esims/${intentId}`)
  const action =
    code === 'web.sign-in-again' ? (
      <>
        <ButtonLink size="small" hard href={href} data-testid="sign-in-again">
          {w('signInAgain')}
        </ButtonLink>
        <Button size="small" look="quiet" busy={busy} onClick={onAllow} data-testid="allow">
          {w('usePasskey')}
        </Button>
      </>
    ) : code === 'web.wallet-elsewhere' ? (
      <ButtonLink size="small" href="/wallet/restore">
        {w('restoreHere')}
      </ButtonLink>
    ) : (
      <Button size="small" busy={busy} onClick={onAllow} data-testid="allow">
        {what === 'pairing' ? t('asked.allow') : t('asked.installed')}
      </Button>
    )
  return (
    <Notice tone="wait" icon="key" title={title} action={action} testId="asked">
      {text ? (
        <>
          <p>{text.says}</p>
          <p>{text.remedy}</p>
        </>
      ) : (
        t('asked.silent', { code })
      )}
    </Notice>
  )
}
