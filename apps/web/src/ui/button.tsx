import type { ComponentProps } from 'react'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'

const LOOKS = {
  solid: 'bg-sea text-on-sea hover:bg-sea-strong disabled:bg-edge disabled:text-surface',
  quiet: 'bg-surface text-ink border border-edge hover:bg-sunken disabled:text-faint disabled:border-line',
  plain: 'text-sea hover:bg-sea-wash disabled:text-faint',
  danger:
    'bg-surface text-coral border border-coral hover:bg-coral-wash disabled:text-faint disabled:border-line',
} as const

const SIZES = {
  normal: 'min-h-12 px-5 py-2 text-body leading-snug',
  small: 'min-h-11 px-4 py-1.5 text-small',
} as const

interface Look {
  look?: keyof typeof LOOKS
  size?: keyof typeof SIZES
  wide?: boolean
}

function classes({ look = 'solid', size = 'normal', wide }: Look, more = ''): string {
  return `inline-flex items-center justify-center gap-2 rounded-full text-center font-semibold transition-colors duration-150 ${LOOKS[look]} ${SIZES[size]} ${wide ? 'w-full' : ''} ${more}`
}

/** A button. While `busy` it cannot be pressed again and says so to a screen reader. */
export function Button({
  look,
  size,
  wide,
  busy,
  className,
  children,
  disabled,
  ...rest
}: Look & ComponentProps<'button'> & { busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes({ look, size, wide }, className)}
    >
      {busy && <Icon name="refresh" className="size-5 animate-spin" />}
      {children}
    </button>
  )
}

/** A link that looks like a button. `hard` loads a new document, which pages with a policy of their own need. */
export function ButtonLink({
  look,
  size,
  wide,
  hard,
  className,
  href,
  ...rest
}: Look & ComponentProps<'a'> & { href: string; hard?: boolean }) {
  if (hard) return <a {...rest} href={href} className={classes({ look, size, wide }, className)} />
  return <Link {...rest} href={href} className={classes({ look, size, wide }, className)} />
}
