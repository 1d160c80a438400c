import { refuse, sleepMs } from '@gesim/base'
import { CANCEL_REASONS, type ProfileMetadata, type RulesAuthorisation } from '@gesim/sgp22'
import { policyRefusal } from './policy.ts'

/** What the user sees before the profile is fetched. */
export interface Preview {
  readonly metadata: ProfileMetadata
  readonly smdpAddress: string
  readonly confirmationCodeRequired: boolean
}

/** Why a session is ended, in the names of SGP.22. */
export type CancelReason = (typeof CANCEL_REASONS)[keyof typeof CANCEL_REASONS]

/** The user's answer; "later" leaves the order open. A reason by its name ends the session with that one. */
export type Consent = 'yes' | 'no' | 'later' | CancelReason

/** The number of a reason, as ES10b.CancelSession carries it. */
export function cancelNumber(reason: CancelReason): number {
  return Number(Object.entries(CANCEL_REASONS).find(([, name]) => name === reason)![0])
}

/** A session that does not go on: what the server is told, and what the caller. */
export interface Refusal {
  readonly reason: CancelReason
  readonly failure: Error
}

/** What the caller of a download brings to the decision. */
export interface Decider {
  readonly consent?: (preview: Preview) => Promise<Consent> | Consent
  readonly consentTimeoutMs?: number
  readonly confirmationCode?: string | (() => Promise<string | undefined>)
  readonly signal?: AbortSignal
}

const SHORT: Readonly<Record<string, CancelReason>> = { no: 'endUserRejection', later: 'postponed' }

/** The refusal that an answer of the user means. */
export function notWanted(answer: Exclude<Consent, 'yes'>): Refusal {
  const reason = SHORT[answer] ?? (answer as CancelReason)
  return { reason, failure: refuse('lpa.not-wanted', { answer, reason }) }
}

async function ask(decider: Decider, preview: Preview): Promise<Refusal | undefined> {
  const { consent = () => 'yes' as const, consentTimeoutMs } = decider
  const asked = Promise.resolve(consent(preview))
  const timer = new AbortController()
  try {
    const answer = await (consentTimeoutMs === undefined
      ? asked
      : Promise.race([asked, sleepMs(consentTimeoutMs, timer.signal).then(() => 'timeout' as const)]))
    if (decider.signal?.aborted) return notWanted('later')
    return answer === 'yes' ? undefined : notWanted(answer)
  } finally {
    timer.abort()
  }
}

/**
 * Decides whether a session goes on after the preview: rules that the card allows (SGP.22, 2.9.3), the user's will, the
 * confirmation code.
 */
export async function decide(
  decider: Decider,
  preview: Preview,
  rules: readonly RulesAuthorisation[],
): Promise<
  { readonly refusal: Refusal } | { readonly refusal?: undefined; readonly confirmationCode?: string }
> {
  const why = policyRefusal(preview.metadata, rules)
  if (why) return { refusal: { reason: 'pprNotAllowed', failure: refuse('lpa.policy-not-allowed', { why }) } }
  const refusal = await ask(decider, preview)
  if (refusal) return { refusal }
  if (!preview.confirmationCodeRequired) return {}
  const { confirmationCode: given } = decider
  const confirmationCode = typeof given === 'function' ? await given() : given
  if (!confirmationCode)
    return { refusal: { reason: 'postponed', failure: refuse('lpa.confirmation-code-missing') } }
  return { confirmationCode }
}
