import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { SendView } from '../../../wallet/send-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('send.title') }
}

export default async function Send() {
  const t = await wordsOf('wallet')
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/send')
  return (
    <Page title={t('send.title')} lead={t('send.lead')}>
      <Words rooms={['wallet']}>
        <SendView />
      </Words>
    </Page>
  )
}
