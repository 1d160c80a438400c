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
    // One grid for all rows: were each its own, a longer note would make its bar shorter than its figure says.
    <ul
      aria-label={label}
      className="card grid grid-cols-[auto_minmax(2rem,1fr)_auto_auto] gap-x-3 overflow-hidden px-4 py-1"
    >
      {bars.map((bar) => (
        <li
          key={bar.name}
          className="col-span-4 grid grid-cols-subgrid items-center border-b border-line py-2.5 text-small last:border-0"
        >
          <span className="text-soft">{bar.name}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="h-3 w-full" aria-hidden="true">
            <rect width="100" height="10" className="fill-sunken" />
            <rect width={percent(bar.value, most)} height="10" className={tone} />
          </svg>
          <span className="figures text-right font-semibold">{count(bar.value)}</span>
          <span className="figures text-right text-caption text-faint">{bar.note}</span>
        </li>
      ))}
    </ul>
  )
}
