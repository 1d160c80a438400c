import type { Metadata } from 'next'
import { EndedView } from '../../../privacy/ended-view.tsx'
import { Page } from '../../../ui/page.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('ending'))('done.title'), robots: 'noindex' }
}

export default async function AccountDeleted() {
  const t = await wordsOf('ending')
  return (
    <Page title={t('done.title')} lead={t('done.lead')}>
      <Words rooms={['ending']}>
        <EndedView />
      </Words>
    </Page>
  )
}
