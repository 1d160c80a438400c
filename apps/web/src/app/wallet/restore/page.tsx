import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Wallet } from '../../../api/shapes.ts'
import { Page } from '../../../ui/site-frame.tsx'
import { RestoreView } from '../../../wallet/restore-view.tsx'

export const metadata: Metadata = { title: 'Restore the wallet' }

export default async function Restore() {
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/restore')
  const { answer } = await tryFromServer<Wallet>('/v1/wallet')
  return (
    <Page
      title="Restore the wallet"
      lead="For a device that holds no part of the key yet. Two of three parts are needed."
    >
      <RestoreView hasPasskey={answer?.shares.passkey ?? false} />
    </Page>
  )
}
