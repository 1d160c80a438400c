import type { ReactNode } from 'react'

/** One figure of a dashboard with its name and, where it matters, a remark. */
export function Stat({
  name,
  value,
  unit,
  note,
  tone = 'text-ink',
  testId,
}: {
  name: string
  value: ReactNode
  unit?: string
  note?: ReactNode
  tone?: string
  testId?: string
}) {
  return (
    <div className="card flex min-w-0 flex-col gap-1 p-4" data-testid={testId}>
      <dt className="text-caption text-faint">{name}</dt>
      <dd
        className={`figures flex flex-wrap items-baseline gap-x-1 text-body font-semibold sm:text-title ${tone}`}
      >
        {value}
        {unit && <span className="text-caption font-medium text-faint">{unit}</span>}
      </dd>
      {note && <dd className="text-caption text-soft">{note}</dd>}
    </div>
  )
}

/** Figures side by side. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 lg:grid-cols-4">{children}</dl>
}
