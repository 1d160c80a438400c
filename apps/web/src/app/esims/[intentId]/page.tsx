import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { tryFromServer } from '../../../api/server.ts'
import type { Intent } from '../../../api/shapes.ts'
import { PurchaseView } from '../../../journey/purchase-view.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/site-frame.tsx'

export const metadata: Metadata = { title: 'Your eSIM' }

export default async function PurchasePage({ params }: { params: Promise<{ intentId: string }> }) {
  const { intentId } = await params
  if (!/^0x[0-9a-fA-F]{64}$/.test(intentId)) notFound()
  const { answer, failure } = await tryFromServer<Intent>(`/v1/intents/${intentId}`)
  if (failure?.status === 401) redirect(`/sign-in?return=${encodeURIComponent(`/esims/${intentId}`)}`)
  if (failure && failure.status < 500 && failure.status !== 0) notFound()
  if (failure)
    return (
      <Page title="Your eSIM">
        <FailureNotice failure={failure} money="unknown" intentId={intentId} />
      </Page>
    )
  return <PurchaseView initial={answer} />
}
