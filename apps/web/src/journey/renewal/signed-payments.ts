import type { Hex, Renewal } from '../../api/shapes.ts'

/** What became of payments that were signed ahead and of which the server does not say that they were made. */
export interface SignedPayments {
  /** USDC would still take them, if somebody had copied what was signed. */
  readonly open: readonly Hex[]
  /** They were made: the escrow holds, or has held, the money. */
  readonly paid: readonly Hex[]
  /** They were made void. */
  readonly cancelled: readonly Hex[]
}

/** The chain's words: whether USDC has seen a payment, and whether the escrow has the money of its purchase, or has had it. */
export interface PaymentReads {
  isUsed(payer: Hex, intentId: Hex): Promise<boolean>
  isPaid(intentId: Hex): Promise<boolean>
}

/** Asks the chain for each of them: USDC alone does not tell one that was made from one that was made void. */
export async function signedPayments(
  { parts, until }: Renewal,
  chain: PaymentReads,
  nowMs: number,
): Promise<SignedPayments> {
  if (until * 1000 <= nowMs) return { open: [], paid: [], cancelled: [] }
  const found = await Promise.all(
    parts
      .filter((part) => part.state !== 'paid')
      .map(async ({ intentId, terms }) => {
        if (!(await chain.isUsed(terms.payer, intentId))) return { intentId, is: 'open' }
        return { intentId, is: (await chain.isPaid(intentId)) ? 'paid' : 'cancelled' }
      }),
  )
  const those = (which: string) => found.filter(({ is }) => is === which).map(({ intentId }) => intentId)
  return { open: those('open'), paid: those('paid'), cancelled: those('cancelled') }
}
