import { type Failure, type FailureCatalogue, isFailure } from '@gesim/base'
import { euiccFailures } from '@gesim/euicc'
import { lpaFailures } from '@gesim/lpa'
import { sgp22Failures } from '@gesim/sgp22'
import { tlvFailures } from '@gesim/tlv'
import { phoneFailures } from './failures.ts'
import type { ShownFailure } from './words.ts'

const CATALOGUE: FailureCatalogue = {
  ...tlvFailures,
  ...sgp22Failures,
  ...euiccFailures,
  ...lpaFailures,
  ...phoneFailures,
}

/** Status of a failure at the HTTP edge. */
export function httpStatusOf(error: unknown): number {
  if (!isFailure(error)) return 500
  const byKind = { refused: 409, unreachable: 503, broken: 500 } as const
  return CATALOGUE[error.code as keyof FailureCatalogue]?.httpStatus ?? byKind[error.kind]
}

function remedyOf(error: Failure): string {
  return CATALOGUE[error.code as keyof FailureCatalogue]?.remedy ?? 'Look at the code in docs/failures.md.'
}

/** A failure in words for people: what happened, its facts, what to do. Never opaque, never a stack. */
export function showFailure(error: unknown): ShownFailure {
  if (!isFailure(error))
    return { code: 'phone.unexpected', message: 'Something unexpected happened.', remedy: 'Look at the log.' }
  const text = CATALOGUE[error.code as keyof FailureCatalogue]
  // A server's refusal comes with its own words; they say more than ours.
  if (typeof error.facts.says === 'string')
    return { code: error.code, message: `The server refused: ${error.facts.says}.`, remedy: remedyOf(error) }
  const facts = Object.entries(error.facts)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ')
  const says = text?.says ?? 'The phone could not do it.'
  return {
    code: error.code,
    message: facts ? `${says} (${facts})` : says,
    remedy: remedyOf(error),
  }
}
