import { useTranslations } from 'use-intl/react'
import { type WebFailureCode, webFailures } from '../failures.ts'

interface Said {
  readonly code: string
  readonly says: string
  readonly remedy: string
}

/**
 * The words of a failure in the reader's language: ours by its code, whoever raised it. What only the API knows keeps
 * the API's words.
 */
export function useFailureWords(): (failure: Said | { readonly code: string }) => Said {
  const t = useTranslations('failures')
  return (failure) => {
    if (!('says' in failure) || Object.hasOwn(webFailures, failure.code)) {
      const code = Object.hasOwn(webFailures, failure.code)
        ? (failure.code as WebFailureCode)
        : 'web.answer-unreadable'
      return { code: failure.code, says: t(`${code}.says`), remedy: t(`${code}.remedy`) }
    }
    return failure
  }
}
