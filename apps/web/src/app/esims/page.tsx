import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { tryFromServer } from '../../api/server.ts'
import type { Intent, Intents } from '../../api/shapes.ts'
import { isOver } from '../../journey/steps.ts'
import { usageShown } from '../../journey/usage.ts'
import { KeptPage } from '../../offline/kept-page.tsx'
import { planWords } from '../../shop/plan-words.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Flags } from '../../ui/flags.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Link } from '../../ui/link.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Page } from '../../ui/page.tsx'
import { When } from '../../ui/when.tsx'
import { short } from '../../words/format.ts'
import { formatsOfPage, wordsOf } from '../../words/language.ts'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await wordsOf('journey'))('title') }
}

export default async function Esims() {
  const t = await wordsOf('journey')
  const w = await wordsOf('frame')
  const { answer, failure } = await tryFromServer<Intents>('/v1/intents')
  if (failure?.status === 401) redirect('/sign-in?return=/esims')
  const bought = (answer?.intents ?? []).filter((intent) => intent.state !== 'drafted')
  const now = bought.filter((intent) => !isOver(intent.state))
  const before = bought.filter((intent) => isOver(intent.state))
  return (
    <Page
      title={t('title')}
      aside={
        bought.length > 0 && (
          <ButtonLink size="small" href="/plans">
            {t('buyAnother')}
          </ButtonLink>
        )
      }
    >
      {failure && <FailureNotice failure={failure} money="unknown" />}
      {answer && <KeptPage path="/esims" />}
      {answer && bought.length === 0 && (
        <Empty
          icon="sim"
          title={t('empty.title')}
          action={<ButtonLink href="/plans">{w('seePlans')}</ButtonLink>}
        >
          {t('empty.says')}
        </Empty>
      )}
      <List name={t('now')} intents={now} />
      <List name={t('before')} intents={before} />
    </Page>
  )
}

function List({ name, intents }: { name: string; intents: Intent[] }) {
  if (intents.length === 0) return null
  return (
    <section className="mb-8">
      <h2 className="mb-3 text-small font-semibold text-soft">{name}</h2>
      <ul className="space-y-3">
        {intents.map((intent) => (
          <li key={intent.intentId}>
            <Row intent={intent} />
          </li>
        ))}
      </ul>
    </section>
  )
}

async function Row({ intent }: { intent: Intent }) {
  const t = await wordsOf('journey')
  const f = await formatsOfPage()
  const plan = planWords(await wordsOf('shop'), f)
  const shown = usageShown(intent)
  const using = intent.state === 'active' || intent.state === 'finishing' || intent.state === 'settled'
  return (
    <Link
      href={`/esims/${intent.intentId}`}
      data-testid="esim"
      data-intent={intent.intentId}
      className="card flex items-center gap-4 p-4 transition-shadow hover:shadow-sheet sm:p-5"
    >
      <Flags countries={intent.plan.countries} />
      <div className="min-w-0 flex-1">
        <p className="text-body font-semibold">{plan.title(intent.plan)}</p>
        <p className="figures text-caption text-faint">
          <span>
            <When atMs={intent.createdAtMs} form="day" />
          </span>
          <span className="hidden sm:inline">
            {' · '}
            <bdi dir="ltr">{short(intent.intentId, 8, 4)}</bdi>
          </span>
          {using && ` · ${t('usedShort', { data: f.bytes(shown.usedBytes) })}`}
        </p>
      </div>
      <Badge tone={toneOf(intent)}>{t(`states.${intent.state}`)}</Badge>
      <Icon name="arrow" className="hidden size-5 text-faint sm:block" />
    </Link>
  )
}

function toneOf(intent: Intent) {
  if (intent.state === 'active') return 'sea'
  if (isOver(intent.state)) return 'plain'
  return 'amber'
}
