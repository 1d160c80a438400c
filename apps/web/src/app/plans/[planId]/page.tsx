import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { Plan, Quote } from '../../../api/shapes.ts'
import { PlanDetail } from '../../../shop/plan-detail.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { CountryNames } from '../../../words/country-names.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('shop'))('plan') }
}

export default async function PlanPage({
  params,
  searchParams,
}: {
  params: Promise<{ planId: string }>
  searchParams: Promise<{ buy?: string }>
}) {
  const t = await wordsOf('shop')
  const [{ planId }, { buy }, session] = await Promise.all([params, searchParams, sessionOf()])
  const [{ answer, failure }, preferred] = await Promise.all([
    tryFromServer<Plan>(`/v1/plans/${encodeURIComponent(decodeURIComponent(planId))}`),
    // Who has no wallet yet prefers nothing yet.
    session.account ? tryFromServer<Pick<Quote, 'qos'>>('/v1/preference') : null,
  ])
  if (failure?.status === 404) notFound()
  if (failure)
    return (
      <Page title={t('plan')}>
        <FailureNotice failure={failure} money="none" />
      </Page>
    )
  return (
    <Words rooms={['shop']}>
      <CountryNames codes={[...answer.countries, answer.breakoutCountry]}>
        <PlanDetail
          plan={answer}
          signedIn={session.signedIn}
          openSheet={buy === '1'}
          preferred={preferred?.answer?.qos ?? 'balanced'}
        />
      </CountryNames>
    </Words>
  )
}
