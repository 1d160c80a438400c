'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { useFormats } from '../words/use-formats.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

const SAID = 'gesim-clock-said'

/** Says once a visit that the device's clock is wrong: no harm here, since everything goes by the server's time. */
export default function ClockNotice({ wrongMs }: { wrongMs: number }) {
  const t = useTranslations('frame')
  const f = useFormats()
  const [said, setSaid] = useState(() => sessionStorage.getItem(SAID) !== null)
  if (said) return null
  const by = { duration: f.duration(Math.abs(wrongMs)) }
  function close() {
    sessionStorage.setItem(SAID, '1')
    setSaid(true)
  }
  return (
    <div role="status" className="mx-auto max-w-5xl px-4 pt-6 sm:px-6" data-testid="clock-notice">
      <Notice
        tone="wait"
        title={wrongMs > 0 ? t('clock.slow', by) : t('clock.fast', by)}
        action={
          <Button size="small" look="quiet" onClick={close}>
            {t('close')}
          </Button>
        }
      >
        {t('clock.says')}
      </Notice>
    </div>
  )
}
