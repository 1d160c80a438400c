import type { Metadata } from 'next'
import { tryFromServer } from '../../api/server.ts'
import type { Plan } from '../../api/shapes.ts'
import { PlanSearch } from '../../shop/plan-search.tsx'
import { FailureInPage } from '../../ui/failure-in-page.tsx'
import { Page } from '../../ui/page.tsx'
import { CountryNames } from '../../words/country-names.tsx'
import { wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('shop'))('title') }
}

export default async function Plans({ searchParams }: { searchParams: Promise<{ q?: string | string[] }> }) {
  const t = await wordsOf('shop')
  const { q } = await searchParams
  const query = typeof q === 'string' ? q.slice(0, 80) : ''
  const { answer, failure } = await tryFromServer<{ plans: Plan[] }>('/v1/plans')
  return (
    <Page wide title={t('title')} lead={t('lead')}>
      {failure ? (
        <FailureInPage failure={failure} money="none" />
      ) : (
        <Words rooms={['shop']}>
          <CountryNames codes={answer.plans.flatMap(namedOn)}>
            <PlanSearch plans={answer.plans} initialQuery={query} />
          </CountryNames>
        </Words>
      )}
    </Page>
  )
}

/** The countries that a plan's card names. */
function namedOn({ countries, breakoutCountry }: Plan): string[] {
  return countries.length === 1 ? [...countries, breakoutCountry] : [breakoutCountry]
}
