import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Activity, Wallet } from '../../api/shapes.ts'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Page } from '../../ui/site-frame.tsx'
import { WalletView } from '../../wallet/wallet-view.tsx'

export const metadata: Metadata = { title: 'Wallet' }

export default async function WalletPage() {
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet')
  const [wallet, activity] = await Promise.all([
    tryFromServer<Wallet>('/v1/wallet'),
    tryFromServer<Activity>('/v1/wallet/activity'),
  ])
  return (
    <Page wide title="Wallet">
      {wallet.failure ? (
        <FailureNotice failure={wallet.failure} money="wallet" />
      ) : (
        <WalletView initial={wallet.answer} activity={activity.answer} session={session} />
      )}
    </Page>
  )
}
