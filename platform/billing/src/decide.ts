import { broken } from '@gesim/base'
import { accounts } from './accounts.ts'

/** A movement of money: `amountMicros` leaves one account and arrives at another. */
export interface Transfer {
  readonly from: string
  readonly to: string
  readonly amountMicros: bigint
  readonly why: string
}

/** Where an intent's money stands. */
export interface Purse {
  readonly book: number | null
  readonly fundedMicros: bigint
  readonly activated: boolean
  readonly chargedMicros: bigint
  readonly final: boolean
}

function transfer(from: string, to: string, amountMicros: bigint, why: string): Transfer[] {
  return amountMicros > 0n ? [{ from, to, amountMicros, why }] : []
}

/** Money came in. `fundedMicros` is the sum since the beginning, so a repeat moves nothing. */
export function onFunded(purse: Purse, fundedMicros: bigint): Transfer[] {
  const to = purse.activated ? accounts.book(purse.book!) : accounts.held
  return transfer(accounts.travellers, to, fundedMicros - purse.fundedMicros, 'funded')
}

/** The escrow opened for a carrier's book. */
export function onActivated(purse: Purse, book: number): Transfer[] {
  return purse.activated ? [] : transfer(accounts.held, accounts.book(book), purse.fundedMicros, 'activated')
}

/**
 * The cumulative charge rose. Throws `billing.charge-fell` when it is lower than before, `billing.over-charged` when
 * it is more than was paid in: both would be our mistake, and neither may reach a root.
 */
export function onCharged(purse: Purse, amountMicros: bigint, final: boolean): Transfer[] {
  const { chargedMicros, fundedMicros } = purse
  if (amountMicros < chargedMicros) throw broken('billing.charge-fell', { chargedMicros, amountMicros })
  if (amountMicros > fundedMicros) throw broken('billing.over-charged', { fundedMicros, amountMicros })
  const book = purse.book!
  return [
    ...transfer(
      accounts.book(book),
      accounts.payable(book),
      amountMicros - chargedMicros,
      chargedMicros === 0n ? 'first charge' : 'usage charged',
    ),
    ...(final && !purse.final
      ? transfer(accounts.book(book), accounts.remainders, fundedMicros - amountMicros, 'remainder due')
      : []),
  ]
}

/** The whole amount went back while Held. */
export function onRefunded(refundedMicros: bigint): Transfer[] {
  return transfer(accounts.held, accounts.travellers, refundedMicros, 'refunded')
}

/**
 * The intent closed on chain. What the chain charged wins over what we charged: an exit can be settled on other
 * evidence. Throws `billing.close-unbalanced` when charge and return are not what was paid in.
 */
export function onClosed(purse: Purse, chargedMicros: bigint, refundedMicros: bigint): Transfer[] {
  if (chargedMicros + refundedMicros !== purse.fundedMicros)
    throw broken('billing.close-unbalanced', {
      chargedMicros,
      refundedMicros,
      fundedMicros: purse.fundedMicros,
    })
  const book = purse.book!
  const rest = purse.final ? accounts.remainders : accounts.book(book)
  const more = chargedMicros - purse.chargedMicros
  return [
    ...transfer(rest, accounts.payable(book), more, 'charged at close'),
    ...transfer(accounts.payable(book), rest, -more, 'charge lowered at close'),
    ...transfer(rest, accounts.travellers, refundedMicros, 'remainder returned'),
  ]
}

/** A carrier claimed; the fee stays in the escrow until it is swept. */
export function onPaid(book: number, grossMicros: bigint, feeMicros: bigint): Transfer[] {
  return [
    ...transfer(accounts.payable(book), accounts.paid(book), grossMicros - feeMicros, 'claimed'),
    ...transfer(accounts.payable(book), accounts.fees, feeMicros, 'fee'),
  ]
}

/** Fees of the escrow, or what the paymaster charged, reached the treasury Safe. */
export function onSwept(source: 'escrow' | 'paymaster', amountMicros: bigint): Transfer[] {
  const from = source === 'escrow' ? accounts.fees : accounts.gasRevenue
  return transfer(from, accounts.treasury, amountMicros, `${source} fees swept`)
}

/** The fee treasury owes a relayer for a duty that it did: posting an epoch, settling books. */
export function onRelayerPaid(amountMicros: bigint): Transfer[] {
  return transfer(accounts.treasury, accounts.relayers, amountMicros, 'relayer paid')
}

/** A sponsored operation was charged: the network's gas and our margin on it. */
export function onGas(costMicros: bigint, marginMicros: bigint): Transfer[] {
  return [
    ...transfer(accounts.gasPools, accounts.gasRevenue, costMicros, 'sponsored gas'),
    ...transfer(accounts.gasPools, accounts.gasRevenue, marginMicros, 'gas margin'),
  ]
}
