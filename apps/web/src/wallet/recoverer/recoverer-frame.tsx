'use client'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Wallet } from '../../api/shapes.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { Link } from '../../ui/link.tsx'
import { Notice } from '../../ui/notice.tsx'
import { When } from '../../ui/when.tsx'
import { ownerOf, useStanding } from './use-standing.ts'

/** Around the wallet page: above it a recovery that runs or took effect in plain sight, else below it the quiet way to a trusted person. */
export function RecovererFrame({ wallet, children }: { wallet: Wallet; children: ReactNode }) {
  const t = useTranslations('recoverer')
  const { standing } = useStanding(wallet.account ?? null, ownerOf(wallet))
  const running = standing !== null && standing.dueAt > 0 && standing.opens
  return (
    <div className="space-y-5">
      {running && (
        <Notice
          tone="trouble"
          icon="clock"
          testId="recovery-alarm"
          title={t('running.title')}
          action={
            <ButtonLink size="small" href="/wallet/recoverer">
              {t('running.see')}
            </ButtonLink>
          }
        >
          {t.rich('running.until', { when: () => <When atMs={standing.dueAt * 1000} /> })}
        </Notice>
      )}
      {standing !== null && !standing.opens && (
        <Notice tone="trouble" icon="key" title={t('replaced')} testId="wallet-replaced">
          {t('replacedSays')}
        </Notice>
      )}
      {children}
      {!running && (
        <p className="text-small text-soft">
          {t.rich('link', {
            link: (words) => (
              <Link className="prose-link" href="/wallet/recoverer" data-testid="recoverer-link">
                {words}
              </Link>
            ),
          })}
        </p>
      )}
    </div>
  )
}
