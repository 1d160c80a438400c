import { Icon, type IconName } from './icon.tsx'

/** What somebody should know, a sign beside each sentence. */
export function Points({ points }: { points: readonly (readonly [IconName, string])[] }) {
  return (
    <ul className="mt-3 space-y-3 text-small text-soft">
      {points.map(([icon, says]) => (
        <li key={icon} className="flex gap-3">
          <Icon name={icon} className="mt-0.5 size-5 text-sea" />
          <span className="min-w-0">{says}</span>
        </li>
      ))}
    </ul>
  )
}
