'use client'
import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button } from '../ui/button.tsx'
import { useFormats } from '../words/use-formats.ts'
import type { NoticeWords } from './push-subscription.ts'
import { notifying, renewNotices, stopNotices, type Telling, tellMe } from './usage-notice.ts'

const PERCENTS = [50, 80, 90] as const
const RENEWALS = [
  'renewed',
  'renewal-undelivered',
  'renewal-price',
  'renewal-balance',
  'renewal-limit',
  'renewal-ended',
] as const

/** What the service worker says while no page is open. */
export function useNoticeWords(): NoticeWords {
  const t = useTranslations('frame')
  const j = useTranslations('journey')
  const f = useFormats()
  return useMemo(() => {
    const refunded = { title: j('notices.refunded'), body: j('notices.refundedSays') }
    const usage = PERCENTS.map((percent) => [
      `usage-${percent}`,
      { title: t('usage.reached', { percent: f.percent(percent) }), body: t('usage.end') },
    ])
    const renewals = RENEWALS.map((about) => [
      about,
      { title: j(`renewal.notices.${about}.title`), body: j(`renewal.notices.${about}.says`) },
    ])
    return { ...Object.fromEntries([...usage, ...renewals]), refunded }
  }, [t, j, f])
}

/** Whether this device is told of a purchase, and how far that reaches; one tap turns it on or off. */
export function NoticeSwitch() {
  const j = useTranslations('journey')
  const words = useNoticeWords()
  const [way, setWay] = useState<Telling>('no')
  const [busy, setBusy] = useState(false)

  useEffect(() => {
    setWay(notifying())
    // A subscription runs out where nobody renews it, and its words follow the language of the page.
    void renewNotices(words).then(setWay)
  }, [words])

  async function change(to: () => Promise<Telling>) {
    setBusy(true)
    setWay(await to())
    setBusy(false)
  }

  if (way === 'no') return null
  const isOn = way === 'open' || way === 'push'
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="notices" data-testid="notices" data-way={way}>
      <h2 id="notices" className="text-title">
        {j('notices.title')}
      </h2>
      <p className="mt-2 text-small text-soft" role="status">
        {j(`notices.${way}`)}
      </p>
      {way !== 'blocked' && (
        <Button
          size="small"
          look="quiet"
          className="mt-3"
          busy={busy}
          onClick={() => void change(isOn ? stopNotices : () => tellMe(words))}
          data-testid="notices-switch"
        >
          {isOn ? j('notices.stop') : j('notices.start')}
        </Button>
      )}
    </section>
  )
}
