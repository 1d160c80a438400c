'use client'
import type { ReactNode } from 'react'
import type { Messages } from 'use-intl/core'
import { IntlProvider, useLocale, useMessages } from 'use-intl/react'

type Compiled = Readonly<Record<string, unknown>>

/** The first words of a page: its language, the frame and the failures. */
export function FirstWords({
  locale,
  messages,
  children,
}: {
  locale: string
  messages: Compiled
  children: ReactNode
}) {
  return (
    // No message formats a moment: `When` does, in the reader's own zone once the page is alive.
    <IntlProvider locale={locale} timeZone="UTC" messages={messages as unknown as Messages}>
      {children}
    </IntlProvider>
  )
}

/** Adds rooms to the words that are there. */
export function MoreWords({ messages, children }: { messages: Compiled; children: ReactNode }) {
  const known = useMessages()
  return (
    <IntlProvider locale={useLocale()} messages={{ ...known, ...messages } as unknown as Messages}>
      {children}
    </IntlProvider>
  )
}
