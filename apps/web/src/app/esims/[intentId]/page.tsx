import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { tryFromServer } from '../../../api/server.ts'
import type { Intent } from '../../../api/shapes.ts'
import { PurchaseView } from '../../../journey/purchase-view.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('journey'))('one') }
}

export default async function PurchasePage({ params }: { params: Promise<{ intentId: string }> }) {
  const t = await wordsOf('journey')
  const { intentId } = await params
  if (!/^0x[0-9a-fA-F]{64}$/.test(intentId)) notFound()
  const { answer, failure } = await tryFromServer<Intent>(`/v1/intents/${intentId}`)
  if (failure?.status === 401) redirect(`/sign-in?return=${encodeURIComponent(`/esims/${intentId}`)}`)
  if (failure && failure.status < 500 && failure.status !== 0) notFound()
  if (failure)
    return (
      <Page title={t('one')}>
        <FailureNotice failure={failure} money="unknown" intentId={intentId} />
      </Page>
    )
  return (
    <Words rooms={['shop', 'journey']}>
      <PurchaseView initial={answer} />
    </Words>
  )
}
