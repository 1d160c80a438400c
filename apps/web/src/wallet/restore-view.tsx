'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Wallet } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { WithSecondKey, WithWords } from './restore/more-ways.tsx'
import { WithTrustedPerson } from './restore/with-trusted-person.tsx'
import { SeedFailure, type Shown, shown } from './with-wallet.tsx'

/** Brings the wallet to this device: by passkey, recovery file, second key, words, or with a trusted person. */
export function RestoreView({ hasPasskey }: { hasPasskey: boolean }) {
  const t = useTranslations('restore')
  const w = useTranslations('frame')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  const [restored, setRestored] = useState(false)
  async function attempt(work: () => Promise<unknown>) {
    setBusy(true)
    setFailure(null)
    try {
      await work()
      return true
    } catch (error) {
      setFailure(shown(error))
      window.scrollTo({ top: 0 })
      return false
    } finally {
      setBusy(false)
    }
  }
  async function whole(work: () => Promise<unknown>) {
    const went = await attempt(work)
    if (went) setRestored(true)
    return went
  }
  const restore = (work: (wallet: Wallet) => Promise<unknown>) =>
    whole(async () => work(await ask<Wallet>('GET', '/v1/wallet')))
  const withFile = (content: string) =>
    restore(async (wallet) => {
      const [{ readRecovery }, { restoreWithRecovery }] = await Promise.all([
        import('../custody/recovery.ts'),
        import('./keeper.ts'),
      ])
      await restoreWithRecovery(wallet, readRecovery(content))
    })
  const withPasskey = () =>
    restore(async (wallet) => {
      const { unlock } = await import('./keeper.ts')
      await unlock(wallet)
    })
  if (restored)
    return (
      <Notice
        tone="calm"
        title={t('done')}
        action={
          <>
            <ButtonLink size="small" href="/wallet" data-testid="restored">
              {t('toWallet')}
            </ButtonLink>
            <ButtonLink size="small" look="quiet" href="/wallet/recovery">
              {t('newFile')}
            </ButtonLink>
          </>
        }
      >
        {t('anew')}
      </Notice>
    )
  return (
    <div className="space-y-5">
      {failure && <SeedFailure failure={failure} back="/wallet/restore" onAgain={() => setFailure(null)} />}
      {hasPasskey && (
        <section className="card p-5 sm:p-6">
          <h2 className="text-title">{t('passkey')}</h2>
          <p className="mt-1 text-small text-soft">{t('passkeySays')}</p>
          <Button
            wide
            busy={busy}
            className="mt-5"
            onClick={() => void withPasskey()}
            data-testid="restore-passkey"
          >
            <Icon name="key" />
            {w('usePasskey')}
          </Button>
        </section>
      )}
      <section className="card p-5 sm:p-6">
        <h2 className="text-title">{t('file')}</h2>
        <p className="mt-1 text-small text-soft">{t('fileSays')}</p>
        <label className="mt-5 flex min-h-12 cursor-pointer items-center justify-center gap-2 rounded-full border border-edge px-5 font-semibold has-focus-visible:outline-3 has-focus-visible:outline-sea hover:bg-sunken">
          <Icon name="receipt" />
          {t('choose')}
          <input
            type="file"
            accept=".txt,text/plain"
            data-testid="recovery-file"
            className="sr-only"
            onChange={async (event) => {
              const file = event.target.files?.[0]
              if (file && file.size < 20_000) void withFile(await file.text())
            }}
          />
        </label>
        <label className="mt-4 block">
          <span className="text-small font-medium">{t('line')}</span>
          <textarea
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={3}
            dir="ltr"
            spellCheck={false}
            autoComplete="off"
            data-testid="recovery-input"
            className="mt-1 w-full rounded-field border border-edge bg-surface p-3 font-mono text-caption"
          />
        </label>
        <Button
          wide
          look="quiet"
          busy={busy}
          disabled={!text.trim()}
          className="mt-3"
          onClick={() => void withFile(text)}
          data-testid="restore-file"
        >
          {t('go')}
        </Button>
      </section>
      <WithSecondKey busy={busy} restore={whole} />
      <WithWords busy={busy} restore={whole} />
      {/* Making a key for somebody to bring restores nothing yet. */}
      <WithTrustedPerson busy={busy} attempt={attempt} restore={whole} />
      <p className="text-small text-soft">{t('neither')}</p>
    </div>
  )
}
