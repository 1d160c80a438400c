import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { BuyWithCard } from '../../../wallet/card/buy-with-card.tsx'
import { TopUpView } from '../../../wallet/top-up-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('topUp') }
}

export default async function TopUp({
  searchParams,
}: {
  searchParams: Promise<{ order?: string | string[] }>
}) {
  const t = await wordsOf('wallet')
  const { order } = await searchParams
  const session = await sessionOf()
  if (!session.signedIn) redirect('/sign-in?return=/wallet/top-up')
  return (
    <Page title={t('topUp')} lead={t('top.lead')}>
      <Words rooms={['wallet']}>
        <TopUpView />
        <BuyWithCard returned={typeof order === 'string' ? order.slice(0, 36) : null} />
      </Words>
    </Page>
  )
}
