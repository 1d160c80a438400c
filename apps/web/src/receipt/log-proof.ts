import { toHex, utf8 } from '@gesim/base'
import { logLeafHash, type ReceiptBundle, ZERO_HASH } from '@gesim/proofs'
import type { Hex, LogProof, Receipt } from '../api/shapes.ts'

/** The newest entry of the transparency log that speaks of the purchase. */
export function newestEntry(receipt: Pick<Receipt, 'transparency'>): Hex | null {
  const { entries } = (receipt.transparency ?? {}) as { entries?: { leafHash: Hex; index: number }[] }
  return entries?.toSorted((a, b) => a.index - b.index).at(-1)?.leafHash ?? null
}

/**
 * The log's proof in the shape that `@gesim/proofs` checks. The leaf hash is computed from the entry's own bytes, and
 * an entry that does not name the purchase proves nothing about it.
 */
export function logPart(proof: LogProof, intentId: Hex): NonNullable<ReceiptBundle['log']> {
  const { entry, path, checkpoint } = proof
  const names = entry.entry.toLowerCase().includes(intentId.toLowerCase())
  return {
    leafHash: names ? `0x${toHex(logLeafHash(utf8(entry.entry)))}` : ZERO_HASH,
    index: entry.index,
    size: checkpoint.size,
    root: checkpoint.root,
    path,
  }
}
