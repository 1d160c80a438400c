import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { tryFromServer } from '../../../../api/server.ts'
import type { Intent, Receipt } from '../../../../api/shapes.ts'
import { ReceiptView } from '../../../../receipt/receipt-view.tsx'
import { planWords } from '../../../../shop/plan-words.ts'
import { FailureNotice } from '../../../../ui/failure-notice.tsx'
import { Page } from '../../../../ui/page.tsx'
import { formatsOfPage, wordsOf } from '../../../../words/language.ts'
import { Words } from '../../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('receipt'))('title') }
}

export default async function ReceiptPage({ params }: { params: Promise<{ intentId: string }> }) {
  const t = await wordsOf('receipt')
  const { intentId } = await params
  if (!/^0x[0-9a-fA-F]{64}$/.test(intentId)) notFound()
  const [receipt, intent] = await Promise.all([
    tryFromServer<Receipt>(`/v1/intents/${intentId}/receipt`),
    tryFromServer<Intent>(`/v1/intents/${intentId}`),
  ])
  const failure = receipt.failure ?? intent.failure
  if (failure?.status === 401) redirect(`/sign-in?return=${encodeURIComponent(`/esims/${intentId}/receipt`)}`)
  if (failure && failure.status < 500 && failure.status !== 0) notFound()
  if (!receipt.answer || !intent.answer)
    return (
      <Page title={t('title')}>
        {failure && <FailureNotice failure={failure} money="unknown" intentId={intentId} />}
      </Page>
    )
  const { plan } = intent.answer
  const words = planWords(await wordsOf('shop'), await formatsOfPage())
  return (
    <Words rooms={['receipt']}>
      <ReceiptView receipt={receipt.answer} title={words.title(plan)} />
    </Words>
  )
}
