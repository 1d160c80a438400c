import { refuse } from '@gesim/base'

export type OnRampState = 'requested' | 'redirected' | 'paid' | 'delivered' | 'failed' | 'expired'
export type OnRampStep = 'start' | 'pay' | 'deliver' | 'fail' | 'expire'
export type OnRampWhy = 'declined' | 'cancelled' | 'undelivered' | 'price'

/**
 * The life of an order. `requested` is written before the provider is asked, so a crash in between is made good under the
 * same key. Only the provider ends an order whose page was handed out: ours would else be over while a card is charged.
 */
const STEPS: Readonly<Record<OnRampState, Partial<Record<OnRampStep, OnRampState>>>> = {
  requested: { start: 'redirected', fail: 'failed', expire: 'expired' },
  redirected: { pay: 'paid', deliver: 'delivered', fail: 'failed', expire: 'expired' },
  paid: { deliver: 'delivered', fail: 'failed' },
  delivered: {},
  failed: {},
  expired: {},
}

/** The state after a step; null where the step does not follow. */
export function afterStep(state: OnRampState, step: OnRampStep): OnRampState | null {
  return STEPS[state][step] ?? null
}

export const OPEN_STATES = ['requested', 'redirected', 'paid'] as const satisfies readonly OnRampState[]

/** Amounts of one order and of a day for one account, and orders open at once. */
export const LIMITS = {
  leastMicros: 5_000_000n,
  mostMicros: 200_000_000n,
  dayMicros: 500_000_000n,
  openAtOnce: 3,
} as const

/** An order that reached no provider within this time is over: no page was handed out, so nothing can be paid. */
export const START_WITHIN_SECONDS = 900

/** Throws when an amount may not be bought in one order. */
export function requireAmount(amountMicros: bigint): void {
  if (amountMicros < LIMITS.leastMicros || amountMicros > LIMITS.mostMicros)
    throw refuse('treasury.on-ramp-limit', {
      leastMicros: LIMITS.leastMicros,
      mostMicros: LIMITS.mostMicros,
    })
}

/** Throws when a further order would be more than an account may have. `today` is what was bought or is being bought. */
export function requireRoom(
  amountMicros: bigint,
  today: { readonly micros: bigint; readonly open: number },
): void {
  if (today.open >= LIMITS.openAtOnce) throw refuse('treasury.on-ramp-too-many', { open: today.open })
  if (today.micros + amountMicros > LIMITS.dayMicros)
    throw refuse('treasury.on-ramp-day-limit', { leftMicros: leftToday(today.micros) })
}

export function leftToday(boughtMicros: bigint): bigint {
  return boughtMicros < LIMITS.dayMicros ? LIMITS.dayMicros - boughtMicros : 0n
}
