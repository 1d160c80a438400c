import type { ReactNode } from 'react'

const RADIUS = 86
const LENGTH = 2 * Math.PI * RADIUS

/** How much of a whole is used, as a ring with the figure inside. Read aloud it is a meter with words. */
export function Ring({
  usedPercent,
  label,
  valueText,
  children,
}: {
  usedPercent: number
  label: string
  valueText: string
  children: ReactNode
}) {
  const used = Math.min(100, Math.max(0, usedPercent))
  // A sliver stays visible from the first byte on.
  const shown = used === 0 ? 0 : Math.max(0.2, used)
  const tone = used >= 90 ? 'text-coral' : used >= 80 ? 'text-amber' : 'text-sea'
  return (
    <div className="relative mx-auto aspect-square w-full max-w-64">
      <meter
        className="sr-only"
        min={0}
        max={100}
        value={used}
        aria-label={label}
        aria-valuetext={valueText}
        data-testid="usage-ring"
        data-used={used}
      />
      <div>
        <svg viewBox="0 0 200 200" className="size-full -rotate-90" aria-hidden="true">
          <circle cx="100" cy="100" r={RADIUS} fill="none" strokeWidth="14" className="stroke-sunken" />
          <circle
            cx="100"
            cy="100"
            r={RADIUS}
            fill="none"
            stroke="currentColor"
            strokeWidth="14"
            strokeLinecap="round"
            strokeDasharray={`${(shown / 100) * LENGTH} ${LENGTH}`}
            className={`${tone} transition-[stroke-dasharray] duration-700 ease-calm ${shown === 0 ? 'opacity-0' : ''}`}
          />
        </svg>
      </div>
      <div className="absolute inset-0 flex flex-col items-center justify-center px-8 text-center">
        {children}
      </div>
    </div>
  )
}
