'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import { Button } from '../ui/button.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { SeedFailure, type Shown, shown } from '../wallet/with-wallet.tsx'

/** Deletes what is stored here: sessions, the key part, sealed keys. */
export function ForgetMe() {
  const t = useTranslations('privacy')
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  async function forget() {
    setBusy(true)
    setFailure(null)
    try {
      await ask('DELETE', '/v1/privacy')
      const { lock } = await import('../wallet/keeper.ts')
      lock()
      location.assign('/')
    } catch (error) {
      setFailure(shown(error))
      setBusy(false)
    }
  }
  return (
    <section className="mt-10 border-t border-line pt-8">
      <h2 className="text-title">{t('forget.title')}</h2>
      <p className="mt-2 max-w-2xl text-small text-soft">{t('forget.first')}</p>
      <Button
        look="danger"
        size="small"
        className="mt-4"
        onClick={() => setAsking(true)}
        data-testid="forget"
      >
        {t('forget.button')}
      </Button>
      <Sheet open={asking} onClose={() => setAsking(false)} title={t('forget.ask')} testId="forget-sheet">
        <p className="text-small text-soft">{t('forget.says')}</p>
        {failure && (
          <div className="mt-4">
            <SeedFailure failure={failure} back="/privacy" onAgain={forget} />
          </div>
        )}
        <div className="mt-5 space-y-3">
          <Button wide look="danger" busy={busy} onClick={forget} data-testid="forget-confirm">
            {t('forget.yes')}
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(false)} disabled={busy}>
            {t('forget.no')}
          </Button>
        </div>
      </Sheet>
    </section>
  )
}
