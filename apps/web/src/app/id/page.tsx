import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Profiles, Wallet } from '../../api/shapes.ts'
import { IdView } from '../../id/id-view.tsx'
import type { Named } from '../../id/named.ts'
import { planWords } from '../../shop/plan-words.ts'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { formatsOfPage, wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('id'))('title') }
}

export default async function IdPage({ searchParams }: { searchParams: Promise<{ code?: string }> }) {
  const t = await wordsOf('id')
  const [session, { code: given }] = await Promise.all([sessionOf(), searchParams])
  const asked = typeof given === 'string' ? given.toUpperCase() : ''
  const code = /^[2-9A-HJKMNP-Z]{6}$/.test(asked) ? asked : null
  const here = code ? `/id?code=${code}` : '/id'
  if (!session.signedIn) redirect(`/sign-in?return=${encodeURIComponent(here)}`)
  const [wallet, profiles] = await Promise.all([
    tryFromServer<Wallet>('/v1/wallet'),
    session.account ? tryFromServer<Profiles>('/v1/profiles') : { answer: NOTHING, failure: null },
  ])
  return (
    <Page title={t('title')} lead={t('lead')}>
      {profiles.failure && <FailureNotice failure={profiles.failure} money="none" />}
      {wallet.failure ? (
        <FailureNotice failure={wallet.failure} money="none" />
      ) : (
        <Words rooms={['id']}>
          <IdView
            wallet={wallet.answer}
            profiles={profiles.answer}
            named={await namesOf(profiles.answer)}
            code={code}
          />
        </Words>
      )}
    </Page>
  )
}

/** What somebody has whose wallet is being made. */
const NOTHING: Profiles = { preference: 'balanced', inUse: null, profiles: [] }

/** The purchases in the reader's language, so that the browser needs no words of the shop for them. */
async function namesOf(profiles: Profiles | null): Promise<Named> {
  const plan = planWords(await wordsOf('shop'), await formatsOfPage())
  const states = await wordsOf('journey')
  const named = (profiles?.profiles ?? []).map(
    (intent) =>
      [intent.intentId, { title: plan.title(intent.plan), state: states(`states.${intent.state}`) }] as const,
  )
  return Object.fromEntries(named)
}
