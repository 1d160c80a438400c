import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  readonly right?: boolean
}

/** Rows of figures. On a narrow screen it scrolls by itself, inside its frame, also with the keyboard. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  empty,
  testId,
}: {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row, index: number) => string
  empty: ReactNode
  testId?: string
}) {
  if (rows.length === 0) return <p className="card p-5 text-small text-soft">{empty}</p>
  return (
    // `relative`, so that words for screen readers, which are placed absolutely, scroll with it and do not widen the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section aria-label={caption} tabIndex={0} className="card relative overflow-x-auto" data-testid={testId}>
      <table className="figures w-full border-collapse text-small">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={`px-4 py-2.5 text-caption font-medium whitespace-nowrap text-faint ${column.right ? 'text-end' : 'text-start'}`}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)} className="border-b border-line last:border-0">
              {columns.map((column) => (
                <td
                  key={column.name}
                  // What can be copied has a frame of its own: its text, not its frame, stands under the heading.
                  className={`px-4 py-2 align-baseline [&>button[data-value]:first-child]:-ms-1.5 ${column.right ? 'text-end whitespace-nowrap' : ''}`}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
