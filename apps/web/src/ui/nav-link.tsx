'use client'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { Link } from './link.tsx'

/** A link of the navigation that knows whether the reader is there. */
export function NavLink({
  href,
  className,
  children,
  testId,
}: {
  href: string
  className: string
  children: ReactNode
  testId?: string
}) {
  const path = usePathname()
  const here = path === href || path.startsWith(`${href}/`)
  return (
    <Link href={href} aria-current={here ? 'page' : undefined} className={className} data-testid={testId}>
      {children}
    </Link>
  )
}
