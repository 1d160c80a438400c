'use client'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl/react'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Hex, Intent, Profiles, Quote } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { ButtonLink } from '../ui/button.tsx'
import { FailureNotice } from '../ui/failure-notice.tsx'
import { Flags } from '../ui/flags.tsx'
import { Link } from '../ui/link.tsx'
import { Empty } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'
import { daysFromActivation } from './lasts.ts'
import type { Named } from './named.ts'

type Qos = Quote['qos']
const CHOICES = ['balanced', 'cheapest', 'chat', 'video'] as const satisfies readonly Qos[]

/** Usage and switching on are heard of within this time. */
const LOOK_MS = 15_000

/** The person's eSIMs, the one in use, and what matters most for each and for the next. */
export function ProfilesCard({ first, named }: { first: Profiles; named: Named }) {
  const t = useTranslations('id')
  const { data, refresh } = usePolled<Profiles>('/v1/profiles', first, LOOK_MS)
  const { preference, inUse, profiles } = data ?? first
  const carriers = useCarriers(profiles)
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="esims" data-testid="profiles">
      <h2 id="esims" className="text-title">
        {t('esims.title')}
      </h2>
      {profiles.length === 0 ? (
        <div className="mt-4">
          <Empty
            icon="sim"
            title={t('esims.none')}
            action={<ButtonLink href="/plans">{t('esims.plans')}</ButtonLink>}
          >
            {t('esims.noneSays')}
          </Empty>
        </div>
      ) : (
        <>
          <p className="mt-1 text-small text-soft">{t('esims.means')}</p>
          <ul className="mt-3 divide-y divide-line">
            {profiles.map((intent) => (
              <Profile
                key={intent.intentId}
                intent={intent}
                name={named[intent.intentId]}
                inUse={inUse?.intentId === intent.intentId ? inUse : null}
                carrier={carriers?.get(intent.intentId)}
                onChanged={refresh}
              />
            ))}
          </ul>
        </>
      )}
      <div className="mt-4 border-t border-line pt-4">
        <Preference
          label={t('preference.label')}
          testId="preference"
          value={preference}
          path="/v1/preference"
          onChanged={refresh}
        />
        <p className="mt-1 text-caption text-soft">{t('preference.says')}</p>
      </div>
    </section>
  )
}

/** What the chain says of the purchases that are on; null until it has said it. */
function useCarriers(profiles: readonly Intent[]): ReadonlyMap<Hex, number | null> | null {
  const [carriers, setCarriers] = useState<ReadonlyMap<Hex, number | null> | null>(null)
  const on = profiles.filter(({ state }) => state === 'active')
  const which = on.map(({ intentId }) => intentId).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when others are on, not with every answer
  useEffect(() => {
    if (on.length === 0) return
    let stays = true
    import('./chain-facts.ts')
      .then(({ readCarriers }) => readCarriers(on))
      .then((found) => stays && setCarriers(found))
      // The token's card says that the chain does not answer, and asks again; here only the line is missing.
      .catch(() => stays && setCarriers(null))
    return () => {
      stays = false
    }
  }, [which])
  return carriers
}

function Profile({
  intent,
  name,
  inUse,
  carrier,
  onChanged,
}: {
  intent: Intent
  name: Named[string] | undefined
  inUse: Profiles['inUse']
  carrier: number | null | undefined
  onChanged: () => Promise<void>
}) {
  const t = useTranslations('id')
  const f = useFormats()
  const { plan, book } = intent
  const days = daysFromActivation(intent)
  return (
    <li
      className="py-4"
      data-testid="profile"
      data-intent={intent.intentId}
      data-qos={intent.qos}
      data-in-use={inUse?.by ?? 'no'}
    >
      <div className="flex flex-wrap items-center gap-3">
        <Flags countries={plan.countries} />
        <Link href={`/esims/${intent.intentId}`} className="min-w-0 flex-1 font-semibold hover:underline">
          {name?.title ?? plan.name}
        </Link>
        <Badge tone={intent.state === 'active' ? 'sea' : 'amber'}>{name?.state ?? t('esims.changing')}</Badge>
        {inUse && (
          <Badge tone="sky" icon="antenna">
            {t('esims.inUse')}
          </Badge>
        )}
      </div>
      {inUse && (
        <p className="mt-2 text-small text-soft">
          {t.rich(`esims.by.${inUse.by}`, { time: () => <When atMs={inUse.atMs} /> })}
        </p>
      )}
      <dl className="mt-2 grid gap-2 text-small sm:grid-cols-2">
        <div>
          <dt className="text-caption text-faint">{t('esims.carrier')}</dt>
          <dd>
            {book === undefined
              ? t('esims.notChosen')
              : f.list(plan.networks.map((network) => `${network.name} (${network.generation})`))}
          </dd>
          {typeof carrier === 'number' && (
            <dd className="text-caption text-sea" data-testid="on-chain">
              {t('esims.onChain', { number: f.count(carrier) })}
            </dd>
          )}
          {carrier === null && <dd className="text-caption text-soft">{t('esims.notOnChain')}</dd>}
        </div>
        <div>
          <dt className="text-caption text-faint">{t(days === null ? 'esims.until' : 'esims.lasts')}</dt>
          <dd data-testid="lasts">
            {days === null ? (
              <When atMs={intent.deadline * 1000} form="day" />
            ) : (
              t('esims.fromActivation', { days: days })
            )}
          </dd>
        </div>
      </dl>
      <Preference
        label={t('esims.matters')}
        testId="profile-qos"
        value={intent.qos}
        path={`/v1/intents/${intent.intentId}/preference`}
        onChanged={onChanged}
      />
      <p className="mt-1 text-caption text-soft">
        {intent.books.length > 1 ? t('esims.next') : t('esims.only')}
      </p>
    </li>
  )
}

/** What matters most, kept as soon as it is chosen. */
function Preference({
  label,
  testId,
  value,
  path,
  onChanged,
}: {
  label: string
  testId: string
  value: Qos
  path: string
  onChanged: () => Promise<void>
}) {
  const t = useTranslations('id')
  const [wanted, setWanted] = useState<Qos | null>(null)
  const [saved, setSaved] = useState(false)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  async function choose(qos: Qos) {
    setWanted(qos)
    setSaved(false)
    setFailure(null)
    try {
      await ask('PUT', path, { body: { qos } })
      await onChanged()
      setSaved(true)
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      setFailure(error)
    } finally {
      // From here on what the server says is shown, also where it kept the old one.
      setWanted(null)
    }
  }
  return (
    <>
      <label className="mt-3 flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-small">
        <span>{label}</span>
        <select
          value={wanted ?? value}
          disabled={wanted !== null}
          data-testid={testId}
          data-saved={saved}
          onChange={(event) => void choose(event.target.value as Qos)}
          className="min-h-11 min-w-0 rounded-field border border-edge bg-surface px-3 font-medium"
        >
          {CHOICES.map((qos) => (
            <option key={qos} value={qos}>
              {t(`qos.${qos}`)}
            </option>
          ))}
        </select>
      </label>
      <p role="status" className="text-caption text-sea">
        {saved ? t('preference.saved') : ''}
      </p>
      {failure && (
        <div className="mt-2">
          <FailureNotice failure={failure} money="none" back="/id" onAgain={() => setFailure(null)} />
        </div>
      )}
    </>
  )
}
