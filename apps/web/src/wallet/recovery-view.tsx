'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ask } from '../api/ask.ts'
import { type RecoveryShare, recoveryFile, recoveryLine } from '../custody/recovery.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { Qr } from '../ui/qr.tsx'
import { SeedFailure, useSeed } from './with-wallet.tsx'

/** Makes a fresh recovery share, as a file to keep or a picture to print. */
export function RecoveryView() {
  const t = useTranslations('wallet')
  const { busy, failure, run } = useSeed()
  const [share, setShare] = useState<RecoveryShare | null>(null)
  const [saved, setSaved] = useState(false)
  const make = () =>
    run(async (account, entropy) => {
      const { renewShares } = await import('./keeper.ts')
      setShare(await renewShares(account, entropy))
    })
  async function save() {
    if (!share) return
    const today = new Date().toISOString().slice(0, 10)
    const file = new Blob([recoveryFile(share, t('recovery.inFile', { date: today }))], {
      type: 'text/plain;charset=utf-8',
    })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = `gesim-recovery-${share.account.slice(2, 8)}.txt`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
    await done()
  }
  async function done() {
    await ask('POST', '/v1/wallet/recovery-saved')
    setSaved(true)
  }
  if (failure) return <SeedFailure failure={failure} back="/wallet/recovery" onAgain={() => void make()} />
  if (!share)
    return (
      <div className="card p-5 sm:p-6">
        <ul className="space-y-3 text-small text-soft">
          <Point>{t('recovery.part')}</Point>
          <Point>{t('recovery.together')}</Point>
          <Point>{t('recovery.replaces')}</Point>
        </ul>
        <Button wide busy={busy} className="mt-6" onClick={() => void make()} data-testid="make-recovery">
          {t('recovery.make')}
        </Button>
      </div>
    )
  return (
    <div className="space-y-5">
      <div className="card grid gap-6 p-5 sm:grid-cols-[16rem_1fr] sm:p-6">
        <Qr text={recoveryLine(share)} label={t('recovery.qr')} testId="recovery-qr" />
        <div className="flex flex-col gap-3">
          <p className="text-small text-soft">{t('recovery.keep')}</p>
          <Button wide onClick={save} data-testid="save-recovery">
            <Icon name="download" />
            {t('recovery.save')}
          </Button>
          <Button
            wide
            look="quiet"
            onClick={() => {
              window.print()
              void done()
            }}
          >
            <Icon name="print" />
            {t('recovery.print')}
          </Button>
          <p
            dir="ltr"
            data-testid="recovery-text"
            className="rounded-field bg-sunken p-3 font-mono text-caption break-all"
          >
            {recoveryLine(share)}
          </p>
        </div>
      </div>
      {saved && (
        <Notice
          tone="calm"
          title={t('recovery.kept')}
          action={
            <ButtonLink size="small" href="/wallet" data-testid="recovery-done">
              {t('back')}
            </ButtonLink>
          }
        >
          {t('recovery.keptSays')}
        </Notice>
      )}
    </div>
  )
}

function Point({ children }: { children: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <Icon name="shield" className="mt-0.5 size-5 text-sea" />
      {children}
    </li>
  )
}
