import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/site-frame.tsx'
import { RecoveryView } from '../../../wallet/recovery-view.tsx'

export const metadata: Metadata = { title: 'Recovery file' }

export default async function Recovery() {
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/recovery')
  return (
    <Page title="Recovery file" lead="One part of your key, for you to keep somewhere else.">
      <RecoveryView />
    </Page>
  )
}
