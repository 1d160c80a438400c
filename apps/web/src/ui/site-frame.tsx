import type { ReactNode } from 'react'
import type { Session } from '../api/shapes.ts'
import { wordsOf } from '../words/language.ts'
import { ButtonLink } from './button.tsx'
import { CurrencySwitch } from './currency-switch.tsx'
import { FooterAlive } from './footer-alive.tsx'
import { Icon, type IconName } from './icon.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { Link } from './link.tsx'
import { Mark } from './logo.tsx'
import { NavLink } from './nav-link.tsx'
import type { Theme } from './theme.ts'
import { ThemeSwitch } from './theme-switch.tsx'

const MAIN = [
  { href: '/plans', name: 'nav.plans', icon: 'globe' },
  { href: '/esims', name: 'nav.esims', icon: 'sim' },
  { href: '/wallet', name: 'nav.wallet', icon: 'wallet' },
] as const satisfies { href: string; name: string; icon: IconName }[]

const REST = [
  { href: '/id', name: 'nav.id' },
  { href: '/carrier', name: 'nav.carrier' },
  { href: '/finance', name: 'nav.finance' },
  { href: '/developer', name: 'nav.developer' },
  { href: '/decisions', name: 'nav.decisions' },
  { href: '/privacy', name: 'nav.privacy' },
] as const

/** The frame of every page: skip link, head, the page, foot, and on phones the bar at the bottom. */
export async function SiteFrame({
  session,
  theme,
  currency,
  path,
  children,
}: {
  session: Session
  theme: Theme
  currency: { readonly chosen: string | null; readonly possible: readonly string[] }
  /** Where the footer's choices lead back to without scripts. */
  path: string
  children: ReactNode
}) {
  const t = await wordsOf('frame')
  return (
    <>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:start-3 focus:z-50 focus:rounded-full focus:bg-sea focus:px-4 focus:py-2 focus:text-on-sea"
      >
        {t('skip')}
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-paper">
        <div className="mx-auto flex h-16 max-w-6xl items-center justify-between gap-4 px-4 sm:px-6">
          <Link href="/" className="flex items-center gap-2 rounded-chip text-lead font-bold tracking-tight">
            <Mark />
            GeSIM
          </Link>
          <nav aria-label={t('nav.main')} className="hidden items-center gap-1 sm:flex">
            {MAIN.map((item) => (
              <NavLink
                key={item.href}
                href={item.href}
                className="rounded-full px-4 py-2.5 text-small font-medium text-soft hover:text-ink aria-[current=page]:bg-sea-wash aria-[current=page]:text-sea"
              >
                {t(item.name)}
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
              {t('signedIn')}
            </Link>
          ) : (
            <ButtonLink href="/sign-in" size="small" look="quiet" data-testid="sign-in-link">
              {t('signIn')}
            </ButtonLink>
          )}
        </div>
      </header>
      <main id="page" tabIndex={-1} className="flex-1 outline-none">
        {children}
      </main>
      <footer className="mt-20 border-t border-line pb-28 sm:pb-10">
        <div className="mx-auto flex max-w-6xl flex-col gap-6 px-4 pt-8 sm:px-6">
          <nav aria-label={t('nav.more')} className="-ms-2 flex flex-wrap gap-x-1">
            {REST.map((item) => (
              <NavLink
                key={item.href}
                href={item.href}
                className="rounded-chip px-2 py-2.5 text-small text-soft hover:text-ink hover:underline"
              >
                {t(item.name)}
              </NavLink>
            ))}
          </nav>
          <div className="flex flex-col gap-4 md:flex-row md:items-start md:justify-between">
            <div className="flex flex-col gap-1">
              <LanguageSwitch path={path} />
              <CurrencySwitch chosen={currency.chosen} possible={currency.possible} path={path} />
            </div>
            <ThemeSwitch initial={theme} />
            <FooterAlive />
          </div>
        </div>
      </footer>
      <nav
        aria-label={t('nav.hand')}
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
                {t(item.name)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
    </>
  )
}
