import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { tryFromServer } from '../../api/server.ts'
import type { Intent, Intents } from '../../api/shapes.ts'
import { isOver, STATE_WORDS } from '../../journey/steps.ts'
import { usageShown } from '../../journey/usage.ts'
import { Flags } from '../../shop/plan-card.tsx'
import { planTitle } from '../../shop/plan-words.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { FailureNotice } from '../../ui/failure-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Page } from '../../ui/site-frame.tsx'
import { When } from '../../ui/when.tsx'
import { bytes, short } from '../../words/format.ts'

export const metadata: Metadata = { title: 'My eSIMs' }

export default async function Esims() {
  const { answer, failure } = await tryFromServer<Intents>('/v1/intents')
  if (failure?.status === 401) redirect('/sign-in?return=/esims')
  const bought = (answer?.intents ?? []).filter((intent) => intent.state !== 'drafted')
  const now = bought.filter((intent) => !isOver(intent.state))
  const before = bought.filter((intent) => isOver(intent.state))
  return (
    <Page
      title="My eSIMs"
      aside={
        bought.length > 0 && (
          <ButtonLink size="small" href="/plans">
            Buy another
          </ButtonLink>
        )
      }
    >
      {failure && <FailureNotice failure={failure} money="unknown" />}
      {answer && bought.length === 0 && (
        <Empty icon="sim" title="No eSIM yet" action={<ButtonLink href="/plans">See the plans</ButtonLink>}>
          What you buy appears here, from the payment to the receipt.
        </Empty>
      )}
      <List name="Now" intents={now} />
      <List name="Before" intents={before} />
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

function Row({ intent }: { intent: Intent }) {
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
        <p className="text-body font-semibold">{planTitle(intent.plan)}</p>
        <p className="figures text-caption text-faint">
          <span>
            <When atMs={intent.createdAtMs} form="day" />
          </span>
          <span className="hidden sm:inline"> · {short(intent.intentId, 8, 4)}</span>
          {using && ` · ${bytes(shown.usedBytes)} used`}
        </p>
      </div>
      <Badge tone={toneOf(intent)}>{STATE_WORDS[intent.state]}</Badge>
      <Icon name="arrow" className="hidden size-5 text-faint sm:block" />
    </Link>
  )
}

function toneOf(intent: Intent) {
  if (intent.state === 'active') return 'sea'
  if (isOver(intent.state)) return 'plain'
  return 'amber'
}
