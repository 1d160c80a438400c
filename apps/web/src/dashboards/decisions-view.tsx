'use client'
import type { Decisions } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { Badge } from '../ui/badge.tsx'
import { Hash } from '../ui/copy.tsx'
import { Link } from '../ui/link.tsx'
import { Empty } from '../ui/notice.tsx'
import { When } from '../ui/when.tsx'
import { short } from '../words/format.ts'
import { percent } from './figures.ts'
import { Answer } from './frame.tsx'

type Decision = Decisions['decisions'][number]

const KINDS = {
  switch: { name: 'Choice of a network', tone: 'sea' },
  anomaly: { name: 'Unusual usage', tone: 'amber' },
  prewarm: { name: 'Profiles made ready', tone: 'sky' },
} as const

/** What was decided or advised by rule, each with its reason: nothing is decided that cannot be read here. */
export function DecisionsView({ initial, most }: { initial: Decisions | null; most?: number }) {
  const polled = usePolled<Decisions>('/v1/advisor/decisions?limit=50', initial, 6000)
  return (
    <Answer of={polled}>
      {({ decisions }) =>
        decisions.length === 0 ? (
          <Empty icon="auto" title="Nothing decided yet">
            With the first purchase a network is chosen, and the reason stands here.
          </Empty>
        ) : (
          <ol className="space-y-3" data-testid="decisions">
            {decisions.slice(0, most).map((decision) => (
              <li key={decision.id} className="card p-4 sm:p-5">
                <DecisionRow decision={decision} />
              </li>
            ))}
          </ol>
        )
      }
    </Answer>
  )
}

function DecisionRow({ decision }: { decision: Decision }) {
  const kind = KINDS[decision.kind]
  const best = Math.max(0, ...(decision.scores ?? []).map((score) => score.score))
  return (
    <>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={kind.tone}>{kind.name}</Badge>
        <span className="text-small font-semibold">{decision.choice}</span>
        <span className="figures ml-auto text-caption text-faint">
          <When atMs={decision.atMs} />
        </span>
      </p>
      <p className="mt-2 text-small text-soft">{decision.why}</p>
      {decision.scores && decision.scores.length > 0 && (
        <ul className="mt-3 space-y-2">
          {decision.scores.map((score) => (
            <li
              key={score.book}
              className="grid grid-cols-[4rem_1fr] items-center gap-x-3 text-caption sm:grid-cols-[4rem_10rem_1fr]"
            >
              <span className="text-faint">Carrier {score.book}</span>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" className="h-2 w-full" aria-hidden="true">
                <rect width="100" height="8" className="fill-sunken" />
                <rect
                  width={percent(Math.max(0, score.score), best)}
                  height="8"
                  className={score.book === decision.book ? 'fill-sea' : 'fill-edge'}
                />
              </svg>
              <span className="col-span-2 text-soft sm:col-span-1">
                {score.score.toFixed(2)}: {score.why}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-3 flex flex-wrap items-center gap-x-3 text-caption text-faint">
        <span>Rules version {decision.rulesVersion}</span>
        <span className="flex items-center">
          inputs <Hash value={decision.inputsHash} label="Hash of the inputs" />
        </span>
        {decision.intentId && (
          <Link className="prose-link inline-block py-1" href={`/esims/${decision.intentId}`}>
            purchase {short(decision.intentId, 8, 4)}
          </Link>
        )}
      </p>
    </>
  )
}
