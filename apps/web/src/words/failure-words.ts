import type { FailureFacts } from '@gesim/base'
import { useTranslations } from 'use-intl/react'
import { serverNowMs } from '../api/clock.ts'
import { type WebFailureCode, webFailures } from '../failures.ts'
import { useFormats } from './use-formats.ts'

export interface Said {
  readonly code: string
  readonly says: string
  readonly remedy: string
  /** What the words of some failures are made with. */
  readonly facts?: FailureFacts
}

type Unsaid = Pick<Said, 'code' | 'facts'>

const MINUTE_MS = 60_000
/** Where nobody says how long: as long as it can be. */
const MOST_PENDING_MS = 11 * MINUTE_MS

/** The refusals of the API that travellers meet, each with the messages that say it. */
const API_REFUSALS = {
  'identity.no-session': 'sign-in',
  'intents.no-session': 'sign-in',
  'identity.not-fresh': 'fresh',
  'identity.account-taken': 'taken',
  'identity.no-share': 'no-share',
  'identity.too-many-releases': 'too-often',
  'identity.too-many-keys': 'too-many-keys',
  'identity.passkey-challenge-unknown': 'passkey-again',
  'identity.passkey-unknown': 'passkey-unknown',
  'identity.passkey-wrong': 'passkey-wrong',
  'identity.passkey-taken': 'passkey-taken',
  'identity.too-many-passkeys': 'too-many-passkeys',
  'identity.last-way': 'last-way',
  'identity.no-chain': 'chain',
  'identity.sign-in-refused': 'sign-in-refused',
  'identity.sign-in-unknown': 'sign-in-unknown',
  'identity.provider-unreachable': 'provider',
  'identity.provider-unknown': 'provider',
  'intents.no-chain': 'chain',
  'intents.plan-not-on-sale': 'not-sold',
  'intents.quote-unknown': 'quote',
  'intents.quote-expired': 'quote',
  'intents.plan-changed': 'plan-changed',
  'intents.over-limit': 'over-limit',
  'intents.over': 'over',
  'intents.not-active': 'not-active',
  'intents.renewal-exists': 'renewal-exists',
  'intents.renewal-over': 'quote',
  'intents.not-renewable': 'not-renewable',
} as const

/**
 * The words of a failure in the reader's language: ours by its code, whoever raised it. What only operators and
 * developers meet keeps the API's words.
 */
export function useFailureWords(): (failure: Said | Unsaid) => Said {
  const t = useTranslations('failures')
  const f = useFormats()
  return (failure) => {
    const { code } = failure
    if (Object.hasOwn(API_REFUSALS, code)) {
      const name = API_REFUSALS[code as keyof typeof API_REFUSALS]
      return { code, says: t(`api.${name}.says`), remedy: t(`api.${name}.remedy`) }
    }
    if ('says' in failure && !Object.hasOwn(webFailures, code)) return failure
    const known = Object.hasOwn(webFailures, code) ? (code as WebFailureCode) : 'web.answer-unreadable'
    if (known === 'web.payment-pending') {
      const leftMs = Number(failure.facts?.leftMs ?? MOST_PENDING_MS)
      const time = f.duration(Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS)
      const says = t('web.payment-pending.says')
      return { code, says, remedy: t('web.payment-pending.remedy', { time }), facts: failure.facts }
    }
    if (known === 'web.over-limit') {
      const { leftMicros = 0, freesAtMs } = failure.facts ?? {}
      const says = t('web.over-limit.says', { left: f.usdc(leftMicros as string) })
      if (freesAtMs === undefined)
        return { code, says, remedy: t('web.over-limit.never'), facts: failure.facts }
      const leftMs = Math.max(MINUTE_MS, Number(freesAtMs) - serverNowMs())
      const time = f.duration(Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS)
      return { code, says, remedy: t('web.over-limit.remedy', { time }), facts: failure.facts }
    }
    return { code, says: t(`${known}.says`), remedy: t(`${known}.remedy`) }
  }
}
