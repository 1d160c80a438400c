import { useLocale } from 'use-intl/react'
import { type Formats, formatsOf } from './format.ts'

/** Numbers, dates and names in the reader's language. */
export function useFormats(): Formats {
  return formatsOf(useLocale())
}
