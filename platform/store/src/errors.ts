import { Failure, unreachable } from '@gesim/base'

// Class 08: connection; 57P: shut down; 53: out of resources; 25P04: transaction timeout.
const NO_DATABASE = /^(08|57P|53|25P0[34])/
// 40001 serialisation, 40P01 deadlock, 55P03 lock not available.
const CONFLICT = /^(40001|40P01|55P03)$/
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'])

/** Names what `pg` throws: a lost database and a lost race can be tried again, all else stays as it is. */
export function named(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string') {
    if (NETWORK.has(code) || NO_DATABASE.test(code))
      return unreachable('store.no-database', { why: code }, error)
    if (CONFLICT.test(code)) return unreachable('store.conflict', { why: code }, error)
  }
  if (/Connection terminated|timeout exceeded when trying to connect/.test(error.message))
    return unreachable('store.no-database', {}, error)
  return error
}
