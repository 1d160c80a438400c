import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

const TONES = {
  plain: 'bg-sunken text-soft',
  sea: 'bg-sea-wash text-sea',
  sky: 'bg-sky-wash text-sky',
  amber: 'bg-amber-wash text-amber',
  coral: 'bg-coral-wash text-coral',
} as const

export type Tone = keyof typeof TONES

/** A short fact in a chip. */
export function Badge({
  tone = 'plain',
  icon,
  children,
}: {
  tone?: Tone
  icon?: IconName
  children: ReactNode
}) {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-chip px-2 py-0.5 text-caption font-medium ${TONES[tone]}`}
    >
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </span>
  )
}
