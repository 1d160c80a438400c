import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { currencyOfPage } from '../api/estimates.ts'
import { sessionOf, visitorOf } from '../api/server.ts'
import { StartWorker } from '../offline/start-worker.tsx'
import { ClockWatch } from '../ui/clock-watch.tsx'
import { SiteFrame } from '../ui/site-frame.tsx'
import { isTheme } from '../ui/theme.ts'
import { WalletKeeper } from '../wallet/wallet-keeper.tsx'
import { Estimates } from '../words/estimate.tsx'
import { compiledRooms, localeOfPage, wordsOf } from '../words/language.ts'
import { LOCALES } from '../words/locales.ts'
import { FirstWords } from '../words/more-words.tsx'
import './globals.css'

export async function generateMetadata(): Promise<Metadata> {
  const t = await wordsOf('frame')
  return {
    title: { default: t('title'), template: '%s · GeSIM' },
    description: t('description'),
    referrer: 'no-referrer',
    icons: { icon: { url: '/icon.svg', type: 'image/svg+xml' }, apple: '/icons/180.png' },
    appleWebApp: { title: 'GeSIM', statusBarStyle: 'default' },
  }
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f5f0' },
    { media: '(prefers-color-scheme: dark)', color: '#0d1413' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [session, visitor, jar, incoming, currency] = await Promise.all([
    sessionOf(),
    visitorOf(),
    cookies(),
    headers(),
    currencyOfPage(),
  ])
  const { lang, direction, tag } = LOCALES[await localeOfPage()]
  const messages = await compiledRooms(['frame', 'failures'])
  const kept = jar.get('theme')?.value
  const theme = isTheme(kept) ? kept : 'system'
  return (
    <html lang={lang} dir={direction} data-theme={theme === 'system' ? undefined : theme}>
      <body className="font-sans antialiased">
        <FirstWords locale={tag} messages={messages}>
          <Estimates currency={currency.chosen} first={currency.estimate}>
            <SiteFrame
              session={session}
              theme={theme}
              currency={currency}
              path={incoming.get('x-path') ?? '/'}
            >
              <ClockWatch />
              {children}
            </SiteFrame>
          </Estimates>
        </FirstWords>
        {session.signedIn && <WalletKeeper account={session.account ?? null} />}
        <StartWorker visitor={visitor} person={session.account ?? null} />
      </body>
    </html>
  )
}
