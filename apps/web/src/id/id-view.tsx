'use client'
import { useEffect } from 'react'
import { useTranslations } from 'use-intl/react'
import type { Profiles, Wallet } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Notice } from '../ui/notice.tsx'
import { useWalletState } from '../wallet/wallet-state.ts'
import { useFailureWords } from '../words/failure-words.ts'
import type { Named } from './named.ts'
import { ProfilesCard } from './profiles-card.tsx'
import { QuestionCard } from './question-card.tsx'
import { TokenCard } from './token-card.tsx'

/** How often a token that is not on the chain yet is looked for. */
const LOOK_MS = 5_000

/** The GeSIM ID: the eSIMs with what matters for them, a network's question, the token and its document. */
export function IdView({
  wallet: first,
  profiles,
  named,
  code,
}: {
  wallet: Wallet
  profiles: Profiles | null
  named: Named
  code: string | null
}) {
  const t = useTranslations('id')
  const failureWords = useFailureWords()
  const walletState = useWalletState()
  const { data, refresh } = usePolled<Wallet>('/v1/wallet', first, first.identity ? null : LOOK_MS)
  const wallet = data ?? first
  useEffect(() => {
    if (walletState.step === 'ready') void refresh()
  }, [walletState.step, refresh])
  if (!wallet.account)
    return walletState.step === 'failed' ? (
      <FailureNotice failure={failureWords(walletState)} money="none" onAgain={() => location.reload()} />
    ) : (
      <div role="status">
        <Notice tone="plain" icon="wallet" title={t('making')}>
          {t('makingSays')}
        </Notice>
      </div>
    )
  return (
    <div className="space-y-5" data-testid="id">
      {code && <QuestionCard code={code} named={named} />}
      {profiles && <ProfilesCard first={profiles} named={named} />}
      <TokenCard account={wallet.account} identity={wallet.identity} />
      {!code && <QuestionCard code={null} named={named} />}
    </div>
  )
}
