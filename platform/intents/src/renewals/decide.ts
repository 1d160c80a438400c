import type { IntentState } from '@gesim/journey'
import { isNearItsEnd, type ServiceLeft } from '@gesim/proofs'
import type { RenewalEnd } from '@gesim/wire'

/** What it rests on whether a plan is bought again. */
export interface RenewalFacts {
  readonly nowSeconds: number
  /** USDC takes the payments before this second. */
  readonly until: number
  /** A payment is on its way; `refused`: the chain did not take it from us. */
  readonly asked: { readonly refused: boolean } | null
  /** The purchase whose end is waited for. */
  readonly follows: ServiceLeft & { readonly state: IntentState }
}

export type Due =
  | { readonly do: 'wait' }
  | { readonly do: 'renew' }
  | { readonly do: 'end'; why: RenewalEnd }
  /** Nobody will make the payment, unless the chain says that somebody has. */
  | { readonly do: 'give-up'; why: RenewalEnd }

/** Whether the next plan is due now. Pure; what only the chain and the catalogue know comes after. */
export function whenDue(facts: RenewalFacts): Due {
  const { nowSeconds, until, asked, follows } = facts
  if (asked !== null) {
    if (nowSeconds >= until) return { do: 'give-up', why: 'time' }
    return asked.refused ? { do: 'give-up', why: 'refused' } : { do: 'wait' }
  }
  // Who took the money of a plan back wants no other one of it.
  if (follows.state === 'refunding' || follows.state === 'refunded' || follows.state === 'lapsed')
    return { do: 'end', why: 'refunded' }
  if (nowSeconds >= until) return { do: 'end', why: 'time' }
  return isNearItsEnd(follows, nowSeconds) ? { do: 'renew' } : { do: 'wait' }
}

/** What the catalogue and the chain say in the moment of buying. */
export interface BuyingFacts {
  readonly agreedPlanHash: string
  readonly agreedPriceMicros: bigint
  /** The plan as it is sold now; null where it is not. */
  readonly sold: { readonly planHash: string; readonly priceMicros: bigint; readonly onSale: boolean } | null
  readonly balanceMicros: bigint
  /** The signature opens the account now. */
  readonly isSigned: boolean
  /** USDC has seen the payment: it was made, or made void. */
  readonly isUsed: boolean
  /** The escrow knows the purchase: somebody has made the payment. */
  readonly isPaid: boolean
}

/** Why a plan that is due is not bought; null where it is. `paid`: it was, and the indexer is about to say so. */
export function whyNot(facts: BuyingFacts): RenewalEnd | 'paid' | null {
  const { sold } = facts
  if (facts.isPaid) return 'paid'
  if (facts.isUsed) return 'cancelled'
  if (!sold?.onSale) return 'not-sold'
  if (sold.priceMicros > facts.agreedPriceMicros) return 'price'
  // What is sold is what was agreed to, to the letter; a lower price too is another agreement.
  if (sold.planHash !== facts.agreedPlanHash) return 'plan'
  if (!facts.isSigned) return 'signature'
  return facts.balanceMicros < facts.agreedPriceMicros ? 'balance' : null
}
