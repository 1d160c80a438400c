import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { RecoveryView } from '../../../wallet/recovery-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('ways.file') }
}

export default async function Recovery() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/recovery')
  return (
    <Page title={t('ways.file')} lead={t('recovery.lead')}>
      <Words rooms={['wallet']}>
        <RecoveryView />
      </Words>
    </Page>
  )
}
