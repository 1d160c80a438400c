'use client'
import { useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Hex } from '../../api/shapes.ts'
import { DigitsForm } from '../../trust/digits-form.tsx'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { AddressInHalves } from '../address/address-field.tsx'

/**
 * The last look before somebody is named. Whoever controls a chat can swap the address in it and would be named instead: so
 * the digits that the person sees are typed, or the owner says that no message lay between (decision 0024).
 */
export function NamingCheck({
  account,
  chosen,
  delay,
  busy,
  onName,
  onStop,
}: {
  account: Hex
  chosen: Hex
  delay: string
  busy: boolean
  onName: () => void
  onStop: () => void
}) {
  const t = useTranslations('recoverer')
  const [same, setSame] = useState(false)
  const [met, setMet] = useState(false)
  return (
    <>
      <p className="rounded-field bg-sunken p-3 text-small" data-testid="recoverer-chosen">
        <AddressInHalves address={chosen} />
      </p>
      <p className="mt-3 text-small text-soft">{t('sure.says', { delay })}</p>
      <div role="status" className="empty:hidden">
        {same && (
          <div className="mt-4">
            <Notice tone="calm" icon="check" title={t('digits.same')} testId="naming-same" />
          </div>
        )}
      </div>
      {!same && (
        <>
          <p className="mt-3 text-small text-soft">{t('digits.says')}</p>
          {!met && (
            <DigitsForm
              account={account}
              of={chosen}
              words={{
                field: t('digits.field'),
                short: t('digits.short'),
                differ: t('digits.differ'),
                differSays: t('digits.differSays'),
                go: t('digits.go'),
              }}
              testId="naming"
              onSame={() => setSame(true)}
            />
          )}
          <label className="mt-4 flex min-h-11 cursor-pointer items-start gap-3 text-small">
            <input
              type="checkbox"
              checked={met}
              onChange={(event) => setMet(event.target.checked)}
              className="mt-0.5 size-6 shrink-0 accent-(--sea)"
              data-testid="naming-met"
            />
            {t('digits.met')}
          </label>
        </>
      )}
      <div className="mt-5 space-y-3">
        <Button wide busy={busy} disabled={!same && !met} onClick={onName} data-testid="recoverer-confirm">
          {t('sure.yes')}
        </Button>
        <Button wide look="quiet" onClick={onStop} disabled={busy}>
          {t('sure.no')}
        </Button>
      </div>
      <p className="mt-3 text-caption text-faint">{t('free')}</p>
    </>
  )
}
