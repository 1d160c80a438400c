'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { SeedFailure, useSeed } from '../wallet/with-wallet.tsx'
import { useFormats } from '../words/use-formats.ts'
import { Compare } from './compare.tsx'
import { Digits } from './digits.tsx'
import { Progress } from './progress.tsx'
import type { Rescue } from './rescue.ts'
import { type RescueLink, trustPath } from './trust-link.ts'

/** From comparing to the end: at each moment the one thing to do, and what can still be undone and by whom. */
export function RescueSteps({
  link,
  rescue,
  look,
}: {
  link: RescueLink
  rescue: Rescue
  look: () => Promise<void>
}) {
  const t = useTranslations('trust')
  const { busy, failure, run } = useSeed()
  const [digits, setDigits] = useState<string | null>(null)
  const act = async (deed: 'askForRescue' | 'finishRescue') => {
    await run(async (_, entropy, wallet) => {
      const [{ signerOf }, chain] = await Promise.all([import('../chain/account.ts'), import('./rescue.ts')])
      await chain[deed](await signerOf(entropy, wallet), link)
      return true
    })
    // Also after a failure: somebody may have been quicker, or the owner may have stopped it.
    await look()
  }
  const { step } = rescue
  const when = () => <When atMs={rescue.dueAt * 1000} className="font-semibold text-ink" />
  return (
    <>
      {step !== 'other' && <Progress step={step} compared={digits !== null} />}
      {failure && <RescueFailure failure={failure} link={link} look={look} />}
      {step === 'named' && digits === null && <Compare link={link} onSame={setDigits} />}
      {step === 'named' && digits !== null && (
        <Ask
          digits={digits}
          delaySeconds={rescue.delaySeconds}
          busy={busy}
          onAsk={() => void act('askForRescue')}
          onStop={() => setDigits(null)}
        />
      )}
      {step === 'waiting' && (
        <section className="card p-5 sm:p-6" data-testid="trust-waiting" data-due={rescue.dueAt}>
          <h2 className="text-title">{t('waiting.title')}</h2>
          <p className="mt-2 text-body">{t.rich('waiting.until', { when })}</p>
          <p className="mt-2 text-small text-soft">{t('waiting.says')}</p>
          <p className="mt-2 text-small text-soft">{t('waiting.doubt')}</p>
        </section>
      )}
      {step === 'due' && (
        <section className="card p-5 sm:p-6" aria-labelledby="due">
          <h2 id="due" className="text-title">
            {t('due.title')}
          </h2>
          <p className="mt-1 text-small text-soft">{t('due.says')}</p>
          <Button
            wide
            busy={busy}
            className="mt-5"
            onClick={() => void act('finishRescue')}
            data-testid="trust-finish"
          >
            {t('due.go')}
          </Button>
          <p className="mt-3 text-caption text-faint">{t('free')}</p>
        </section>
      )}
      {step === 'done' && (
        <Notice tone="calm" icon="check" title={t('done.title')} testId="trust-done">
          {t('done.says')}
        </Notice>
      )}
      {step === 'other' && (
        <Notice tone="trouble" icon="clock" title={t('other.title')} testId="trust-other">
          <p>{t.rich('other.until', { when })}</p>
          <p>{t('other.remedy')}</p>
        </Notice>
      )}
    </>
  )
}

/** The last moment at which nothing has happened yet. */
function Ask({
  digits,
  delaySeconds,
  busy,
  onAsk,
  onStop,
}: {
  digits: string
  delaySeconds: number
  busy: boolean
  onAsk: () => void
  onStop: () => void
}) {
  const t = useTranslations('trust')
  const delay = useFormats().duration(delaySeconds * 1000)
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="ask">
      <h2 id="ask" className="text-title">
        {t('ask.title')}
      </h2>
      <p className="mt-2 text-caption text-faint">{t('ask.same')}</p>
      <Digits digits={digits} testId="trust-same" />
      <p className="mt-3 text-small text-soft">{t('ask.says', { delay })}</p>
      <div className="mt-5 space-y-3">
        <Button wide busy={busy} onClick={onAsk} data-testid="trust-ask">
          {t('ask.go')}
        </Button>
        <Button wide look="quiet" disabled={busy} onClick={onStop} data-testid="trust-stop">
          {t('ask.stop')}
        </Button>
      </div>
      <p className="mt-3 text-caption text-faint">{t('free')}</p>
    </section>
  )
}

/** What did not go through, in words of its own: what the shop says of payments is not true here. */
function RescueFailure({
  failure,
  link,
  look,
}: {
  failure: Parameters<typeof SeedFailure>[0]['failure']
  link: RescueLink
  look: () => Promise<void>
}) {
  const t = useTranslations('trust')
  if (failure.code === 'web.payment-failed')
    return (
      <Notice tone="trouble" title={t('failed.title')} testId="failure">
        {t('failed.says')}
      </Notice>
    )
  if (failure.code === 'web.payment-unconfirmed')
    return (
      <Notice tone="wait" title={t('failed.unconfirmed')} testId="failure">
        {t('failed.unconfirmedSays')}
      </Notice>
    )
  if (failure.code === 'web.wallet-elsewhere')
    return (
      <Notice
        tone="trouble"
        icon="key"
        title={t('failed.elsewhere')}
        testId="failure"
        action={
          <ButtonLink size="small" href="/wallet/restore">
            {t('failed.restore')}
          </ButtonLink>
        }
      >
        {t('failed.elsewhereSays')}
      </Notice>
    )
  return <SeedFailure failure={failure} back={trustPath(link)} onAgain={() => void look()} />
}
