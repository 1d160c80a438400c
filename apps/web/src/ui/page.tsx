import type { ReactNode } from 'react'

/** A page of ordinary width with its heading. `english` is said of a page whose words are English in every language. */
export function Page({
  title,
  lead,
  aside,
  wide,
  english,
  children,
}: {
  title: ReactNode
  lead?: ReactNode
  aside?: ReactNode
  wide?: boolean
  english?: boolean
  children: ReactNode
}) {
  return (
    <div
      {...(english ? { lang: 'en', dir: 'ltr' } : {})}
      className={`mx-auto px-4 pt-8 sm:px-6 sm:pt-12 ${wide ? 'max-w-6xl' : 'max-w-3xl'}`}
    >
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
