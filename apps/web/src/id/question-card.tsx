'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { EntitlementProof, Question } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Hash } from '../ui/copy.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { type Shown, shown } from '../wallet/with-wallet.tsx'
import { useFormats } from '../words/use-formats.ts'
import type { Named } from './named.ts'

/** The refusals that have words of their own here. */
const SAID = {
  'intents.question-unknown': 'unknown',
  'intents.question-of-another': 'another',
  'intents.question-altered': 'changed',
  'intents.question-wrong-chain': 'changed',
  'intents.question-wrong-carrier': 'changed',
  'web.terms-differ': 'changed',
  'intents.question-expired': 'expired',
  'intents.question-answered': 'answered',
  'intents.entitlement-signature-wrong': 'signature',
  'intents.entitlement-lost': 'lost',
} as const

type Turn =
  | { readonly step: 'reading' | 'declined' }
  | { readonly step: 'shown' | 'signing'; readonly asked: Question }
  | { readonly step: 'done'; readonly proof: EntitlementProof }
  | { readonly step: 'failed'; readonly failure: Shown }

/** A network's question whether this account is entitled there: who asks, what is proven, what is not told. */
export function QuestionCard({ code, named }: { code: string | null; named: Named }) {
  const t = useTranslations('id')
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="question" data-testid="question">
      <h2 id="question" className="text-title">
        {t('question.title')}
      </h2>
      {code ? <Asked key={code} code={code} named={named} /> : <CodeForm />}
    </section>
  )
}

/** The six characters, for who has no link. */
function CodeForm() {
  const t = useTranslations('id')
  const router = useRouter()
  const [text, setText] = useState('')
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase()
  const fits = /^[2-9A-HJKMNP-Z]{6}$/.test(code)
  function open(event: FormEvent) {
    event.preventDefault()
    if (fits) router.push(`/id?code=${code}`)
  }
  return (
    <>
      <p className="mt-1 text-small text-soft">{t('question.says')}</p>
      <form onSubmit={open} className="mt-4 flex flex-wrap items-end gap-3">
        <label className="text-small">
          <span className="block text-caption text-faint">{t('question.code')}</span>
          <input
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={12}
            dir="ltr"
            data-testid="question-code"
            className="min-h-11 w-40 rounded-field border border-edge bg-surface px-3 font-mono tracking-widest"
          />
        </label>
        <Button type="submit" size="small" look="quiet" disabled={!fits} data-testid="question-open">
          {t('question.open')}
        </Button>
      </form>
    </>
  )
}

function Asked({ code, named }: { code: string; named: Named }) {
  const t = useTranslations('id')
  const [turn, setTurn] = useState<Turn>({ step: 'reading' })
  const running = useRef(false)
  const look = useCallback(async () => {
    setTurn({ step: 'reading' })
    try {
      setTurn({ step: 'shown', asked: await ask<Question>('GET', `/v1/entitlements/questions/${code}`) })
    } catch (error) {
      setTurn({ step: 'failed', failure: shown(error) })
    }
  }, [code])
  useEffect(() => void look(), [look])
  async function sign(asked: Question) {
    // Two taps can come before the button is drawn as busy.
    if (running.current) return
    running.current = true
    setTurn({ step: 'signing', asked })
    try {
      const { answerQuestion } = await import('./sign-question.ts')
      setTurn({ step: 'done', proof: await answerQuestion(code, asked) })
    } catch (error) {
      setTurn({ step: 'failed', failure: shown(error) })
    } finally {
      running.current = false
    }
  }
  return (
    <div className="mt-3" data-testid="asked" data-step={turn.step}>
      {turn.step === 'reading' && (
        <p role="status" className="text-small text-soft">
          {t('question.reading')}
        </p>
      )}
      {(turn.step === 'shown' || turn.step === 'signing') && (
        <Sheet
          asked={turn.asked}
          plan={turn.asked.intentId ? named[turn.asked.intentId]?.title : undefined}
          busy={turn.step === 'signing'}
          onSign={() => void sign(turn.asked)}
          onDecline={() => setTurn({ step: 'declined' })}
        />
      )}
      {turn.step === 'declined' && (
        <div role="status">
          <Notice tone="plain" icon="shield" title={t('question.declined')} action={<Another />}>
            {t('question.declinedSays')}
          </Notice>
        </div>
      )}
      {turn.step === 'done' && <Done proof={turn.proof} />}
      {turn.step === 'failed' && <Failed failure={turn.failure} code={code} onAgain={() => void look()} />}
    </div>
  )
}

