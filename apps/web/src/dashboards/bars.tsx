import { count, percent } from './figures.ts'

export interface Bar {
  readonly name: string
  readonly value: number
  readonly note?: string
}

/** Bars that grow to the right, each with its name and figure: readable without the drawing. */
export function Bars({
  bars,
  label,
  tone = 'fill-sea',
}: {
  bars: readonly Bar[]
  label: string
  tone?: string
}) {
  const most = Math.max(1, ...bars.map((bar) => bar.value))
  return (
    <ul aria-label={label} className="card divide-y divide-line">
      {bars.map((bar) => (
        <li
          key={bar.name}
          className="grid grid-cols-[7.5rem_1fr_auto] items-center gap-3 px-4 py-2.5 text-small"
        >
          <span className="text-soft">{bar.name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="h-3 w-full" aria-hidden="true">
            <rect width="100" height="10" rx="1.5" className="fill-sunken" />
            <rect width={percent(bar.value, most)} height="10" rx="1.5" className={tone} />
          </svg>
          <span className="figures text-right font-semibold">
            {count(bar.value)}
            {bar.note && <span className="ml-2 text-caption font-normal text-faint">{bar.note}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}
