import type { Metadata } from 'next'
import { sessionOf } from '../../api/server.ts'
import { readTrustLink } from '../../trust/trust-link.ts'
import { TrustView } from '../../trust/trust-view.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('trust'))('title') }
}

/** For the person whom somebody trusts: opened from a link, also by one who has never been here. */
export default async function Trust({
  searchParams,
}: {
  searchParams: Promise<{ account?: string | string[]; key?: string | string[] }>
}) {
  const t = await wordsOf('trust')
  const link = readTrustLink(await searchParams)
  const { signedIn } = await sessionOf()
  return (
    <Page title={t('title')} lead={t(link?.key ? 'leadRescue' : 'lead')}>
      {link ? (
        <Words rooms={['trust']}>
          <TrustView link={link} signedIn={signedIn} />
        </Words>
      ) : (
        <Notice tone="trouble" title={t('broken.title')} testId="trust-broken">
          {t('broken.says')}
        </Notice>
      )}
    </Page>
  )
}
