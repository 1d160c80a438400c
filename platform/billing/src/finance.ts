import { unreachable } from '@gesim/base'
import { openChain } from '@gesim/contracts/reading'
import type { ChainSettings, Db } from '@gesim/store'
import { sql } from 'kysely'
import { erc20Abi } from 'viem'
import { accounts, IN_ESCROW } from './accounts.ts'

/** One figure seen from two sides: what the chain says and what the ledger says. */
export interface Reconciled {
  readonly name: string
  readonly chainMicros: string
  readonly ledgerMicros: string
  readonly differenceMicros: string
}

/** What the chain itself holds, read now. */
export interface ChainBalances {
  readonly escrowMicros: bigint
  readonly paymasterMicros: bigint
}

/** Reads the balances of escrow and paymaster. Throws `billing.chain-unreachable`. */
export async function readChainBalances(chain: ChainSettings): Promise<ChainBalances> {
  const { client, asked } = openChain(chain.rpcUrl, (cause) =>
    unreachable('billing.chain-unreachable', {}, cause),
  )
  const balanceOf = (account: `0x${string}`) =>
    asked(
      client.readContract({
        abi: erc20Abi,
        address: chain.addresses.usdc,
        functionName: 'balanceOf',
        args: [account],
      }),
    )
  const [escrowMicros, paymasterMicros] = await Promise.all([
    balanceOf(chain.addresses.escrow),
    balanceOf(chain.addresses.paymaster),
  ])
  return { escrowMicros, paymasterMicros }
}

interface Totals {
  funded: bigint
  refunded: bigint
  closed_refunded: bigint
  gross: bigint
  fees: bigint
  swept: bigint
  gas: bigint
  relayers: bigint
}

/** Events that a reorganisation took back do not count. */
const STANDS = sql`not exists (
  select from gesim.journal u where u.kind = 'chain.undone' and (u.body ->> 'seq')::bigint = j.seq)`

/** What the chain's own events add up to, straight from the journal: the second opinion on the ledger. */
async function chainTotals(db: Db): Promise<Totals> {
  const { rows } = await sql<Totals>`
    select
      coalesce(sum(funded), 0)::bigint as funded, coalesce(sum(refunded), 0)::bigint as refunded,
      coalesce(sum(closed_refunded), 0)::bigint as closed_refunded, coalesce(sum(gross), 0)::bigint as gross,
      coalesce(sum(fees), 0)::bigint as fees, coalesce(sum(swept), 0)::bigint as swept,
      coalesce(sum(gas), 0)::bigint as gas, coalesce(sum(relayers), 0)::bigint as relayers
    from (
      select max((body ->> 'fundedMicros')::bigint) as funded, 0 as refunded, 0 as closed_refunded, 0 as gross,
        0 as fees, 0 as swept, 0 as gas, 0 as relayers
      from gesim.journal j where kind = 'intent.funded' and ${STANDS} group by intent_id
      union all
      select 0, case when kind = 'intent.refunded' then (body ->> 'refundedMicros')::bigint else 0 end,
        case when kind = 'intent.closed' then (body ->> 'refundedMicros')::bigint else 0 end,
        case kind when 'payout.claimed' then (body ->> 'grossMicros')::bigint
          when 'voucher.released' then (body ->> 'paidMicros')::bigint else 0 end,
        case when kind in ('payout.claimed', 'voucher.released') then (body ->> 'feeMicros')::bigint else 0 end,
        case when kind = 'fees.swept' then (body ->> 'amountMicros')::bigint else 0 end,
        case when kind = 'gas.charged'
          then (body ->> 'costMicros')::bigint + (body ->> 'marginMicros')::bigint else 0 end,
        case when kind = 'relayer.paid' then (body ->> 'amountMicros')::bigint else 0 end
      from gesim.journal j
      where ${STANDS} and kind in ('intent.refunded', 'intent.closed', 'payout.claimed', 'voucher.released', 'fees.swept',
        'gas.charged', 'relayer.paid')
    ) facts`.execute(db)
  return rows[0]!
}

/** The sum of the balances of all accounts that match one of the patterns. */
async function balanceLike(db: Db, patterns: readonly string[]): Promise<bigint> {
  const { rows } = await sql<{ sum: bigint }>`
    select coalesce(sum(balance_micros), 0)::bigint as sum from gesim.billing_balances
    where account like any(${[...patterns]}::text[])`.execute(db)
  return rows[0]!.sum
}

