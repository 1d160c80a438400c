'use client'
import { usePathname } from 'next/navigation'
import { useLocale, useTranslations } from 'use-intl/react'
import { LOCALES } from '../words/locales.ts'
import { keepSearch } from './keep-search.ts'

/** The seven languages by their own names. A plain form that sets a cookie, so that it works without scripts too. */
export function LanguageSwitch() {
  const t = useTranslations('frame')
  const chosen = useLocale()
  const path = usePathname()
  return (
    <form method="post" action="/language" data-testid="language-switch" onSubmit={keepSearch}>
      <input type="hidden" name="back" defaultValue={path} />
      <fieldset className="-ms-2 flex flex-wrap">
        <legend className="sr-only">{t('language')}</legend>
        {Object.entries(LOCALES).map(([locale, { name, tag, lang }]) => (
          <button
            key={locale}
            type="submit"
            name="to"
            value={locale}
            lang={lang}
            aria-current={tag === chosen ? 'true' : undefined}
            className="min-h-9 rounded-chip px-2 text-caption text-faint hover:text-ink hover:underline aria-[current=true]:font-semibold aria-[current=true]:text-sea"
          >
            {name}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
