/** The life of one order at one carrier. */
export const ORDER_STATES = [
  /** The carrier is being asked to reserve a profile. */
  'ordering',
  /** A profile is set aside; its release is being asked for. */
  'reserved',
  /** An activation code exists. */
  'ready',
  /** The package is on the card. */
  'downloaded',
  /** The carrier's signed receipt is here. */
  'installed',
  /** The traveller's consent is here too: the escrow shall open. */
  'consented',
  /** The escrow is Open for the book. */
  'active',
  /** The carrier could not; another one may. */
  'failed',
  /** The money went back. */
  'closed',
] as const

export type OrderState = (typeof ORDER_STATES)[number]

/** What can happen to an order. */
export type Fact =
  | 'reserved'
  | 'confirmed'
  | 'carrier-refused'
  | 'out-of-time'
  | 'downloaded'
  | 'installation-failed'
  | 'receipt'
  | 'consent'
  | 'activated'
  | 'refunded'

/** What shall follow from a move, written down in the same commit. */
export type Wish =
  | 'confirm'
  | 'cancel'
  | 'say-failed'
  | 'say-ready'
  | 'say-downloaded'
  | 'say-installed'
  | 'say-activation'
  | 'forget-code'

export interface Move {
  readonly to: OrderState
  readonly wishes: readonly Wish[]
}

const fail: Move = { to: 'failed', wishes: ['say-failed', 'cancel', 'forget-code'] }
const close: Move = { to: 'closed', wishes: ['cancel', 'forget-code'] }
/** An answer that came after its order had ended: what the carrier set aside is given back. */
const giveBack = (to: OrderState): Move => ({ to, wishes: ['cancel'] })
const stay = (to: OrderState): Move => ({ to, wishes: [] })

/** Every move there is. What is not here cannot happen and is refused. */
export const MOVES: Readonly<Record<OrderState, Partial<Record<Fact, Move>>>> = {
  ordering: {
    reserved: { to: 'reserved', wishes: ['confirm'] },
    'carrier-refused': fail,
    'out-of-time': fail,
    refunded: close,
  },
  reserved: {
    // Another profile in the place of one that the carrier no longer has.
    reserved: { to: 'reserved', wishes: ['confirm'] },
    confirmed: { to: 'ready', wishes: ['say-ready'] },
    'carrier-refused': fail,
    'out-of-time': fail,
    refunded: close,
  },
  ready: {
    confirmed: stay('ready'),
    downloaded: { to: 'downloaded', wishes: ['say-downloaded'] },
    'installation-failed': fail,
    // The notification may be lost or overtaken; who installed has downloaded.
    receipt: { to: 'installed', wishes: ['say-downloaded', 'say-installed'] },
    refunded: close,
  },
  downloaded: {
    downloaded: stay('downloaded'),
    'installation-failed': fail,
    receipt: { to: 'installed', wishes: ['say-installed'] },
    refunded: close,
  },
  installed: {
    downloaded: stay('installed'),
    receipt: stay('installed'),
    consent: { to: 'consented', wishes: ['say-activation'] },
    activated: { to: 'active', wishes: ['forget-code'] },
    refunded: close,
  },
  consented: {
    downloaded: stay('consented'),
    receipt: stay('consented'),
    consent: stay('consented'),
    activated: { to: 'active', wishes: ['forget-code'] },
    // The refund was mined first: activation reverts, the carrier never enables service.
    refunded: close,
  },
  active: {
    downloaded: stay('active'),
    receipt: stay('active'),
    consent: stay('active'),
    activated: stay('active'),
  },
  failed: {
    reserved: giveBack('failed'),
    confirmed: giveBack('failed'),
    'carrier-refused': stay('failed'),
    'out-of-time': stay('failed'),
    downloaded: stay('failed'),
    'installation-failed': stay('failed'),
    refunded: stay('failed'),
  },
  closed: {
    reserved: giveBack('closed'),
    confirmed: giveBack('closed'),
    'carrier-refused': stay('closed'),
    'out-of-time': stay('closed'),
    downloaded: stay('closed'),
    'installation-failed': stay('closed'),
    refunded: stay('closed'),
  },
}

/** The move that a fact makes, or undefined where the fact cannot be: a receipt before there was a code, say. */
export function decide(state: OrderState, fact: Fact): Move | undefined {
  return MOVES[state][fact]
}

/** What to do after a carrier did not answer. */
export type Patience = { readonly again: true; readonly afterMs: number } | { readonly again: false }

/** Waits before a carrier is asked again; the last one repeats. */
const WAITS_MS = [250, 500, 1000, 2000, 4000]

/** Whether a carrier that did not answer is asked again: until the order's time is over. */
export function patienceOf(failedCalls: number, nowMs: number, giveUpAtMs: number): Patience {
  const afterMs = WAITS_MS[Math.min(failedCalls, WAITS_MS.length) - 1] ?? WAITS_MS[0]!
  return nowMs + afterMs < giveUpAtMs ? { again: true, afterMs } : { again: false }
}

/** How many profiles to reserve more, when `count` were advised and `warm` are there already. */
export function warmMissing(count: number, warm: number, most: number): number {
  return Math.max(0, Math.min(count, most) - warm)
}
