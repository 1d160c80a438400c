import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import { CURRENCY_COOKIE, currencyFor } from '../words/currency.ts'
import { localeOfPage } from '../words/language.ts'
import { askFromServer } from './server.ts'
import type { Estimate } from './shapes.ts'

/** Rates change once a minute at most; a page needs no newer ones. */
const KEEP_MS = 10_000

let kept: { readonly atMs: number; readonly estimates: Promise<readonly Estimate[]> } | null = null

/** The rates that hold, the same for everybody; none while the API does not answer. */
function estimates(): Promise<readonly Estimate[]> {
  if (!kept || Date.now() - kept.atMs > KEEP_MS) {
    const asked = askFromServer<{ estimates: Estimate[] }>('/v1/oracles/estimates').then(
      (answer) => answer.estimates,
      () => [],
    )
    kept = { atMs: Date.now(), estimates: asked }
  }
  return kept.estimates
}

/** Which currencies can be chosen, which one is, and what a USDC is worth in it: null where no rate holds. */
export const currencyOfPage = cache(async () => {
  const [jar, incoming, locale, known] = await Promise.all([
    cookies(),
    headers(),
    localeOfPage(),
    estimates(),
  ])
  const chosen = currencyFor(jar.get(CURRENCY_COOKIE)?.value, incoming.get('accept-language'), locale)
  return {
    chosen,
    possible: known.map((one) => one.currency),
    estimate: known.find((one) => one.currency === chosen) ?? null,
  }
})
