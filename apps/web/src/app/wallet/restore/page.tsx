import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Wallet } from '../../../api/shapes.ts'
import { Page } from '../../../ui/page.tsx'
import { RestoreView } from '../../../wallet/restore-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('restore'))('title') }
}

export default async function Restore() {
  const t = await wordsOf('restore')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/restore')
  const { answer } = await tryFromServer<Wallet>('/v1/wallet')
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Words rooms={['restore']}>
        <RestoreView hasPasskey={answer?.shares.passkey ?? false} />
      </Words>
    </Page>
  )
}
