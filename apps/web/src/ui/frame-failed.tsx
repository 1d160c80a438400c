import { use, useEffect } from 'react'
import { LOCALE_COOKIE, LOCALES, negotiate } from '../words/locales.ts'
import type frame from '../words/messages/en/frame.json'

/** As the server would have chosen it. */
const locale = negotiate(
  document.cookie
    .split('; ')
    .find((one) => one.startsWith(`${LOCALE_COOKIE}=`))
    ?.slice(LOCALE_COOKIE.length + 1),
  navigator.languages.join(','),
)

// These sentences take no values, so they are read as they are written.
const words = import(`../words/messages/${locale}/frame.json`).then(
  (file: { default: typeof frame }) => file.default.tripped,
)

/** The words of a page whose frame failed, which would have brought them along. */
export default function FrameFailed({ digest }: { digest?: string }) {
  const { title, says, money, again } = use(words)
  useEffect(() => {
    document.documentElement.lang = LOCALES[locale].lang
    document.documentElement.dir = LOCALES[locale].direction
  }, [])
  return (
    <>
      <title>{title}</title>
      <h1 className="text-heading">{title}</h1>
      <p className="mt-3 text-body" role="alert">
        {says}
      </p>
      <p className="mt-2 text-body text-soft">{money}</p>
      <p className="mt-8">
        <a
          href="?"
          className="inline-flex min-h-12 items-center rounded-full bg-sea px-5 py-2 text-body font-semibold text-on-sea hover:bg-sea-strong"
        >
          {again}
        </a>
      </p>
      {digest && (
        <p className="mt-6 font-mono text-caption text-faint">
          <bdi dir="ltr">{digest}</bdi>
        </p>
      )}
    </>
  )
}
