import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Wallet } from '../../../api/shapes.ts'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { RecovererView } from '../../../wallet/recoverer/recoverer-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('recoverer'))('title') }
}

export default async function Recoverer() {
  const t = await wordsOf('recoverer')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/recoverer')
  const { answer, failure } = await tryFromServer<Wallet>('/v1/wallet')
  return (
    <Page title={t('title')} lead={t('lead')}>
      {failure ? (
        <FailureNotice failure={failure} money="wallet" />
      ) : (
        <Words rooms={['recoverer']}>
          <RecovererView wallet={answer} />
        </Words>
      )}
    </Page>
  )
}
