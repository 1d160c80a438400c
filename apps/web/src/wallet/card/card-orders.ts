import type { OnRamp, OnRampOrder } from '../../api/shapes.ts'

const CHOICES = ['10000000', '20000000', '50000000', '100000000', '200000000'] as const

/** The amounts that may be bought now: within the provider's limits and what is left of the day. */
export function amountsOf(provider: NonNullable<OnRamp['provider']>): string[] {
  const most = [BigInt(provider.mostMicros), BigInt(provider.leftTodayMicros)].reduce((a, b) =>
    a < b ? a : b,
  )
  return CHOICES.filter((one) => BigInt(one) >= BigInt(provider.leastMicros) && BigInt(one) <= most)
}

/** Whether an order may still change. */
export function isOpen(order: Pick<OnRampOrder, 'state'>): boolean {
  return order.state === 'requested' || order.state === 'redirected' || order.state === 'paid'
}

export const STEPS = ['ordered', 'paid', 'arrived'] as const

/** How many of the steps are done. */
export function stepsDone(state: OnRampOrder['state']): number {
  return state === 'delivered' ? 3 : state === 'paid' ? 2 : 1
}
