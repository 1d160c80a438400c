import { refuse, sleepMs } from '@gesim/base'
import { CANCEL_REASONS, type ProfileMetadata, type RulesAuthorisation } from '@gesim/sgp22'
import { hasRules, policyRefusal } from './policy.ts'

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
  /** Aborted before the package is loaded, it ends the session as "later" does; a loading that began is finished. */
  readonly signal?: AbortSignal
}

const SHORT: Readonly<Record<string, CancelReason>> = { no: 'endUserRejection', later: 'postponed' }

/** The refusal that an answer of the user means. */
export function notWanted(answer: Exclude<Consent, 'yes'>): Refusal {
  const reason = SHORT[answer] ?? (answer as CancelReason)
  return { reason, failure: refuse('lpa.not-wanted', { answer, reason }) }
}

/** What somebody is asked for, or nothing once the caller does not want to wait any more. */
function unlessAborted<T>(asked: Promise<T> | T, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return Promise.resolve(asked)
  const ended = new AbortController()
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: ended.signal })
  })
  return Promise.race([Promise.resolve(asked), stopped]).finally(() => ended.abort())
}

async function ask(decider: Decider, preview: Preview): Promise<Refusal | undefined> {
  const { consent = () => 'yes' as const, consentTimeoutMs } = decider
  const asked = unlessAborted(consent(preview), decider.signal)
  const timer = new AbortController()
  try {
    const answer = await (consentTimeoutMs === undefined
      ? asked
      : Promise.race([asked, sleepMs(consentTimeoutMs, timer.signal).then(() => 'timeout' as const)]))
    if (decider.signal?.aborted) return notWanted('later')
    return answer === undefined || answer === 'yes' ? undefined : notWanted(answer)
  } finally {
    timer.abort()
  }
}

/**
 * Decides whether a session goes on after the preview: rules that the card allows (SGP.22, 2.9.3), the user's will, the
 * confirmation code. The card is asked for its rules only when the profile has some (3.1.3.2): not every card answers.
 */
export async function decide(
  decider: Decider,
  preview: Preview,
  rulesOfCard: () => Promise<readonly RulesAuthorisation[]>,
): Promise<
  { readonly refusal: Refusal } | { readonly refusal?: undefined; readonly confirmationCode?: string }
> {
  const why = hasRules(preview.metadata) && policyRefusal(preview.metadata, await rulesOfCard())
  if (why) return { refusal: { reason: 'pprNotAllowed', failure: refuse('lpa.policy-not-allowed', { why }) } }
  const refusal = await ask(decider, preview)
  if (refusal) return { refusal }
  if (!preview.confirmationCodeRequired) return {}
  const { confirmationCode: given } = decider
  const confirmationCode = await unlessAborted(typeof given === 'function' ? given() : given, decider.signal)
  if (decider.signal?.aborted) return { refusal: notWanted('later') }
  if (!confirmationCode)
    return { refusal: { reason: 'postponed', failure: refuse('lpa.confirmation-code-missing') } }
  return { confirmationCode }
}
