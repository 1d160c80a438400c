'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Sheet } from '../../ui/sheet.tsx'
import type { Do } from './deeds.ts'
import { Good } from './good.tsx'
import type { Keys } from './use-keys.ts'

/** The key that was made in a browser, and changing it. */
export function SeedCard({ keys, busy, act }: { keys: Keys; busy: string | null; act: Do }) {
  const t = useTranslations('keys')
  const [asking, setAsking] = useState(false)
  const { wallet, here } = keys
  async function change() {
    await act('change', async () => {
      const { changeKey } = await import('./new-key.ts')
      const { sealed } = await changeKey()
      return sealed === false ? 'changedUnsealed' : 'changed'
    })
    setAsking(false)
  }
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="seed">
      <h2 id="seed" className="text-title">
        {t('seed.title')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('seed.says')}</p>
      <ul className="mt-3 space-y-2">
        <Good is={wallet.opens}>{wallet.opens ? t('signs') : t('seed.replaced')}</Good>
        <Good is={here}>{here ? t('seed.here') : t('seed.elsewhere')}</Good>
      </ul>
      <div className="mt-4 flex flex-wrap gap-3">
        {here && wallet.opens ? (
          <Button
            size="small"
            look="quiet"
            disabled={busy !== null}
            onClick={() => setAsking(true)}
            data-testid="change-key"
          >
            {t('change.open')}
          </Button>
        ) : (
          <ButtonLink size="small" href="/wallet/restore">
            {t('seed.restore')}
          </ButtonLink>
        )}
      </div>
      <p className="mt-3 text-caption text-faint">{t('seed.stays')}</p>
      <Sheet
        open={asking}
        onClose={() => setAsking(false)}
        title={t('change.title')}
        testId="change-key-sheet"
      >
        <p className="text-small text-soft">{t('change.says')}</p>
        <p className="mt-3 text-small text-soft">{t('change.old')}</p>
        {wallet.shares.passkey && <p className="mt-3 text-small text-soft">{t('change.touches')}</p>}
        <div className="mt-5 space-y-3">
          <Button
            wide
            busy={busy === 'change'}
            onClick={() => void change()}
            data-testid="change-key-confirm"
          >
            {t('change.yes')}
          </Button>
          <Button wide look="quiet" onClick={() => setAsking(false)} disabled={busy !== null}>
            {t('change.no')}
          </Button>
        </div>
        <p role="status" className="mt-3 text-caption text-faint">
          {busy === 'change' ? t('change.busy') : t('free')}
        </p>
      </Sheet>
    </section>
  )
}
