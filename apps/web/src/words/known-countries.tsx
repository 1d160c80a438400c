'use client'
import type { ReactNode } from 'react'
import { useLocale } from 'use-intl/react'
import { learnCountries } from './countries.ts'

/** Tells everything below the names that the server has looked up; what draws first uses them. */
export function KnownCountries({
  names,
  children,
}: {
  names: Readonly<Record<string, string>>
  children: ReactNode
}) {
  learnCountries(useLocale(), names)
  return children
}
