import { useTranslations } from 'use-intl/react'
import { useFormats } from '../words/use-formats.ts'
import { planWords } from './plan-words.ts'

/** What plans are called in the reader's language. */
export function usePlanWords() {
  return planWords(useTranslations('shop'), useFormats())
}
