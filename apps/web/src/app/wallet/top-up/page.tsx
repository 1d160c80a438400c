import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/site-frame.tsx'
import { TopUpView } from '../../../wallet/top-up-view.tsx'

export const metadata: Metadata = { title: 'Top up' }

export default async function TopUp() {
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/top-up')
  return (
    <Page title="Top up" lead="Send USDC from an exchange or another wallet. It arrives within a minute.">
      <TopUpView />
    </Page>
  )
}
