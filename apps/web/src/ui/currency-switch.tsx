import { NO_CURRENCY } from '../words/currency.ts'
import { About } from '../words/estimate.tsx'
import { localeOfPage, wordsOf } from '../words/language.ts'
import { LOCALES } from '../words/locales.ts'

/** The currencies that a rate is known of, and none. A plain form that sets a cookie, so that it works without scripts too. */
export async function CurrencySwitch({
  chosen,
  possible,
  path,
}: {
  chosen: string | null
  possible: readonly string[]
  path: string
}) {
  const t = await wordsOf('frame')
  const names = new Intl.DisplayNames(LOCALES[await localeOfPage()].tag, { type: 'currency' })
  if (possible.length === 0) return null
  return (
    <form
      method="post"
      action="/currency"
      data-testid="currency-switch"
      className="flex flex-wrap items-center gap-x-4"
    >
      <input type="hidden" name="back" defaultValue={path} />
      <fieldset className="-ms-2 flex flex-wrap items-center">
        <legend className="sr-only">{t('estimate.choose')}</legend>
        {[...possible, NO_CURRENCY].map((currency) => (
          <button
            key={currency}
            type="submit"
            name="to"
            value={currency}
            aria-label={currency === NO_CURRENCY ? undefined : `${currency}, ${names.of(currency)}`}
            aria-current={currency === (chosen ?? NO_CURRENCY) ? 'true' : undefined}
            className="min-h-9 rounded-chip px-2 text-caption text-faint hover:text-ink hover:underline aria-[current=true]:font-semibold aria-[current=true]:text-sea"
          >
            {currency === NO_CURRENCY ? t('estimate.none') : currency}
          </button>
        ))}
      </fieldset>
      <p className="text-caption text-faint">
        <About micros="1000000" dated>
          {'1 USDC · '}
        </About>
      </p>
    </form>
  )
}