async function movedBy(db: Db, why: string): Promise<bigint> {
  const { rows } = await sql<{ sum: bigint }>`
    select coalesce(sum(case when why = ${why} then amount_micros else -amount_micros end), 0)::bigint as sum
    from gesim.billing_transfers where why in (${why}, ${`undone: ${why}`})`.execute(db)
  return rows[0]!.sum
}

/**
 * The three-way reconciliation: the ledger against what the chain's events add up to, and against the balance that the
 * chain holds now. A difference that stays is an error; one that lasts seconds is an event still on its way.
 */
export async function reconcileBooks(db: Db, balances: ChainBalances | null): Promise<Reconciled[]> {
  const [totals, inEscrow, returned, refunded, funded, paid, feeMoves, treasury, relayers, gas, margin] =
    await Promise.all([
      chainTotals(db),
      balanceLike(db, IN_ESCROW),
      movedBy(db, 'remainder returned'),
      movedBy(db, 'refunded'),
      movedBy(db, 'funded'),
      balanceLike(db, ['carrier:book:%:paid']),
      movedBy(db, 'fee'),
      balanceLike(db, [accounts.treasury]),
      balanceLike(db, [accounts.relayers]),
      movedBy(db, 'sponsored gas'),
      movedBy(db, 'gas margin'),
    ])
  const row = (name: string, chain: bigint, ledger: bigint): Reconciled => ({
    name,
    chainMicros: chain.toString(),
    ledgerMicros: ledger.toString(),
    differenceMicros: (chain - ledger).toString(),
  })
  return [
    row('Paid in by travellers', totals.funded, funded),
    row('Refunded while held', totals.refunded, refunded),
    row('Remainders returned', totals.closed_refunded, returned),
    row('Paid to carriers, net', totals.gross - totals.fees, paid),
    row('Fees of payouts', totals.fees, feeMoves),
    row('Swept to the treasury', totals.swept, treasury + relayers),
    row('Paid to relayers', totals.relayers, relayers),
    row('Gas and margin charged', totals.gas, gas + margin),
    ...(balances ? [row('USDC in the escrow', balances.escrowMicros, inEscrow)] : []),
  ]
}

/** The money tiles and the reconciliation of the finance page. */
export async function financeSummary(db: Db, balances: ChainBalances | null) {
  const [
    reconciliation,
    held,
    booked,
    payable,
    remainders,
    fees,
    swept,
    relayers,
    paid,
    refunded,
    returned,
    margin,
    rates,
  ] = await Promise.all([
    reconcileBooks(db, balances),
    balanceLike(db, [accounts.held]),
    balanceLike(db, ['escrow:book:%']),
    balanceLike(db, ['carrier:book:%:payable']),
    balanceLike(db, [accounts.remainders]),
    balanceLike(db, [accounts.fees]),
    balanceLike(db, [accounts.treasury]),
    balanceLike(db, [accounts.relayers]),
    balanceLike(db, ['carrier:book:%:paid']),
    movedBy(db, 'refunded'),
    movedBy(db, 'remainder returned'),
    movedBy(db, 'gas margin'),
    sql<{ pair: string; rate: string; updated_at: bigint }>`
        select pair, rate::text as rate, updated_at from gesim.billing_rates order by pair`.execute(db),
  ])
  const escrow = held + booked + payable + remainders + fees
  return {
    tiles: {
      escrowMicros: escrow.toString(),
      heldMicros: held.toString(),
      openMicros: booked.toString(),
      payableMicros: payable.toString(),
      remaindersMicros: remainders.toString(),
      paidOutMicros: paid.toString(),
      refundedMicros: (refunded + returned).toString(),
      feesMicros: (fees + swept + relayers).toString(),
      gasMarginMicros: margin.toString(),
      relayersPaidMicros: relayers.toString(),
      paymasterMicros: balances ? balances.paymasterMicros.toString() : null,
    },
    balanced: reconciliation.every((one) => one.differenceMicros === '0'),
    reconciliation,
    rates: rates.rows.map((one) => ({
      pair: one.pair,
      rate: one.rate,
      updatedAt: Number(one.updated_at),
    })),
  }
}
