import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf } from '../../../api/server.ts'
import { Page } from '../../../ui/page.tsx'
import { BuyWithCard } from '../../../wallet/card/buy-with-card.tsx'
import { FeesView } from '../../../wallet/fees/fees-view.tsx'
import { readGift } from '../../../wallet/fees/gift.ts'
import { TopUpView } from '../../../wallet/top-up-view.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('wallet'))('topUp') }
}

export default async function TopUp({
  searchParams,
}: {
  searchParams: Promise<{ order?: string | string[]; gift?: string | string[] }>
}) {
  const t = await wordsOf('wallet')
  const asked = await searchParams
  const order = typeof asked.order === 'string' ? asked.order.slice(0, 36) : null
  const gift = readGift(typeof asked.gift === 'string' ? asked.gift : null)
  // Whoever comes back from a provider, or by the link of a gift, may have to sign in on the way.
  const kept = new URLSearchParams({ ...(order ? { order } : {}), ...(gift ? { gift } : {}) }).toString()
  const here = kept ? `/wallet/top-up?${kept}` : '/wallet/top-up'
  const session = await sessionOf()
  if (!session.signedIn) redirect(`/sign-in?return=${encodeURIComponent(here)}`)
  return (
    <Page title={t('topUp')} lead={t('top.lead')}>
      <Words rooms={['wallet']}>
        <TopUpView />
        <BuyWithCard returned={order} />
        <FeesView gift={gift} back={here} />
      </Words>
    </Page>
  )
}
