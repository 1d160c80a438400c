'use client'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useFailureWords } from '../../words/failure-words.ts'
import { ChangeFailure } from '../change-failure.tsx'
import { type Shown, shown } from '../with-wallet.tsx'
import type { Deed, Do } from './deeds.ts'
import { OtherSigners } from './other-signers.tsx'
import { PasskeyList } from './passkey-list.tsx'
import { SeedCard } from './seed-card.tsx'
import { opensNoLonger, useKeys } from './use-keys.ts'

/** What can sign for the wallet: its own key, passkeys, and the way to whoever is trusted. */
export function KeysView() {
  const t = useTranslations('keys')
  const failureWords = useFailureWords()
  const { keys, unread, look } = useKeys()
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<Shown | null>(null)
  const [done, setDone] = useState<Deed | null>(null)
  const outcome = useRef<HTMLDivElement>(null)
  const running = useRef(false)
  const act: Do = async (name, work) => {
    // Two taps can come before the button is drawn as busy.
    if (running.current) return
    running.current = true
    setBusy(name)
    setFailure(null)
    setDone(null)
    try {
      setDone(await work())
    } catch (error) {
      setFailure(shown(error))
    } finally {
      // What can be done next follows from what stands now: nothing is offered before that is read.
      await look()
      running.current = false
      setBusy(null)
      outcome.current?.scrollIntoView({ block: 'center' })
    }
  }
  if (!keys)
    return unread ? (
      <FailureNotice failure={failureWords(unread)} money="none" onAgain={() => void look()} />
    ) : (
      <div role="status">
        <Notice tone="plain" icon="clock" title={t('reading')}>
          {t('readingSays')}
        </Notice>
      </div>
    )
  const others = keys.count - keys.named
  const stale = keys.passkeys.filter(opensNoLonger).length
  return (
    <div className="space-y-5" data-testid="keys" data-signers={keys.count} data-busy={busy ?? ''}>
      <div ref={outcome} className="space-y-5 empty:hidden">
        {done && <Done deed={done} />}
        {failure && (
          <ChangeFailure
            failure={failure}
            words={{
              failed: t('failed'),
              failedSays: t('failedSays'),
              unconfirmed: t('unconfirmed'),
              unconfirmedSays: t('unconfirmedSays'),
            }}
            back="/wallet/keys"
            onAgain={() => void look().then(() => setFailure(null))}
          />
        )}
      </div>
      {stale > 0 && (
        <Notice tone="wait" icon="key" title={t('passkeys.stale', { count: stale })} testId="stale-passkeys">
          {t('passkeys.staleSays')}
        </Notice>
      )}
      <SeedCard keys={keys} busy={busy} act={act} />
      <PasskeyList keys={keys} busy={busy} act={act} />
      {others > 0 && <OtherSigners keys={keys} others={others} busy={busy} act={act} />}
      <section className="card p-5 sm:p-6" aria-labelledby="trusted">
        <h2 id="trusted" className="text-title">
          {t('trusted.title')}
        </h2>
        <p className="mt-1 text-small text-soft">{t('trusted.says')}</p>
        <ButtonLink size="small" look="quiet" className="mt-4" href="/wallet/recoverer">
          {t('trusted.open')}
        </ButtonLink>
      </section>
    </div>
  )
}

function Done({ deed }: { deed: Deed }) {
  const t = useTranslations('keys')
  const changed = deed === 'changed' || deed === 'changedUnsealed'
  return (
    <div role="status" data-testid="keys-done" data-deed={deed}>
      <Notice
        tone="calm"
        title={t(`done.${deed}`)}
        action={
          changed && (
            <ButtonLink size="small" href="/wallet/recovery">
              {t('done.file')}
            </ButtonLink>
          )
        }
      >
        {changed && t('done.changedSays')}
      </Notice>
    </div>
  )
}
