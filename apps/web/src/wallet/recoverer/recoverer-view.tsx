'use client'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Wallet } from '../../api/shapes.ts'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Points } from '../../ui/points.tsx'
import { useFailureWords } from '../../words/failure-words.ts'
import { useFormats } from '../../words/use-formats.ts'
import { ChangeFailure } from '../change-failure.tsx'
import { useWalletState } from '../wallet-state.ts'
import { useSeed } from '../with-wallet.tsx'
import { NamedPerson } from './named-person.tsx'
import { NamingForm } from './naming-form.tsx'
import { RunningRecovery } from './running-recovery.tsx'
import type { Standing } from './standing.ts'
import { type Change, type Deed, ownerOf, useStanding } from './use-standing.ts'

/** Who may bring the wallet back, and a recovery under way with the way to stop it. */
export function RecovererView({ wallet }: { wallet: Wallet }) {
  const t = useTranslations('recoverer')
  const failureWords = useFailureWords()
  const walletState = useWalletState()
  const account = wallet.account ?? (walletState.step === 'ready' ? walletState.account : null)
  const { standing, failure: unread, look } = useStanding(account, ownerOf(wallet))
  const { busy, failure, run } = useSeed()
  const [done, setDone] = useState<Deed | null>(null)
  const outcome = useRef<HTMLDivElement>(null)
  const change: Change = async (deed, work) => {
    setDone(null)
    const went = await run(async (_, entropy, known) => {
      const [{ signerOf }, chain] = await Promise.all([
        import('../../chain/account.ts'),
        import('./standing.ts'),
      ])
      await work(chain, await signerOf(entropy, known))
      return true
    })
    await look()
    if (went) setDone(deed)
    // The button may stand a screen below of where it is told.
    outcome.current?.scrollIntoView({ block: 'center' })
    return went === true
  }
  if (!standing || !account)
    return unread ? (
      <FailureNotice failure={failureWords(unread)} money="none" onAgain={() => void look()} />
    ) : (
      <div role="status" data-testid="recoverer-reading">
        <Notice tone="plain" icon="clock" title={t('reading')}>
          {t('readingSays')}
        </Notice>
      </div>
    )
  if (!standing.opens)
    return (
      <Notice tone="trouble" icon="key" title={t('replaced')} testId="recoverer-replaced">
        {t('replacedSays')}
      </Notice>
    )
  const running = standing.dueAt > 0
  return (
    <div className="space-y-5" data-testid="recoverer" data-state={stateOf(standing)}>
      <div ref={outcome} className="space-y-5">
        <p
          role="status"
          className="text-small font-semibold text-sea empty:hidden"
          data-testid="recoverer-done"
        >
          {done && isStillTrue(done, standing) && t(`done.${done}`)}
        </p>
        {failure && (
          <ChangeFailure
            failure={failure}
            words={{
              failed: t('failed'),
              failedSays: t('failedSays'),
              unconfirmed: t('unconfirmed'),
              unconfirmedSays: t('unconfirmedSays'),
            }}
            back="/wallet/recoverer"
            onAgain={() => void look()}
          />
        )}
      </div>
      {running && <RunningRecovery standing={standing} busy={busy} change={change} />}
      {standing.recovererId ? (
        <NamedPerson standing={standing} id={standing.recovererId} busy={busy} change={change} />
      ) : (
        <section className="card p-5 sm:p-6">
          <h2 className="text-title">{t('none')}</h2>
          <p className="mt-1 text-small text-soft">{t('noneSays')}</p>
        </section>
      )}
      <Powers delaySeconds={standing.delaySeconds} />
      {/* While a recovery runs the account takes no other person. */}
      {!running && (
        <NamingForm wallet={wallet} account={account} standing={standing} busy={busy} change={change} />
      )}
    </div>
  )
}

/** What was done is told until something else comes of it. */
function isStillTrue(done: Deed, standing: Standing): boolean {
  const state = stateOf(standing)
  return done === 'stopped' ? state !== 'running' : state === (done === 'named' ? 'named' : 'none')
}

function stateOf({ dueAt, recovererId }: Standing): 'running' | 'named' | 'none' {
  if (dueAt > 0) return 'running'
  return recovererId ? 'named' : 'none'
}

/** Power and limits of whoever is named, said before anybody is. */
function Powers({ delaySeconds }: { delaySeconds: number }) {
  const t = useTranslations('recoverer')
  const delay = useFormats().duration(delaySeconds * 1000)
  const points = [
    ['key', t('can.ask')],
    ['clock', t('can.wait', { delay })],
    ['wallet', t('can.then')],
    ['shield', t('can.never')],
    ['eye', t('can.look')],
  ] as const
  return (
    <section className="card p-5 sm:p-6">
      <h2 className="text-title">{t('can.title')}</h2>
      <Points points={points} />
    </section>
  )
}
