import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Plan } from '../../../api/shapes.ts'
import { PlanDetail } from '../../../shop/plan-detail.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/site-frame.tsx'

export const metadata: Metadata = { title: 'Plan' }

export default async function PlanPage({
  params,
  searchParams,
}: {
  params: Promise<{ planId: string }>
  searchParams: Promise<{ buy?: string }>
}) {
  const [{ planId }, { buy }, session] = await Promise.all([params, searchParams, sessionOf()])
  const { answer, failure } = await tryFromServer<Plan>(
    `/v1/plans/${encodeURIComponent(decodeURIComponent(planId))}`,
  )
  if (failure?.status === 404) notFound()
  if (failure)
    return (
      <Page title="Plan">
        <FailureNotice failure={failure} money="none" />
      </Page>
    )
  return <PlanDetail plan={answer} signedIn={session.signedIn} openSheet={buy === '1'} />
}
