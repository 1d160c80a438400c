import type { Metadata } from 'next'
import { sessionOf, tryFromServer } from '../../api/server.ts'
import type { Sessions, Stored } from '../../api/shapes.ts'
import { ForgetMe } from '../../privacy/forget-me.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { When } from '../../ui/when.tsx'
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
          <ul className="card divide-y divide-line" aria-label={t('all')} data-testid="stored">
            {stored.answer.stored.map((row) => (
              <li
                key={`${row.what}${row.value}`}
                className="grid gap-x-6 gap-y-1 px-4 py-3.5 text-small sm:px-5 md:grid-cols-[11rem_1fr_15rem]"
              >
                <p className="font-semibold">
                  <bdi lang="en">{row.what}</bdi>
                  <span className="block font-mono text-caption font-normal break-all text-soft">
                    <bdi>{row.value}</bdi>
                  </span>
                </p>
                <p>
                  <bdi lang="en">{row.why}</bdi>
                </p>
                <p className="text-caption text-soft">
                  <span className="text-faint">{t('until')}</span> <bdi lang="en">{row.until}</bdi>
                </p>
              </li>
            ))}
            {stored.answer.stored.length === 0 && <li className="p-5 text-small">{t('empty')}</li>}
          </ul>
        )}
      </section>
      {sessions?.answer && (
        <section className="mb-10">
          <h2 className="mb-3 text-title">{t('where')}</h2>
          <Table
            caption={t('sessions')}
            rows={sessions.answer.sessions}
            keyOf={(row) => row.id}
            empty={t('nowhere')}
            columns={[
              {
                name: t('since'),
                cell: (row) => (
                  <span>
                    <When atMs={row.createdAtMs} />
                  </span>
                ),
              },
              {
                name: t('seen'),
                cell: (row) => (
                  <span>
                    <When atMs={row.seenAtMs} />
                  </span>
                ),
              },
              {
                name: t('ends'),
                cell: (row) => (
                  <span>
                    <When atMs={row.expiresAtMs} />
                  </span>
                ),
              },
              { name: '', cell: (row) => (row.current ? t('thisOne') : '') },
            ]}
          />
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
      {session.signedIn && (
        <Words rooms={['privacy']}>
          <ForgetMe />
        </Words>
      )}
    </Page>
  )
}
