import type { ReactNode } from 'react'
import { Icon } from '../../ui/icon.tsx'

/** One thing that is so, or is not: a sign and words that say it both. */
export function Good({ is, children }: { is: boolean; children: ReactNode }) {
  return (
    <li className="flex gap-2 text-small">
      <Icon name={is ? 'check' : 'cross'} className={`mt-0.5 size-5 ${is ? 'text-sea' : 'text-faint'}`} />
      <span className="min-w-0">{children}</span>
    </li>
  )
}
