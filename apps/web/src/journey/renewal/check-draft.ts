import { refuse } from '@gesim/base'
import { agreementDiffers, booksHash, intentIdOf, type TermsJson, termsFromJson } from '@gesim/proofs'
import type { Plan, Renewal } from '../../api/shapes.ts'
import { areTimesHonest } from '../../shop/honest-times.ts'

const MOST_DAYS = 90
const DAY_SECONDS = 86_400
/** The server's clock and ours need not agree to the second. */
const SLACK_SECONDS = 120

/** What the page showed, and what will be signed for. */
export interface Ordered {
  readonly plan: Plan
  readonly account: string
  readonly times: number
  readonly days: number
}

/**
 * Compares a draft with what the page showed, before anything is signed: as many payments as were chosen, each of this price, for
 * this very plan and these carriers, none twice, none beyond the chosen days. Throws `web.terms-differ`.
 */
export function checkDraft(renewal: Renewal, shown: Ordered, nowS: number): void {
  const differs = (field: string) => refuse('web.terms-differ', { field })
  const { plan, account, times, days } = shown
  const price = BigInt(plan.priceMicros)
  if (renewal.parts.length !== times || times > 4) throw differs('times')
  if (BigInt(renewal.priceMicros) !== price) throw differs('price')
  if (days > MOST_DAYS || renewal.until <= nowS || renewal.until > nowS + days * DAY_SECONDS + SLACK_SECONDS)
    throw differs('until')
  if (new Set(renewal.parts.map((part) => part.intentId.toLowerCase())).size !== times)
    throw differs('intentId')
  for (const part of renewal.parts) {
    const json = part.terms as TermsJson
    const terms = termsFromJson(json)
    if (intentIdOf(terms) !== part.intentId.toLowerCase()) throw differs('intentId')
    if (terms.payer.toLowerCase() !== account.toLowerCase()) throw differs('payer')
    if (terms.maxDeposit !== price) throw differs('maxDeposit')
    if (terms.activationFee !== BigInt(plan.activationFeeMicros)) throw differs('activationFee')
    if (terms.pricePerGB !== BigInt(plan.pricePerGbMicros)) throw differs('pricePerGB')
    if (terms.includedBytes !== BigInt(plan.includedBytes)) throw differs('includedBytes')
    if (terms.booksHash !== booksHash(plan.books)) throw differs('books')
    // Bought in the last second, there must be time to deliver it, and then all its days.
    const times = { boughtBy: renewal.until, validityDays: plan.validityDays }
    if (!areTimesHonest(terms, times)) throw differs('times')
    const unagreed = agreementDiffers(part.agreement, plan, json)
    if (unagreed) throw differs(unagreed)
    if (part.agreement.payBy !== renewal.until) throw differs('agreement')
  }
}
