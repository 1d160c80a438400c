'use client'
import { useTranslations } from 'use-intl/react'
import type { Intent, Remainder } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { useNow } from '../ui/use-now.ts'
import { When } from '../ui/when.tsx'

const LOOK_EVERY_MS = 5_000

/** The rest of a finished purchase, which its payer can take as soon as a final root holds the last charge. */
export function RestNow({
  intent,
  busy,
  sent,
  onTake,
}: {
  intent: Intent
  busy: boolean
  sent: boolean
  onTake: (remainder: Remainder) => void
}) {
  const t = useTranslations('journey')
  const now = useNow()
  const { data } = usePolled<Remainder>(`/v1/intents/${intent.intentId}/remainder`, null, LOOK_EVERY_MS)
  if (!data) return null
  const itselfAtMs = data.returnsItselfAt * 1000
  return (
    <>
      <Button
        wide
        look="quiet"
        className="mt-4"
        busy={busy}
        disabled={sent}
        onClick={() => onTake(data)}
        data-testid="take-rest"
      >
        <Icon name="back_money" />
        {sent ? t('money.coming') : t('money.restNow')}
      </Button>
      {now !== null && itselfAtMs > now && (
        <p className="mt-3 text-caption text-faint">
          {t.rich('money.restItself', { when: () => <When atMs={itselfAtMs} /> })}
        </p>
      )}
    </>
  )
}
