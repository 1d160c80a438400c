import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Renewals } from '../../../api/shapes.ts'
import { RenewalsList } from '../../../journey/renewal/renewals-list.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('journey'))('renewal.listTitle') }
}

export default async function RenewalsPage() {
  const t = await wordsOf('journey')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/renewals')
  const { answer, failure } = await tryFromServer<Renewals>('/v1/renewals')
  return (
    <Page title={t('renewal.listTitle')} lead={t('renewal.listLead')}>
      {failure ? (
        <FailureNotice failure={failure} money="none" />
      ) : (
        <Words rooms={['journey', 'shop']}>
          <RenewalsList initial={answer} />
        </Words>
      )}
    </Page>
  )
}
