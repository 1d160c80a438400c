import type { ReactNode } from 'react'
import { countryName } from './countries.ts'
import { KnownCountries } from './known-countries.tsx'
import { localeOfPage } from './language.ts'
import { LOCALES } from './locales.ts'

/**
 * Sends the names of these countries along with a page: a browser that has to look up the first one reads its tables for it, in
 * the middle of bringing the page to life.
 */
export async function CountryNames({ codes, children }: { codes: readonly string[]; children: ReactNode }) {
  const { tag } = LOCALES[await localeOfPage()]
  const names = Object.fromEntries([...new Set(codes)].map((code) => [code, countryName(code, tag)]))
  return <KnownCountries names={names}>{children}</KnownCountries>
}
