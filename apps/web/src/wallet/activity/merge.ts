import type { Activity, Hex } from '../../api/shapes.ts'
import type { Transfer } from '../../chain/transfers.ts'

type Told = Activity['items'][number]

/** One line of the list: what our API tells of purchases and fees, or what the chain tells of transfers. */
export interface ActivityRow {
  readonly key: string
  readonly kind: Told['kind'] | 'sent' | 'received'
  readonly atMs: number
  readonly amountMicros: bigint
  readonly txHash: Hex
  readonly intentId?: Hex
  readonly other?: Hex
  /** The network fee that GeSIM paid for it, where it is known. */
  readonly feeMicros?: bigint
}

/**
 * Both lists as one, newest first. A fee that belongs to a transfer stands with it and not as a line of its own: it is one
 * thing that the traveller did.
 */
export function mergeActivity(told: readonly Told[], transfers: readonly Transfer[]): ActivityRow[] {
  const fees = new Map(
    told
      .filter((one) => one.kind === 'sponsored-gas')
      .map((one) => [one.txHash.toLowerCase(), BigInt(one.amountMicros)]),
  )
  const sentBy = new Set(transfers.filter((one) => one.way === 'out').map((one) => one.txHash.toLowerCase()))
  const rows: ActivityRow[] = transfers.map((one) => {
    const fee = one.way === 'out' ? fees.get(one.txHash.toLowerCase()) : undefined
    // Two transfers of one transaction cost one fee.
    if (fee !== undefined) fees.delete(one.txHash.toLowerCase())
    return {
      key: `${one.txHash}${one.logIndex}`,
      kind: one.way === 'out' ? 'sent' : 'received',
      atMs: one.atMs,
      amountMicros: one.amountMicros,
      txHash: one.txHash,
      other: one.other,
      ...(fee === undefined ? {} : { feeMicros: fee }),
    }
  })
  for (const one of told) {
    if (one.kind === 'sponsored-gas' && sentBy.has(one.txHash.toLowerCase())) continue
    rows.push({
      key: `${one.txHash}${one.kind}${one.intentId ?? ''}`,
      kind: one.kind,
      atMs: one.atMs,
      amountMicros: BigInt(one.amountMicros),
      txHash: one.txHash as Hex,
      ...(one.intentId ? { intentId: one.intentId as Hex } : {}),
    })
  }
  return rows.sort((a, b) => b.atMs - a.atMs || (a.key < b.key ? -1 : 1))
}
