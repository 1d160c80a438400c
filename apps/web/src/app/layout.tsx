import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { sessionOf } from '../api/server.ts'
import { SiteFrame } from '../ui/site-frame.tsx'
import type { Theme } from '../ui/theme-switch.tsx'
import { WalletKeeper } from '../wallet/wallet-keeper.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'GeSIM: mobile data abroad, with a receipt you can check', template: '%s · GeSIM' },
  description:
    'Mobile data abroad. Your money stays yours until the eSIM is installed, you pay for what you use, and your own browser checks every claim.',
  referrer: 'no-referrer',
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
  const [session, jar] = await Promise.all([sessionOf(), cookies()])
  const theme = themeOf(jar.get('theme')?.value)
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body className="font-sans antialiased">
        <SiteFrame session={session} theme={theme}>
          {children}
        </SiteFrame>
        {session.signedIn && <WalletKeeper account={session.account ?? null} />}
      </body>
    </html>
  )
}

function themeOf(value: string | undefined): Theme {
  return value === 'light' || value === 'dark' ? value : 'system'
}
