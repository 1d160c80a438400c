import type { Metadata } from 'next'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Sessions, Stored } from '../../api/shapes.ts'
import { SessionsTable } from '../../privacy/sessions-table.tsx'
import { StoredGroups } from '../../privacy/stored-groups.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { KeepExit } from '../../wallet/keep-exit.tsx'
import { wordsOf } from '../../words/language.ts'
import { Words } from '../../words/words.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('privacy'))('title') }
}

const NEVER = ['name', 'ip', 'serial', 'visits', 'key'] as const

export default async function Privacy() {
  const t = await wordsOf('privacy')
  const session = await sessionOf()
  const [stored, sessions] = session.signedIn
    ? await Promise.all([tryFromServer<Stored>('/v1/privacy'), tryFromServer<Sessions>('/v1/auth/sessions')])
    : [null, null]
  return (
    <Page wide title={t('title')} lead={t('lead')}>
      <section className="mb-10">
        {!session.signedIn && (
          <Notice
            tone="plain"
            title={t('nothing')}
            action={
              <ButtonLink size="small" href="/sign-in?return=/privacy">
                {t('look')}
              </ButtonLink>
            }
          >
            {t('cookies')}
          </Notice>
        )}
        {stored?.failure && <FailureNotice failure={stored.failure} money="none" />}
        {stored?.answer && (
          <Words rooms={['privacy']}>
            <StoredGroups groups={stored.answer.groups} />
          </Words>
        )}
      </section>
      {sessions?.failure && <FailureNotice failure={sessions.failure} money="none" />}
      {sessions?.answer && (
        <section className="mb-10">
          <h2 className="mb-3 text-title">{t('where')}</h2>
          <Words rooms={['privacy']}>
            <SessionsTable sessions={sessions.answer.sessions} />
          </Words>
        </section>
      )}
      <div className="grid gap-6 md:grid-cols-2">
        <section className="card p-6">
          <h2 className="text-title">{t('never.title')}</h2>
          <ul className="mt-3 list-disc space-y-2 ps-5 text-small text-soft">
            {NEVER.map((line) => (
              <li key={line}>{t(`never.${line}`)}</li>
            ))}
          </ul>
        </section>
        <section className="card p-6">
          <h2 className="text-title">{t('stays.title')}</h2>
          <p className="mt-3 text-small text-soft">{t('stays.says')}</p>
        </section>
      </div>
      <KeepExit />
      {session.signedIn && (
        <section className="mt-10 border-t border-line pt-8">
          <h2 className="text-title">{t('forget.title')}</h2>
          <p className="mt-2 max-w-2xl text-small text-soft">{t('forget.first')}</p>
          <ButtonLink look="danger" size="small" className="mt-4" href="/privacy/delete" data-testid="forget">
            {t('forget.button')}
          </ButtonLink>
        </section>
      )}
    </Page>
  )
}
