import type { Metadata } from 'next'
import { sessionOf, tryFromServer } from '../../../api/server.ts'
import type { EndingPreview } from '../../../api/shapes.ts'
import { EndView } from '../../../privacy/end-view.tsx'
import { WhatGoes } from '../../../privacy/what-goes.tsx'
import { WhoAsks } from '../../../privacy/who-asks.tsx'
import { FailureNotice } from '../../../ui/failure-notice.tsx'
import { Page } from '../../../ui/page.tsx'
import { wordsOf } from '../../../words/language.ts'
import { Words } from '../../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('ending'))('title'), robots: 'noindex' }
}

export default async function DeleteAccount() {
  const t = await wordsOf('ending')
  const session = await sessionOf()
  const preview = session.signedIn ? await tryFromServer<EndingPreview>('/v1/privacy/ending') : null
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Words rooms={['ending']}>
        {!preview && <WhoAsks />}
        {preview?.failure && <FailureNotice failure={preview.failure} money="wallet" />}
        {preview?.answer && (
          <EndView preview={preview.answer} freshUntilMs={session.freshUntilMs ?? 0}>
            <WhatGoes groups={preview.answer.groups} />
          </EndView>
        )}
      </Words>
    </Page>
  )
}
