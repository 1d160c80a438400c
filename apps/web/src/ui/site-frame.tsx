import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Session } from '../api/shapes.ts'
import { ButtonLink } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Mark } from './logo.tsx'
import { NavLink } from './nav-link.tsx'
import { type Theme, ThemeSwitch } from './theme-switch.tsx'

const MAIN: { href: string; name: string; icon: IconName }[] = [
  { href: '/plans', name: 'Plans', icon: 'globe' },
  { href: '/esims', name: 'My eSIMs', icon: 'sim' },
  { href: '/wallet', name: 'Wallet', icon: 'wallet' },
]

const REST = [
  { href: '/carrier', name: 'For carriers' },
  { href: '/finance', name: 'Finance' },
  { href: '/developer', name: 'Developers' },
  { href: '/decisions', name: 'Automatic decisions' },
  { href: '/privacy', name: 'What we know about you' },
]

/** The frame of every page: skip link, head, the page, foot, and on phones the bar at the bottom. */
export function SiteFrame({
  session,
  theme,
  children,
}: {
  session: Session
  theme: Theme
  children: ReactNode
}) {
  return (
    <>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-full focus:bg-sea focus:px-4 focus:py-2 focus:text-on-sea"
      >
        Skip to the page
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-paper/95">
        <div className="mx-auto flex h-16 max-w-6xl items-center justify-between gap-4 px-4 sm:px-6">
          <Link href="/" className="flex items-center gap-2 rounded-chip text-lead font-bold tracking-tight">
            <Mark />
            GeSIM
          </Link>
          <nav aria-label="Main" className="hidden items-center gap-1 sm:flex">
            {MAIN.map((item) => (
              <NavLink
                key={item.href}
                href={item.href}
                className="rounded-full px-4 py-2.5 text-small font-medium text-soft hover:text-ink aria-[current=page]:bg-sea-wash aria-[current=page]:text-sea"
              >
                {item.name}
              </NavLink>
            ))}
          </nav>
          {session.signedIn ? (
            <Link
              href="/wallet"
              data-testid="signed-in"
              className="flex min-h-11 items-center gap-2 rounded-full px-3 text-small font-medium text-soft hover:bg-sunken"
            >
              <span className="size-2 rounded-full bg-sea" aria-hidden="true" />
              Signed in
            </Link>
          ) : (
            <ButtonLink href="/sign-in" size="small" look="quiet" data-testid="sign-in-link">
              Sign in
            </ButtonLink>
          )}
        </div>
      </header>
      <main id="page" tabIndex={-1} className="flex-1 outline-none">
        {children}
      </main>
      <footer className="mt-20 border-t border-line pb-28 sm:pb-10">
        <div className="mx-auto flex max-w-6xl flex-col gap-6 px-4 pt-8 sm:px-6 md:flex-row md:items-center md:justify-between">
          <nav aria-label="More" className="-ml-2 flex flex-wrap gap-x-1">
            {REST.map((item) => (
              <NavLink
                key={item.href}
                href={item.href}
                className="rounded-chip px-2 py-2.5 text-small text-soft hover:text-ink hover:underline"
              >
                {item.name}
              </NavLink>
            ))}
          </nav>
          <ThemeSwitch initial={theme} />
        </div>
      </footer>
      <nav
        aria-label="Main, at hand"
        className="no-print fixed inset-x-0 bottom-0 z-30 border-t border-line bg-paper pb-[env(safe-area-inset-bottom)] sm:hidden"
      >
        <ul className="mx-auto flex max-w-md">
          {MAIN.map((item) => (
            <li key={item.href} className="flex-1">
              <NavLink
                href={item.href}
                className="flex min-h-15 flex-col items-center justify-center gap-0.5 text-caption font-medium text-faint aria-[current=page]:text-sea"
              >
                <Icon name={item.icon} className="size-6" />
                {item.name}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
    </>
  )
}

/** A page of ordinary width with its heading. */
export function Page({
  title,
  lead,
  aside,
  wide,
  children,
}: {
  title: ReactNode
  lead?: ReactNode
  aside?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  return (
    <div className={`mx-auto px-4 pt-8 sm:px-6 sm:pt-12 ${wide ? 'max-w-6xl' : 'max-w-3xl'}`}>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4 sm:mb-8">
        <div className="max-w-2xl">
          <h1 className="text-heading">{title}</h1>
          {lead && <p className="mt-2 text-body text-soft">{lead}</p>}
        </div>
        {aside}
      </div>
      {children}
    </div>
  )
}
