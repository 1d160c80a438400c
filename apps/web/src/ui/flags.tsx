import { Flag } from './flag.tsx'

/** Up to four flags, overlapping. */
export function Flags({ countries }: { countries: readonly string[] }) {
  const shown = countries.slice(0, 4)
  return (
    <span className="flex -space-x-2">
      {shown.map((code) => (
        <Flag key={code} code={code} className="size-8 ring-2 ring-surface" />
      ))}
    </span>
  )
}
