import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

const TONES = {
  calm: { box: 'bg-sea-wash', icon: 'text-sea', sign: 'shield' },
  wait: { box: 'bg-amber-wash', icon: 'text-amber', sign: 'clock' },
  trouble: { box: 'bg-coral-wash', icon: 'text-coral', sign: 'cross' },
  plain: { box: 'bg-sunken', icon: 'text-soft', sign: 'globe' },
} as const

/** A message in the page. `trouble` is announced at once, the others when the reader comes by. */
export function Notice({
  tone = 'calm',
  icon,
  title,
  children,
  action,
  testId,
}: {
  tone?: keyof typeof TONES
  icon?: IconName
  title?: ReactNode
  children?: ReactNode
  action?: ReactNode
  testId?: string
}) {
  const look = TONES[tone]
  return (
    <div
      role={tone === 'trouble' ? 'alert' : undefined}
      data-testid={testId}
      className={`flex gap-3 rounded-card p-4 ${look.box}`}
    >
      <span className={`mt-0.5 ${look.icon}`}>
        <Icon name={icon ?? look.sign} />
      </span>
      <div className="min-w-0 flex-1 text-small text-ink">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="text-soft [&_a]:text-sea">{children}</div>}
        {action && <div className="mt-3 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  )
}

/** What stands where there is nothing yet: a reason and one thing to do. */
export function Empty({
  icon = 'globe',
  title,
  children,
  action,
}: {
  icon?: IconName
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-card border border-dashed border-edge/50 px-6 py-12 text-center">
      <span className="text-faint">
        <Icon name={icon} className="size-8" />
      </span>
      <p className="text-lead font-semibold">{title}</p>
      {children && <p className="max-w-prose text-small text-soft">{children}</p>}
      {action}
    </div>
  )
}
