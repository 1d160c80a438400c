import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { KeysView } from '../../../wallet/keys/keys-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('keys'))('title') }
}

export default async function KeysPage() {
  const t = await wordsOf('keys')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/keys')
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Words rooms={['keys']}>
        <KeysView />
      </Words>
    </Page>
  )
}
