import { broken, type Failure, type FailureFacts, refuse, unreachable } from '@gesim/base'

type Make = (facts: FailureFacts) => Failure

const silent: Make = (facts) => unreachable('provisioner.carrier-silent', facts)
const notAllocated: Make = (facts) => unreachable('provisioner.supplier-not-allocated', facts)
const price: Make = (facts) => refuse('provisioner.supplier-price', facts)
const balance: Make = (facts) => refuse('provisioner.supplier-balance', facts)
const soldOut: Make = (facts) => refuse('provisioner.sold-out', facts)
const status: Make = (facts) => refuse('provisioner.supplier-status', facts)
const access: Make = (facts) => broken('provisioner.supplier-access', facts)
const refused: Make = (facts) => refuse('provisioner.carrier-refused', facts)

/**
 * What follows from each error code of the supplier: asked again (server error, busy, still allocating), failed over
 * (no stock, price, balance, unknown package), or shown to the operator (access, signature, address).
 */
export const ESIM_ACCESS_ERRORS: Readonly<Record<string, Make>> = {
  '000001': silent,
  '000101': access,
  '000102': access,
  '000103': access,
  '000104': access,
  '000105': access,
  '000106': access,
  '000107': access,
  '101001': access,
  '101002': access,
  '101003': access,
  '200002': status,
  '200005': price,
  '200006': price,
  '200007': balance,
  '200008': refused,
  '200009': refused,
  '200010': notAllocated,
  '200011': soldOut,
  '310201': refused,
  '310211': refused,
  '310221': refused,
  '310231': refused,
  '310241': refused,
  '310243': refused,
  '310251': refused,
  '310272': refused,
  '310403': refused,
  '900001': silent,
}

/** The failure of an error code; one that nobody documented counts as a refusal, so that the next carrier is asked. */
export function failureOf(path: string, code: string, says: string): Failure {
  return (ESIM_ACCESS_ERRORS[code] ?? refused)({ path, supplierCode: code, says })
}

/** No answer, or one that cannot be read. */
export function unreadable(path: string, cause?: unknown): Failure {
  return unreachable('provisioner.supplier-answer', { path }, cause)
}
