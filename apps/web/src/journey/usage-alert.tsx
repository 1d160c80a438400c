'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { useFormats } from '../words/use-formats.ts'
import { useNoticeWords } from './notice-switch.tsx'
import {
  notify,
  notifying,
  type Remembered,
  remember,
  rememberedOf,
  stepReached,
  type Telling,
  tellMe,
  whatToSay,
} from './usage-notice.ts'

/** Where the same plan is bought once more: its sheet is open, and one confirmation is left. */
export function againHref(planId: string): string {
  return `/plans/${encodeURIComponent(planId)}?buy=1`
}

/** At 50, 80 and 90 %: what that means and what one can do; once a step, until it is put away on this device. */
export function UsageAlert({
  intentId,
  planId,
  usedPercent,
}: {
  intentId: string
  planId: string
  usedPercent: number
}) {
  const t = useTranslations('frame')
  const j = useTranslations('journey')
  const f = useFormats()
  const words = useNoticeWords()
  const [memory, setMemory] = useState<Remembered | null>(null)
  const [way, setWay] = useState<Telling>('no')
  const [announced, setAnnounced] = useState(false)
  const step = stepReached(usedPercent)
  const title = step === null ? '' : t('usage.reached', { percent: f.percent(step) })
  const body = t('usage.end')

  useEffect(() => {
    setMemory(rememberedOf(intentId))
    setWay(notifying())
  }, [intentId])

  useEffect(() => {
    if (memory === null || step === null || !whatToSay(step, memory).news) return
    const told = { ...memory, told: step }
    remember(intentId, told)
    setAnnounced(true)
    setMemory(told)
    // Where the push service tells it, once is enough.
    if (notifying() === 'open') void notify(intentId, title, body)
  }, [memory, step, intentId, title, body])

  function close() {
    if (memory === null || step === null) return
    const put = { ...memory, closed: step }
    remember(intentId, put)
    setMemory(put)
  }

  const shown = memory !== null && whatToSay(step, memory).shown
  return (
    // Only news is announced: a page that is opened again shows the notice and stays silent.
    <div aria-live={announced ? 'polite' : 'off'}>
      {shown && (
        <div className="mt-4" data-testid="usage-alert" data-step={step}>
          <Notice
            tone="wait"
            title={title}
            action={
              <>
                <ButtonLink size="small" look="quiet" href={againHref(planId)} data-testid="buy-again">
                  {j('again')}
                </ButtonLink>
                <ButtonLink size="small" look="plain" href="/plans">
                  {t('seePlans')}
                </ButtonLink>
                {way === 'off' && (
                  <Button
                    size="small"
                    look="plain"
                    onClick={() => void tellMe(words).then(setWay)}
                    data-testid="usage-notify"
                  >
                    {t('usage.notify')}
                  </Button>
                )}
                <Button size="small" look="plain" onClick={close} data-testid="usage-alert-close">
                  {t('close')}
                </Button>
              </>
            }
          >
            <p>{body}</p>
            {(way === 'open' || way === 'push') && <p className="mt-1 text-caption">{j(`notices.${way}`)}</p>}
          </Notice>
        </div>
      )}
    </div>
  )
}
