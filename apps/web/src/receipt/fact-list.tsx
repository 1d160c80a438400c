import { useTranslations } from 'use-intl/react'
import { Hash } from '../ui/copy.tsx'
import { When } from '../ui/when.tsx'
import { useFormats } from '../words/use-formats.ts'
import { type FactName, isFactName } from './fact-names.ts'
import type { Checked } from './own-checks.ts'

/** The states of a purchase as the escrow names them. */
const STATES = ['None', 'Created', 'Held', 'Open', 'Exiting', 'Closed'] as const
/** What closed a purchase, as the escrow's event says it. */
const REASONS = ['1', '2', '3'] as const

/** What of an agreement differs, by the name that the list has for it; what has none shows in the hash alone. */
const DIFFERS: Readonly<Record<string, FactName>> = { maxDeposit: 'capMicros', plan: 'planHash' }

/** Facts that are moments, in seconds since 1970. */
const TIMES = ['activatedAt', 'agreementsSince', 'payBy', 'provisionBy', 'deadline']

/** What a check rests on, each with its name in the reader's language. */
export function FactList({ facts }: { facts: Checked['facts'] }) {
  const t = useTranslations('receipt')
  return (
    <dl className="mt-2 grid items-baseline gap-x-4 gap-y-1 sm:grid-cols-[11rem_1fr]">
      {Object.entries(facts)
        .filter(([, value]) => value !== '')
        .map(([key, value]) => {
          const name = isFactName(key) ? t(`facts.${key}`) : key
          return (
            <div key={key} className="contents">
              <dt className="text-faint">{name}</dt>
              <dd className="figures min-w-0">
                <Fact of={key} name={name} value={value} />
              </dd>
            </div>
          )
        })}
    </dl>
  )
}

function Fact({ of, name, value }: { of: string; name: string; value: string | number }) {
  const t = useTranslations('receipt')
  const f = useFormats()
  const text = String(value)
  if (/^0x[0-9a-fA-F]{20,}$/.test(text)) return <Hash value={text} label={name} />
  if (of === 'differs')
    return <>{t(`facts.${DIFFERS[text] ?? (isFactName(text) ? text : 'agreementHash')}`)}</>
  const state = of === 'state' && STATES.find((one) => one === text)
  if (state) return <>{t(`states.${state}`)}</>
  const reason = of === 'reason' && REASONS.find((one) => one === text)
  if (reason) return <>{t(`reasons.${reason}`)}</>
  if (!/^\d+$/.test(text)) return <bdi>{value}</bdi>
  if (/Micros$|^(?:amount|funded|gross|fee|charged|refunded)$/.test(of)) return <>{f.usdc(text)} USDC</>
  if (of === 'bytes') return <>{f.bytes(text)}</>
  if (of === 'shareBps') return <>{f.percent(Number(value) / 100)}</>
  if (TIMES.includes(of)) return <When atMs={Number(value) * 1000} form="both" />
  return <bdi>{value}</bdi>
}
