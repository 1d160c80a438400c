// The end of a purchase: does the chain say what the books say?
import { broken, sleepMs } from '@gesim/base'
import { intentEscrowAbi } from '@gesim/contracts'
import { financeRoutes, type Intent, intentsRoutes, type Receipt } from '@gesim/wire'
import { parseEventLogs } from 'viem'
import type { Connection } from './connect.ts'
import type { Printer } from './print.ts'

const BALANCED_WITHIN_MS = 15_000
const PAID_WITHIN_MS = 120_000

/** The carrier's claim for a purchase, read from the chain itself. Throws `cli.payout-missing`. */
export async function checkPayout(connection: Connection, intent: Intent, printer: Printer): Promise<void> {
  const { api, chain, addresses } = connection
  const charged = BigInt(intent.chargedMicros)
  // The rest may be back before the carrier is paid: the two are transactions of their own, in either order.
  const end = Date.now() + PAID_WITHIN_MS
  let paid: { txHash: `0x${string}` } | undefined
  for (;;) {
    const receipt: Receipt = await api.call(intentsRoutes.receipt, { params: { id: intent.intentId } })
    const { payouts = [] } = (receipt.settlement ?? {}) as { payouts?: { txHash: `0x${string}` }[] }
    paid = payouts.at(-1)
    if (paid || charged === 0n || Date.now() > end) break
    await sleepMs(500)
  }
  if (!paid) {
    if (charged === 0n) return
    throw broken('cli.payout-missing', { intentId: intent.intentId })
  }
  const mined = await chain.getTransactionReceipt({ hash: paid.txHash })
  const logs = parseEventLogs({ abi: intentEscrowAbi, eventName: 'CarrierPaid', logs: mined.logs })
  const ours = logs.find(
    (log) =>
      log.address.toLowerCase() === addresses.escrow.toLowerCase() && Number(log.args.book) === intent.book,
  )
  if (!ours) throw broken('cli.payout-missing', { intentId: intent.intentId, tx: paid.txHash })
  printer.step('carrier paid', {
    book: intent.book,
    gross: `${ours.args.gross} µUSDC`,
    tx: paid.txHash,
    gas: mined.gasUsed.toString(),
  })
}

/** Charged and returned make the whole, and each line of the reconciliation differs by zero. Throws `cli.books-differ`. */
export async function checkBooks(connection: Connection, intent: Intent, printer: Printer): Promise<void> {
  const { api, chain, addresses } = connection
  const onChain = await chain.readContract({
    address: addresses.escrow,
    abi: intentEscrowAbi,
    functionName: 'intentOf',
    args: [intent.intentId as `0x${string}`],
  })
  const [funded, charged, returned] = [intent.fundedMicros, intent.chargedMicros, intent.refundedMicros].map(
    BigInt,
  ) as [bigint, bigint, bigint]
  if (charged + returned !== funded || onChain.settled !== charged) {
    throw broken('cli.books-differ', {
      intentId: intent.intentId,
      funded,
      charged,
      returned,
      settledOnChain: onChain.settled,
    })
  }
  // The ledger reads the journal a moment after the chain: give it time to arrive before calling it a difference.
  const end = Date.now() + BALANCED_WITHIN_MS
  for (;;) {
    const { reconciliation } = await api.call(financeRoutes.summary)
    const open = reconciliation.filter((row) => BigInt(row.differenceMicros) !== 0n)
    if (open.length === 0) break
    if (Date.now() > end)
      throw broken('cli.books-differ', { line: open[0]!.name, difference: open[0]!.differenceMicros })
    await sleepMs(300)
  }
  printer.step('books balance', { funded: `${funded} µUSDC`, charged: `${charged}`, returned: `${returned}` })
}
