import type { Stored } from '../api/shapes.ts'
import { When } from '../ui/when.tsx'
import { formatsOfPage, wordsOf } from '../words/language.ts'
import { Download } from './download.tsx'

type Group = Stored['groups'][number]
type Field = Group['fields'][number]

/** Rows of a group on the page; the file has all of them. */
const ROWS_SHOWN = 10

/** Everything stored about the traveller: one part a table of the database, each with why and until when. */
export async function StoredGroups({ groups }: { groups: readonly Group[] }) {
  const t = await wordsOf('privacy')
  const { count } = await formatsOfPage()
  return (
    <>
      <div className="card divide-y divide-line" data-testid="stored">
        {groups.map((group) => (
          <details key={group.group} data-group={group.group} className="px-4 text-small sm:px-5">
            <summary className="flex min-h-12 cursor-pointer items-center justify-between gap-4 py-2">
              <span className="font-semibold">{t(`groups.${group.group}`)}</span>
              <span className="figures text-caption text-soft">{count(group.total)}</span>
            </summary>
            <div className="space-y-3 pb-5">
              <p>{t(`whys.${group.why}`)}</p>
              <p className="text-caption text-soft">
                <span className="text-faint">{t('until')}</span> {t(`untils.${group.until}`)}
              </p>
              {group.rows.slice(0, ROWS_SHOWN).map((row) => (
                <dl
                  key={JSON.stringify(row)}
                  className="grid gap-x-6 gap-y-1 rounded-field bg-sunken px-4 py-3 sm:grid-cols-[12rem_1fr]"
                >
                  {group.fields
                    .filter(({ field }) => row[field] !== undefined)
                    .map((field) => (
                      <div key={field.field} className="contents">
                        <dt className="text-caption text-soft">{t(`fields.${field.field}`)}</dt>
                        <dd className="mb-1 min-w-0 text-caption sm:mb-0">
                          <Value field={field} value={row[field.field]!} />
                        </dd>
                      </div>
                    ))}
                </dl>
              ))}
              {group.total > ROWS_SHOWN && (
                <p className="text-caption text-soft">
                  {t('more', { shown: count(ROWS_SHOWN), total: count(group.total) })}
                </p>
              )}
            </div>
          </details>
        ))}
        {groups.length === 0 && <p className="p-5 text-small">{t('empty')}</p>}
      </div>
      {groups.length > 0 && <Download />}
    </>
  )
}

async function Value({ field, value }: { field: Field; value: string }) {
  const t = await wordsOf('privacy')
  const { usdc, bytes } = await formatsOfPage()
  if (field.kind === 'time') return <When atMs={Date.parse(value)} />
  if (field.kind === 'sealed') return t('sealed')
  if (field.kind === 'micros') return <span className="figures">{`${usdc(value)} USDC`}</span>
  if (field.kind === 'octets') return <span className="figures">{bytes(value)}</span>
  return (
    <bdi dir="ltr" className="block max-h-32 overflow-y-auto font-mono break-all">
      {value}
    </bdi>
  )
}
