import { localeOfPage, wordsOf } from '../words/language.ts'
import { LOCALES } from '../words/locales.ts'

/** The seven languages by their own names. A plain form that sets a cookie, so that it works without scripts too. */
export async function LanguageSwitch({ path }: { path: string }) {
  const t = await wordsOf('frame')
  const chosen = await localeOfPage()
  return (
    <form method="post" action="/language" data-testid="language-switch">
      <input type="hidden" name="back" defaultValue={path} />
      <fieldset className="-ms-2 flex flex-wrap">
        <legend className="sr-only">{t('language')}</legend>
        {Object.entries(LOCALES).map(([locale, { name, lang }]) => (
          <button
            key={locale}
            type="submit"
            name="to"
            value={locale}
            lang={lang}
            aria-current={locale === chosen ? 'true' : undefined}
            className="min-h-9 rounded-chip px-2 text-caption text-faint hover:text-ink hover:underline aria-[current=true]:font-semibold aria-[current=true]:text-sea"
          >
            {name}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
