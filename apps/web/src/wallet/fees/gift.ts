import type { Hex } from '../../api/shapes.ts'
import type { Promotion } from '../../chain/fees.ts'

export type GiftState = 'open' | 'taken' | 'over' | 'gone'

/** What a gift of network fees is to an account now. */
export function giftState(promotion: Promotion, nowSeconds: number): GiftState {
  if (promotion.isTaken) return 'taken'
  if (promotion.validUntil <= nowSeconds) return 'over'
  return promotion.taken >= promotion.limit ? 'gone' : 'open'
}

/** The number of a gift as a link carries it; null for anything else. */
export function readGift(text: string | null): Hex | null {
  return text !== null && /^0x[0-9a-fA-F]{64}$/.test(text) ? (text.toLowerCase() as Hex) : null
}

/** What of a budget still counts: an expired one pays nothing. */
export function budgetNow(
  purse: { readonly budgetMicros: bigint; readonly budgetValidUntil: number },
  nowSeconds: number,
): bigint {
  return purse.budgetValidUntil > nowSeconds ? purse.budgetMicros : 0n
}
