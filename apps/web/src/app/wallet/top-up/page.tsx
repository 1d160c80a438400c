import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { TopUpView } from '../../../wallet/top-up-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('topUp') }
}

export default async function TopUp() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/top-up')
  return (
    <Page title={t('topUp')} lead={t('top.lead')}>
      <Words rooms={['wallet']}>
        <TopUpView />
      </Words>
    </Page>
  )
}
