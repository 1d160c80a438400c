'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { type Shown, shown } from '../wallet/with-wallet.tsx'
import { everyRow } from './every-row.ts'

/** The same as on the page, and every row of it, as a file. */
export function Download() {
  const t = useTranslations('privacy')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  async function save() {
    setBusy(true)
    setFailure(null)
    try {
      const file = new Blob([JSON.stringify(await everyRow(), null, 2)], { type: 'application/json' })
      const link = document.createElement('a')
      link.href = URL.createObjectURL(file)
      link.download = 'gesim-stored-about-me.json'
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    } catch (error) {
      setFailure(shown(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="mt-4 space-y-4">
      <Button look="quiet" size="small" busy={busy} onClick={save} data-testid="download-stored">
        {t('download')}
      </Button>
      {failure && <FailureNotice failure={failure} money="none" onAgain={save} />}
    </div>
  )
}
