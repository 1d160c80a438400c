import type { Hex } from '../api/shapes.ts'

/** The sponsor's signature lives ten minutes: after eleven an operation is on the chain or never will be. */
export const PENDING_MS = 11 * 60_000
/** What the bundler does not know by then has never reached it. */
const UNKNOWN_AFTER_MS = 2 * 60_000

/** An operation that was signed and of which nobody has said yet what became of it. */
export interface Pending {
  readonly hash: Hex
  /** By the server's clock, in ms: from then on it cannot come any more. */
  readonly until: number
}

/** How the bundler answers `gesim_userOperationStatus`. */
export interface OperationStatus {
  readonly state: 'unknown' | 'accepted' | 'bundled' | 'included' | 'dropped'
  readonly why?: string
  readonly success?: boolean
  readonly revert?: string
}

/**
 * How long a new operation of the account has to wait for the one before; 0 where it may go now. The status is null
 * where the bundler did not answer.
 */
export function waitMs(pending: Pending, status: OperationStatus | null, nowMs: number): number {
  const leftMs = pending.until - nowMs
  if (leftMs <= 0 || status?.state === 'included' || status?.state === 'dropped') return 0
  if (status?.state === 'unknown' && PENDING_MS - leftMs >= UNKNOWN_AFTER_MS) return 0
  return leftMs
}

/** What is remembered of the account's last operation, or null. What no clock of ours can have written is brought into reach. */
export function pendingOf(account: Hex, nowMs: number): Pending | null {
  const read = readPending(stored(keyOf(account)))
  if (!read || read.until <= nowMs) {
    forgetPending(account)
    return null
  }
  if (read.until <= nowMs + PENDING_MS) return read
  const near = { hash: read.hash, until: nowMs + PENDING_MS }
  keepPending(account, near)
  return near
}

/** The record as it was stored, or null where it is none. */
export function readPending(text: string | null): Pending | null {
  try {
    const { hash, until } = JSON.parse(text ?? 'null') ?? {}
    return /^0x[0-9a-f]{64}$/.test(hash) && Number.isFinite(until) ? { hash, until } : null
  } catch {
    return null
  }
}

// A browser may refuse to store (private windows, full disks): then the page goes on without.
export function keepPending(account: Hex, pending: Pending): void {
  try {
    localStorage.setItem(keyOf(account), JSON.stringify(pending))
  } catch {}
}

/** Forgets the account's operation, if it is still that one where one is named. */
export function forgetPending(account: Hex, hash?: Hex): void {
  try {
    if (hash && readPending(stored(keyOf(account)))?.hash !== hash) return
    localStorage.removeItem(keyOf(account))
  } catch {}
}

function keyOf(account: Hex): string {
  return `gesim-pending-${account.toLowerCase()}`
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}
