import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { SpendingView } from '../../../api/shapes.ts'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { LimitsView } from '../../../wallet/limits/limits-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('limits.title') }
}

export default async function LimitsPage() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/limits')
  const { answer, failure } = await tryFromServer<SpendingView>('/v1/wallet/limits')
  return (
    <Page title={t('limits.title')} lead={t('limits.lead')}>
      {failure ? (
        <FailureNotice failure={failure} money="none" />
      ) : (
        <Words rooms={['wallet']}>
          <LimitsView initial={answer} />
        </Words>
      )}
    </Page>
  )
}
