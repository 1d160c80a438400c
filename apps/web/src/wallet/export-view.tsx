'use client'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Hex, Passkeys, Session, Wallet } from '../api/shapes.ts'
import { signInAgainHref } from '../sign-in/again.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { HoldToSee } from './hold-to-see.tsx'
import { SeedFailure, type Shown, shown } from './with-wallet.tsx'
import { WordQuiz } from './word-quiz.tsx'

/** A sign-in counts as re-authentication for this long; the server keeps secrets open for five minutes. */
const REAUTHENTICATED_MS = 60_000
const FRESH_MS = 5 * 60_000

interface Secret {
  readonly words: string[]
  readonly privateKey: Hex
}

/** Takes the key out of GeSIM: re-authentication, hold to see, a question about what was written down. */
export function ExportView({ session, hasPasskey }: { session: Session; hasPasskey: boolean }) {
  const t = useTranslations('wallet')
  const w = useTranslations('frame')
  const secret = useRef<Secret | null>(null)
  const [step, setStep] = useState<'ask' | 'see' | 'quiz' | 'done'>('ask')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  const [recent, setRecent] = useState(false)

  useEffect(() => {
    const signedInAtMs = (session.freshUntilMs ?? 0) - FRESH_MS
    const leftMs = signedInAtMs + REAUTHENTICATED_MS - Date.now()
    setRecent(leftMs > 0)
    const timer = setTimeout(() => setRecent(false), Math.max(0, leftMs))
    // Leaving the page forgets the words, also where the browser keeps pages for going back.
    const forget = () => {
      secret.current = null
      setStep('ask')
    }
    window.addEventListener('pagehide', forget)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('pagehide', forget)
      secret.current = null
    }
  }, [session.freshUntilMs])

  async function open(way: 'sign-in' | 'passkey') {
    setBusy(true)
    setFailure(null)
    try {
      secret.current = await secretOf(way)
      setStep('see')
    } catch (error) {
      setFailure(shown(error))
    } finally {
      setBusy(false)
    }
  }

  if (step === 'ask')
    return (
      <div className="space-y-5">
        <Notice tone="trouble" icon="key" title={t('export.warn')}>
          <p>{t('export.never')}</p>
          <p>{t('export.look')}</p>
        </Notice>
        {failure && <SeedFailure failure={failure} back="/wallet/export" onAgain={() => setFailure(null)} />}
        <div className="card space-y-3 p-5 sm:p-6">
          <p className="text-small text-soft">{t('export.first')}</p>
          {recent && (
            <Button wide busy={busy} onClick={() => open('sign-in')} data-testid="export-continue">
              {t('export.recent')}
            </Button>
          )}
          {hasPasskey && (
            <Button
              wide
              busy={busy}
              look={recent ? 'quiet' : 'solid'}
              onClick={() => open('passkey')}
              data-testid="export-passkey"
            >
              <Icon name="key" />
              {w('usePasskey')}
            </Button>
          )}
          {!recent && (
            <ButtonLink
              wide
              hard
              look={hasPasskey ? 'quiet' : 'solid'}
              href={signInAgainHref('/wallet/export')}
              data-testid="export-sign-in"
            >
              {w('signInAgain')}
            </ButtonLink>
          )}
        </div>
      </div>
    )
  if (step === 'see' && secret.current)
    return (
      <div className="space-y-5">
        <HoldToSee words={secret.current.words} privateKey={secret.current.privateKey} />
        <Button wide onClick={() => setStep('quiz')} data-testid="export-written">
          {t('export.written')}
        </Button>
      </div>
    )
  if (step === 'quiz' && secret.current)
    return (
      <WordQuiz
        words={secret.current.words}
        onBack={() => setStep('see')}
        onRight={() => {
          secret.current = null
          setStep('done')
        }}
      />
    )
  return (
    <Notice
      tone="calm"
      title={t('export.have')}
      testId="export-done"
      action={
        <>
          <ButtonLink hard size="small" href="/wallet/keys" data-testid="export-change-key">
            {t('export.change')}
          </ButtonLink>
          <ButtonLink hard size="small" look="quiet" href="/wallet">
            {t('back')}
          </ButtonLink>
        </>
      }
    >
      <p>
        {t.rich('export.path', {
          code: (words) => (
            <bdi dir="ltr" className="whitespace-nowrap">
              {words}
            </bdi>
          ),
        })}
      </p>
      <p>{t('export.forgotten')}</p>
      <p>{t('export.changeSays')}</p>
    </Notice>
  )
}

async function secretOf(way: 'sign-in' | 'passkey'): Promise<Secret> {
  const [{ unlock, lock, sealedOf }, { ownerOf, wordsOf }, { openWithPasskey }] = await Promise.all([
    import('./keeper.ts'),
    import('../custody/seed.ts'),
    import('../custody/passkey.ts'),
  ])
  const wallet = await ask<Wallet>('GET', '/v1/wallet')
  const entropy =
    way === 'passkey'
      ? await openWithPasskey(
          wallet.account!,
          sealedOf((await ask<Passkeys>('GET', '/v1/wallet/passkey')).passkeys),
        )
      : await unlock(wallet, { silent: true })
  const secret = { words: wordsOf(entropy), privateKey: ownerOf(entropy).privateKey }
  lock()
  entropy.fill(0)
  return secret
}
