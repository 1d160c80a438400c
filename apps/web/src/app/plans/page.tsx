import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { Plan } from '../../api/shapes.ts'
import { PlanSearch } from '../../shop/plan-search.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Page } from '../../ui/site-frame.tsx'

export const metadata: Metadata = { title: 'Plans' }

export default async function Plans({ searchParams }: { searchParams: Promise<{ q?: string | string[] }> }) {
  const { q } = await searchParams
  const query = typeof q === 'string' ? q.slice(0, 80) : ''
  const { answer, failure } = await tryFromServer<{ plans: Plan[] }>('/v1/plans')
  return (
    <Page
      wide
      title="Plans"
      lead="Prices are all in. Whatever you do not use comes back, where the plan says so."
    >
      {failure ? (
        <FailureNotice failure={failure} money="none" />
      ) : (
        <PlanSearch plans={answer.plans} initialQuery={query} />
      )}
    </Page>
  )
}
