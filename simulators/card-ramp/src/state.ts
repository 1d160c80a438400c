import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type Hex = `0x${string}`

export type OrderState = 'open' | 'paid' | 'delivered' | 'failed' | 'cancelled' | 'expired'

export interface Order {
  readonly orderId: string
  /** The customer's own name of the order: the same key is the same order. */
  readonly key: string
  readonly address: Hex
  readonly amountMicros: string
  readonly payMinor: number
  readonly feeMinor: number
  readonly returnUrl: string
  readonly notifyUrl: string
  readonly expiresAtMs: number
  state: OrderState
  /** Which of the sandbox's outcomes was chosen, where it is a failure. */
  why?: 'declined' | 'undelivered'
  paidAtMs?: number
  /** The delivery as it was signed, before it was sent for the first time: sent again, it is the same transaction. */
  signed?: { readonly raw: Hex; readonly hash: Hex }
}

export interface StateFile {
  readonly orders: Record<string, Order>
  /** Writes the state so that a crash leaves either the old or the new file, never half of one. */
  save(): void
}

/** Opens the state file, or begins anew. An empty path keeps the state in memory. */
export function openState(path: string): StateFile {
  const orders = read(path)
  return {
    orders,
    save() {
      if (path === '') return
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.new`, JSON.stringify(orders), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
  }
}

function read(path: string): Record<string, Order> {
  if (path === '') return {}
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Order>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
