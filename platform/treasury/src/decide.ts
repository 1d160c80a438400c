import { refuse } from '@gesim/base'

export const OFF_RAMP_STATES = ['requested', 'approved', 'sent', 'confirmed', 'failed'] as const
export type OffRampState = (typeof OFF_RAMP_STATES)[number]

/** What can happen to a request. */
export type OffRampStep = 'approve' | 'refuse' | 'send' | 'confirm' | 'fail'

/**
 * The life of an off-ramp request. `sent` means that the USDC have left the Safe, so from there only the provider ends it;
 * before, a failure costs nothing and the carrier may ask again.
 */
const STEPS: Readonly<Record<OffRampState, Partial<Record<OffRampStep, OffRampState>>>> = {
  requested: { approve: 'approved', refuse: 'failed' },
  approved: { send: 'sent', refuse: 'failed', fail: 'failed' },
  sent: { confirm: 'confirmed', fail: 'failed' },
  confirmed: {},
  failed: {},
}

/** The state after a step. Throws `treasury.wrong-state` where the step does not follow. */
export function nextState(state: OffRampState, step: OffRampStep): OffRampState {
  const next = STEPS[state][step]
  if (next === undefined) throw refuse('treasury.wrong-state', { state, step })
  return next
}

/** What a clerk needs to know of an approved request with an order. */
export interface Payable {
  readonly id: bigint
  readonly safe: string
  readonly depositAddress: string
  readonly amountMicros: bigint
}

/** A Safe transaction has less than 2^24 gas (EIP-7825) and each transfer takes about 60,000: well below. */
export const TRANSFERS_AT_ONCE = 100

/**
 * The next batch of a Safe: the oldest requests first, as long as its money lasts and no more than fit. A request that
 * is larger than what is there waits and lets nobody younger of the same Safe pass: first come, first paid.
 */
export function batchOf(payable: readonly Payable[], balanceMicros: bigint): Payable[] {
  const chosen: Payable[] = []
  let left = balanceMicros
  for (const one of [...payable].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (one.amountMicros > left || chosen.length === TRANSFERS_AT_ONCE) break
    left -= one.amountMicros
    chosen.push(one)
  }
  return chosen
}

/** Whether owners and threshold make a Safe that no single person commands. */
export function isSharedSafe(owners: readonly string[], threshold: number): boolean {
  const distinct = new Set(owners.map((owner) => owner.toLowerCase()))
  return distinct.size === owners.length && threshold >= 2 && threshold <= owners.length
}

/** What of a Safe's money nobody asked for yet. */
export function freeMicros(balanceMicros: bigint, asked: readonly bigint[]): bigint {
  const left = asked.reduce((rest, amount) => rest - amount, balanceMicros)
  return left > 0n ? left : 0n
}
