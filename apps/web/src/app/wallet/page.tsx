import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Activity, Wallet } from '../../api/shapes.ts'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { KeepExit } from '../../wallet/keep-exit.tsx'
import { RecovererFrame } from '../../wallet/recoverer/recoverer-frame.tsx'
import { WalletView } from '../../wallet/wallet-view.tsx'
import { wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('title') }
}

export default async function WalletPage() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet')
  const [wallet, activity] = await Promise.all([
    tryFromServer<Wallet>('/v1/wallet'),
    tryFromServer<Activity>('/v1/wallet/activity'),
  ])
  return (
    <Page wide title={t('title')}>
      {wallet.failure ? (
        <FailureNotice failure={wallet.failure} money="wallet" />
      ) : (
        <Words rooms={['wallet', 'recoverer']}>
          <RecovererFrame wallet={wallet.answer}>
            <WalletView initial={wallet.answer} activity={activity.answer} session={session} />
          </RecovererFrame>
        </Words>
      )}
      <KeepExit />
    </Page>
  )
}
