import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Wallet } from '../../../api/shapes.ts'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { ExportView } from '../../../wallet/export-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('export.short'), robots: 'noindex' }
}

/** Reached by a full page load only, so that its stricter policy (see proxy.ts) is in force. */
export default async function ExportPage() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/export')
  const { answer, failure } = await tryFromServer<Wallet>('/v1/wallet')
  return (
    <Page title={t('export.title')} lead={t('export.lead')}>
      {failure ? (
        <FailureNotice failure={failure} money="wallet" />
      ) : (
        <Words rooms={['wallet']}>
          <ExportView session={session} hasPasskey={answer.shares.passkey} />
        </Words>
      )}
    </Page>
  )
}
