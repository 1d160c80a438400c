import type { Hex } from '@gesim/journey'
import type { OnRampWhy } from './decide.ts'

/** What a card is charged, in hundredths of a currency. */
export interface OnRampPrice {
  readonly payMinor: number
  readonly feeMinor: number
  readonly currency: string
  /** Seconds since 1970. */
  readonly expiresAt: number
}

export interface OnRampStart extends OnRampPrice {
  readonly orderId: string
  /** The provider's page, on which the card is asked for. */
  readonly url: string
}

export type OnRampStatus =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'paid' }
  | { readonly kind: 'delivered'; readonly txHash: Hex }
  | { readonly kind: 'failed'; readonly why: OnRampWhy }
  | { readonly kind: 'expired' }

/**
 * Who sells USDC for a card and sends them to the account itself. The provider learns the account and whatever it asks for
 * on its own page; we learn what became of the order. Every method throws `treasury.on-ramp-unreachable`.
 */
export interface OnRamp {
  readonly name: string
  /** No real card and no real money. */
  readonly sandbox: boolean
  quote(amountMicros: bigint): Promise<OnRampPrice>
  /** The same key gives the same order, however often it is asked for. */
  start(request: {
    readonly key: string
    readonly amountMicros: bigint
    readonly account: Hex
    readonly returnUrl: string
  }): Promise<OnRampStart>
  status(orderId: string): Promise<OnRampStatus>
  /** Ends an order that is not paid; what it is then, which may be paid after all. */
  cancel(orderId: string): Promise<OnRampStatus>
}

/** What the chain says of a delivery. Throws `treasury.chain-unreachable`. */
export interface DeliveryProof {
  /** Whether a mined transaction moved at least so many USDC to the account. */
  holds(delivery: {
    readonly txHash: Hex
    readonly account: Hex
    readonly amountMicros: bigint
  }): Promise<boolean>
}
