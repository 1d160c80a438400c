'use client'
import type { Intent } from '../api/shapes.ts'
import { Badge } from '../ui/badge.tsx'
import { Ring } from '../ui/ring.tsx'
import { useNow } from '../ui/use-now.ts'
import { When } from '../ui/when.tsx'
import { bytes, duration, usdc } from '../words/format.ts'
import { runsOutAtMs, SOURCES, usageShown } from './usage.ts'

/** How much is used: the ring, whose figure it is and as of when, how long it lasts. */
export function UsagePanel({ intent }: { intent: Intent }) {
  const now = useNow()
  const shown = usageShown(intent)
  const { usage } = intent
  const connectedAtMs = intent.timeline.find((entry) => entry.step === 'connected')?.atMs
  const runsOut = usage && connectedAtMs ? runsOutAtMs(shown, connectedAtMs, usage.asOfMs) : null
  const deadlineMs = intent.deadline * 1000
  const whole = shown.wholeBytes === null ? null : bytes(shown.wholeBytes)
  const words = `${bytes(shown.usedBytes)}${whole ? ` of ${whole}` : ''} used, ${usdc(shown.spentMicros)} USDC`
  return (
    <section className="card p-5 sm:p-6" aria-labelledby="usage" data-testid="usage">
      <div className="flex items-center justify-between gap-3">
        <h2 id="usage" className="text-title">
          Data
        </h2>
        {shown.usedPercent >= 50 && (
          <Badge tone={shown.usedPercent >= 90 ? 'coral' : 'amber'}>
            {shown.usedPercent >= 90 ? '90 % used' : shown.usedPercent >= 80 ? '80 % used' : 'Half used'}
          </Badge>
        )}
      </div>
      <div className="mt-4">
        <Ring usedPercent={shown.usedPercent} label="Data used" valueText={words}>
          <span className="figures text-heading font-bold" data-testid="used-bytes">
            {bytes(shown.usedBytes)}
          </span>
          <span className="text-small text-soft">{whole ? `of ${whole}` : 'used'}</span>
          <span className="figures mt-1 text-caption text-faint">{usdc(shown.spentMicros)} USDC</span>
        </Ring>
      </div>
      <dl className="mt-5 space-y-2 text-small">
        <Fact name="As of">
          {usage ? (
            <span>
              <When atMs={usage.asOfMs} form="seconds" />, {SOURCES[usage.source]}
            </span>
          ) : (
            'Nothing counted yet'
          )}
        </Fact>
        {now !== null && deadlineMs > now && intent.state === 'active' && (
          <Fact name="Time left">{duration(deadlineMs - now)}</Fact>
        )}
        {runsOut !== null && runsOut < deadlineMs && (
          <Fact name="At this pace">
            <span>
              runs out about <When atMs={runsOut} />
            </span>
          </Fact>
        )}
        {usage && usage.deviceBytes !== usage.carrierBytes && (
          <Fact name="Two counts">
            phone {bytes(usage.deviceBytes)}, carrier {bytes(usage.carrierBytes)}
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="shrink-0 text-faint">{name}</dt>
      <dd className="text-right">{children}</dd>
    </div>
  )
}