function Sheet({
  asked,
  plan,
  busy,
  onSign,
  onDecline,
}: {
  asked: Question
  plan: string | undefined
  busy: boolean
  onSign: () => void
  onDecline: () => void
}) {
  const t = useTranslations('id')
  const frame = useTranslations('frame')
  const f = useFormats()
  const { question } = asked
  return (
    <>
      <dl className="space-y-3 text-small">
        <Part name={t('question.asks')}>
          {frame('network', { number: f.count(question.carrierId) })}
          <div className="-ms-1.5">
            <Hash value={question.carrier} label={t('question.address')} />
          </div>
        </Part>
        <Part name={t('question.purpose')}>
          <bdi>{question.purpose}</bdi>
        </Part>
        <Part name={t('question.proves')}>
          {t('question.provesSays')}
          {plan && <p className="font-semibold">{plan}</p>}
        </Part>
        <Part name={t('question.gets')}>{t('question.getsSays')}</Part>
        <Part name={t('question.not')}>{t('question.notSays')}</Part>
        <Part name={t('question.until')}>
          <When atMs={question.expiresAt * 1000} />
        </Part>
      </dl>
      {asked.intentId === null ? (
        <div className="mt-4">
          <Notice tone="wait" title={t('question.noPlan')} testId="no-plan" action={<Another />}>
            {t('question.noPlanSays')}
          </Notice>
        </div>
      ) : (
        <>
          <div className="mt-5 flex flex-wrap gap-3">
            <Button busy={busy} onClick={onSign} data-testid="question-sign">
              {t('question.sign')}
            </Button>
            <Button look="quiet" disabled={busy} onClick={onDecline} data-testid="question-decline">
              {t('question.decline')}
            </Button>
          </div>
          <p className="mt-2 text-caption text-soft">{t('question.costs')}</p>
        </>
      )}
    </>
  )
}

function Part({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-caption text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Another() {
  const t = useTranslations('id')
  return (
    <ButtonLink size="small" look="quiet" href="/id" data-testid="question-another">
      {t('question.another')}
    </ButtonLink>
  )
}

function Done({ proof }: { proof: EntitlementProof }) {
  const t = useTranslations('id')
  function keep() {
    const url = URL.createObjectURL(new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' }))
    const link = document.createElement('a')
    link.href = url
    link.download = 'gesim-entitlement.json'
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <div role="status">
      <Notice
        tone="calm"
        title={t('question.done')}
        testId="question-done"
        action={
          <>
            <Button size="small" look="quiet" onClick={keep} data-testid="question-file">
              {t('question.file')}
            </Button>
            <Another />
          </>
        }
      >
        {t('question.doneSays')}
      </Notice>
    </div>
  )
}

function Failed({ failure, code, onAgain }: { failure: Shown; code: string; onAgain: () => void }) {
  const t = useTranslations('id')
  const said = SAID[failure.code as keyof typeof SAID]
  if (!said)
    return <FailureNotice failure={failure} money="none" back={`/id?code=${code}`} onAgain={onAgain} />
  return (
    <Notice
      tone="trouble"
      title={t(`question.failed.${said}`)}
      testId="question-failed"
      action={
        <>
          {said === 'changed' || said === 'signature' || said === 'lost' ? (
            <Button size="small" look="quiet" onClick={onAgain}>
              {t('question.again')}
            </Button>
          ) : null}
          <Another />
        </>
      }
    >
      {t(`question.failedSays.${said}`)}
    </Notice>
  )
}
