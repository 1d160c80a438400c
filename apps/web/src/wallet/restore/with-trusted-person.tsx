'use client'
import dynamic from 'next/dynamic'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { type RescueLink, trustPath } from '../../trust/trust-link.ts'
import { useRescue } from '../../trust/use-rescue.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { When } from '../../ui/when.tsx'
import type { Restore } from './more-ways.tsx'

const LinkToShare = dynamic(() => import('../link-to-share.tsx').then((one) => one.LinkToShare))
const OwnDigits = dynamic(() => import('./own-digits.tsx').then((one) => one.OwnDigits))

/** With whoever was named as trusted: a new key is made here, they ask for it, and after the wait it opens the wallet. */
export function WithTrustedPerson({
  busy,
  attempt,
  restore,
}: {
  busy: boolean
  attempt: Restore
  restore: Restore
}) {
  const t = useTranslations('restore')
  // Undefined until it is known whether a key waits here already: a second one would not be the one in the link that was sent.
  const [link, setLink] = useState<RescueLink | null | undefined>(undefined)
  useEffect(() => {
    // What cannot be read now is looked for at the next visit; a new key can be made all the same.
    import('./brought-key.ts').then((brought) => brought.keyUnderWay()).then(setLink, () => setLink(null))
  }, [])
  const { rescue } = useRescue(link ?? null, null)
  const make = () =>
    void attempt(async () => {
      const { keyToBring } = await import('./brought-key.ts')
      setLink(await keyToBring())
    })
  const open = () =>
    void restore(async () => {
      const { openBrought } = await import('./brought-key.ts')
      await openBrought()
    })
  const step = rescue?.step ?? null
  const when = () => <When atMs={(rescue?.dueAt ?? 0) * 1000} className="font-semibold text-ink" />
  return (
    <section
      className="card p-5 sm:p-6"
      aria-labelledby="person"
      data-testid="restore-person"
      data-step={link === null ? 'none' : (step ?? '')}
    >
      <h2 id="person" className="text-title">
        {t('person')}
      </h2>
      <p className="mt-1 text-small text-soft">{t('personSays')}</p>
      {link === null && (
        <Button wide look="quiet" busy={busy} className="mt-4" onClick={make} data-testid="make-key-to-bring">
          {t('personMake')}
        </Button>
      )}
      {link && step !== 'waiting' && step !== 'due' && step !== 'done' && (
        <div className="mt-5 space-y-5">
          <LinkToShare
            path={trustPath(link)}
            label={t('personLink')}
            qr={t('personQr')}
            testId="key-to-bring"
          />
          <OwnDigits link={link} />
          {step === 'other' && (
            <Notice tone="trouble" icon="clock" title={t('personOther')} testId="person-other">
              {t.rich('personOtherSays', { when })}
            </Notice>
          )}
          <p className="text-small text-soft">{t('personNext')}</p>
        </div>
      )}
      <div role="status" className="empty:hidden">
        {(step === 'waiting' || step === 'due') && (
          <div className="mt-4" data-testid="person-waiting">
            <Notice
              tone="wait"
              icon="clock"
              title={step === 'due' ? t('personDue') : t.rich('personWaits', { when })}
            >
              {step === 'due' ? t('personDueSays') : t('personWaitsSays')}
            </Notice>
          </div>
        )}
        {step === 'done' && (
          <div className="mt-4">
            <Notice tone="calm" icon="check" title={t('personDone')}>
              {t('personDoneSays')}
            </Notice>
          </div>
        )}
      </div>
      {link && step === 'due' && (
        <div className="mt-4">
          <LinkToShare
            path={trustPath(link)}
            label={t('personLink')}
            qr={t('personQr')}
            testId="key-to-bring"
          />
        </div>
      )}
      {step === 'done' && (
        <Button wide busy={busy} className="mt-4" onClick={open} data-testid="open-brought">
          {t('personOpen')}
        </Button>
      )}
    </section>
  )
}
