import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { FinanceSummary, Network } from '../../api/shapes.ts'
import { FinanceView } from '../../dashboards/finance-view.tsx'
import { OpenNotice } from '../../dashboards/frame.tsx'
import { Page } from '../../ui/page.tsx'

export const metadata: Metadata = { title: 'Finance' }

export default async function FinanceViewPage() {
  const [{ answer }, network] = await Promise.all([
    tryFromServer<FinanceSummary>('/v1/finance/summary'),
    tryFromServer<Network>('/v1/network'),
  ])
  return (
    <Page
      english
      wide
      title="Finance"
      lead="Where every cent is, and whether chain, journal and ledger agree."
    >
      {network.answer?.local && <OpenNotice />}
      <FinanceView initial={answer} />
    </Page>
  )
}
