import { randomUUID } from 'node:crypto'
import { refuse, sleepMs, unreachable } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'
import { faucetWish } from './calldata.ts'
import { wish } from './outbox.ts'
import { stateOf } from './sender.ts'
import { rowsIn } from './table.ts'

const MOST_MICROS = 100_000_000n
const MOST_AN_HOUR_MICROS = 1_000_000_000n
const WAIT_MS = 15_000

/** What giving test money away needs. */
export interface FaucetContext {
  readonly store: Store
  readonly addresses: Addresses
  readonly chainId: number
  wake(): void
}

/**
 * Mints test USDC to an account and waits until it is there. Refuses off a local chain, above 100 USDC, and above 1,000
 * USDC an hour for one account.
 */
export async function giveTestMoney(
  context: FaucetContext,
  account: Hex,
  amountMicros = MOST_MICROS,
): Promise<{ txHash: Hex; amountMicros: string }> {
  if (context.chainId !== LOCAL_CHAIN_ID) throw refuse('relayer.not-local', { chainId: context.chainId })
  if (amountMicros <= 0n || amountMicros > MOST_MICROS) throw refuse('relayer.faucet-limit', { amountMicros })
  const owner = account.toLowerCase() as Hex
  const wanted = faucetWish(context.addresses, owner, amountMicros, randomUUID())
  await context.store.tx(async (tx) => {
    const own = rowsIn(tx)
    // One at a time for an account, or two requests at once would both see the old sum.
    await sql`select pg_advisory_xact_lock(hashtext(${`faucet:${owner}`}))`.execute(tx)
    const { given } = await own
      .selectFrom('relayer_faucet')
      .select(({ fn }) => fn.coalesce(fn.sum<string>('amount_micros'), sql<string>`0`).as('given'))
      .where('account', '=', owner)
      .where('at', '>', sql<Date>`now() - interval '1 hour'`)
      .executeTakeFirstOrThrow()
    if (BigInt(given) + amountMicros > MOST_AN_HOUR_MICROS)
      throw refuse('relayer.faucet-limit', { givenMicros: given })
    await own.insertInto('relayer_faucet').values({ account: owner, amount_micros: amountMicros }).execute()
    await wish(tx, wanted)
  })
  context.wake()
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += 50) {
    const row = await stateOf(context.store, wanted.key)
    if (row?.state === 'mined' || row?.state === 'final')
      return { txHash: row.hash!, amountMicros: amountMicros.toString() }
    if (row?.state === 'refused') throw refuse('relayer.faucet-refused', { why: row.why })
    await sleepMs(50)
  }
  throw unreachable('relayer.chain-unreachable', { waitedMs: WAIT_MS })
}
