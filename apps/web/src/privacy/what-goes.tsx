import type { EndingPreview } from '../api/shapes.ts'
import { formatsOfPage, wordsOf } from '../words/language.ts'

type Group = EndingPreview['groups'][number]

const GOES = ['signIn', 'keys', 'sessions', 'shop', 'device', 'token'] as const
const STAYS = ['chain', 'books', 'short'] as const

/** What a deletion takes and what it leaves, in words, with the tables themselves for who wants to see them. */
export async function WhatGoes({ groups }: { groups: readonly Group[] }) {
  const t = await wordsOf('ending')
  return (
    <div className="grid gap-6 md:grid-cols-2">
      <section className="card p-5 sm:p-6">
        <h2 className="text-title">{t('goes.title')}</h2>
        <ul className="mt-3 list-disc space-y-2 ps-5 text-small text-soft">
          {GOES.map((line) => (
            <li key={line}>{t(`goes.${line}`)}</li>
          ))}
        </ul>
        <Tables title={t('goes.list')} groups={groups.filter(({ deleted }) => deleted)} testId="goes" />
      </section>
      <section className="card p-5 sm:p-6">
        <h2 className="text-title">{t('stays.title')}</h2>
        <ul className="mt-3 list-disc space-y-2 ps-5 text-small text-soft">
          {STAYS.map((line) => (
            <li key={line}>{t(`stays.${line}`)}</li>
          ))}
        </ul>
        <Tables
          ends
          title={t('stays.list')}
          groups={groups.filter(({ deleted }) => !deleted)}
          testId="stays"
        />
      </section>
    </div>
  )
}

/** The tables behind the words; with `ends`, until when each keeps its rows. */
async function Tables({
  title,
  groups,
  ends,
  testId,
}: {
  title: string
  groups: readonly Group[]
  ends?: boolean
  testId: string
}) {
  const p = await wordsOf('privacy')
  const { count } = await formatsOfPage()
  if (groups.length === 0) return null
  return (
    <details className="mt-4 border-t border-line pt-3 text-small" data-testid={testId}>
      <summary className="flex min-h-11 cursor-pointer items-center font-semibold">{title}</summary>
      <dl className="divide-y divide-line">
        {groups.map(({ group, total, until }) => (
          <div key={group} className="py-2" data-group={group}>
            <dt className="flex justify-between gap-4">
              {p(`groups.${group}`)}
              <span className="figures text-caption text-faint">{count(total)}</span>
            </dt>
            {ends && <dd className="text-caption text-soft">{p(`untils.${until}`)}</dd>}
          </div>
        ))}
      </dl>
    </details>
  )
}
