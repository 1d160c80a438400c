import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { Decisions, Network } from '../../api/shapes.ts'
import { DecisionsView } from '../../dashboards/decisions-view.tsx'
import { OpenNotice } from '../../dashboards/frame.tsx'
import { Page } from '../../ui/page.tsx'

export const metadata: Metadata = { title: 'Automatic decisions' }

export default async function DecisionsViewPage() {
  const [{ answer }, network] = await Promise.all([
    tryFromServer<Decisions>('/v1/advisor/decisions?limit=50'),
    tryFromServer<Network>('/v1/network'),
  ])
  return (
    <Page
      english
      wide
      title="Automatic decisions"
      lead="What the software chose or advised, and why. Each reason can be read, each input is fixed by its hash."
    >
      {network.answer?.local && <OpenNotice />}
      <DecisionsView initial={answer} />
    </Page>
  )
}
