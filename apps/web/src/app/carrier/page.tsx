import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { CarrierBooks, Network } from '../../api/shapes.ts'
import { OpenNotice } from '../../dashboards/frame.tsx'
import { CarrierView } from '../../dashboards/in-browser.tsx'
import { Page } from '../../ui/page.tsx'

export const metadata: Metadata = { title: 'For carriers' }

export default async function CarrierViewPage() {
  const [{ answer }, network] = await Promise.all([
    tryFromServer<CarrierBooks>('/v1/carrier/dashboard'),
    tryFromServer<Network>('/v1/network'),
  ])
  return (
    <Page
      english
      wide
      title="For carriers"
      lead="Orders, money, keys and radio of each book. Every figure is a row, every payout a transaction."
    >
      {network.answer?.local && <OpenNotice />}
      <CarrierView initial={answer} />
    </Page>
  )
}
