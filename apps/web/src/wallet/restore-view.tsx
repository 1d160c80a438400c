'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import type { Wallet } from '../api/shapes.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { SeedFailure, type Shown, shown } from './with-wallet.tsx'

/** Brings the wallet to this device: by passkey, or by the recovery file together with the sign-in. */
export function RestoreView({ hasPasskey }: { hasPasskey: boolean }) {
  const t = useTranslations('wallet')
  const w = useTranslations('frame')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  const [restored, setRestored] = useState(false)
  async function restore(work: (wallet: Wallet) => Promise<unknown>) {
    setBusy(true)
    setFailure(null)
    try {
      await work(await ask<Wallet>('GET', '/v1/wallet'))
      setRestored(true)
    } catch (error) {
      setFailure(shown(error))
    } finally {
      setBusy(false)
    }
  }
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
        title={t('restore.done')}
        action={
          <>
            <ButtonLink size="small" href="/wallet" data-testid="restored">
              {t('restore.toWallet')}
            </ButtonLink>
            <ButtonLink size="small" look="quiet" href="/wallet/recovery">
              {t('restore.newFile')}
            </ButtonLink>
          </>
        }
      >
        {t('restore.anew')}
      </Notice>
    )
  return (
    <div className="space-y-5">
      {failure && <SeedFailure failure={failure} back="/wallet/restore" onAgain={() => setFailure(null)} />}
      {hasPasskey && (
        <section className="card p-5 sm:p-6">
          <h2 className="text-title">{t('restore.passkey')}</h2>
          <p className="mt-1 text-small text-soft">{t('restore.passkeySays')}</p>
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
        <h2 className="text-title">{t('restore.file')}</h2>
        <p className="mt-1 text-small text-soft">{t('restore.fileSays')}</p>
        <label className="mt-5 flex min-h-12 cursor-pointer items-center justify-center gap-2 rounded-full border border-edge px-5 font-semibold has-focus-visible:outline-3 has-focus-visible:outline-sea hover:bg-sunken">
          <Icon name="receipt" />
          {t('restore.choose')}
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
          <span className="text-small font-medium">{t('restore.line')}</span>
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
          {t('restore.go')}
        </Button>
      </section>
      <p className="text-small text-soft">{t('restore.neither')}</p>
    </div>
  )
}
