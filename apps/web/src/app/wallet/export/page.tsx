import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Wallet } from '../../../api/shapes.ts'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/site-frame.tsx'
import { ExportView } from '../../../wallet/export-view.tsx'

export const metadata: Metadata = { title: 'Take the key', robots: 'noindex' }

/** Reached by a full page load only, so that its stricter policy (see proxy.ts) is in force. */
export default async function ExportPage() {
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/export')
  const { answer, failure } = await tryFromServer<Wallet>('/v1/wallet')
  return (
    <Page
      title="Take the key with you"
      lead="Twelve words that open this wallet in other software, without GeSIM."
    >
      {failure ? (
        <FailureNotice failure={failure} money="wallet" />
      ) : (
        <ExportView session={session} hasPasskey={answer.shares.passkey} />
      )}
    </Page>
  )
}
