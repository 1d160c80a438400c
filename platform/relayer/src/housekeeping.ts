import { carrierRegistryAbi, feeTreasuryAbi, gesimPaymasterAbi, intentEscrowAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { Ticker } from '@gesim/store'
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { collectWish, rateWish, sweepFeesWish, sweepGasWish, sweepTreasuryWish } from './calldata.ts'
import type { RelayerChain } from './chain.ts'
import { readOwed } from './duties.ts'
import { wish } from './outbox.ts'
import type { Parts, RelayerContext } from './parts.ts'
import type { Signers } from './signers.ts'

const NOBODY: Hex = '0x0000000000000000000000000000000000000000'
const LOOK_EVERY_SECONDS = 15
/** The rate of gas is read again when less of its life is left. */
const RATE_REFRESH_SECONDS = 3_600
/** A refusal (a price that was too old just then) is not the last word. */
const RATE_RETRY_SECONDS = 300
/** Less is not worth a transaction. */
const SWEEP_LEAST_MICROS = 10_000n
/** What is owed for duties is collected when it is worth a dollar. */
const COLLECT_LEAST_MICROS = 1_000_000n

/**
 * Wishes of our own: the paymaster's rate before it expires, and fees and margins to the treasury every now and then.
 * Anyone may send these; the operator does, so that nobody has to.
 */
export function lookAfter(
  context: RelayerContext,
  { chain, addresses, signers, wake }: Parts & { signers: Signers },
): Ticker {
  const { store, settings, clock } = context
  const poster = signers.poster[0]!.address
  return store.schedule('relayer.housekeeping', LOOK_EVERY_SECONDS, async (tx) => {
    const till = await readTill(chain, addresses.paymaster)
    const nowSeconds = Math.floor(clock.nowMs() / 1_000)
    const every = settings.sweepEverySeconds
    const books = every > 0 ? await booksWithFees(chain, addresses.carrierRegistry, addresses.escrow) : []
    const sweepable = every > 0 ? await readSweepable(chain, addresses.feeTreasury) : 0n
    const owed = every > 0 ? await readOwed(chain, addresses, poster) : 0n
    // Reads end here: a transaction that has written holds back every reader of the journal.
    if (till.rateValidUntil < nowSeconds + RATE_REFRESH_SECONDS)
      await wish(tx, rateWish(addresses, till.rateValidUntil, Math.floor(nowSeconds / RATE_RETRY_SECONDS)))
    if (every === 0) return
    const turn = Math.floor(nowSeconds / every).toString()
    if (till.revenueMicros >= SWEEP_LEAST_MICROS) await wish(tx, sweepGasWish(addresses, turn))
    if (books.length > 0) await wish(tx, sweepFeesWish(addresses, books, turn))
    if (owed >= COLLECT_LEAST_MICROS) await wish(tx, collectWish(addresses, turn))
    // What the two above bring is sent on in the next turn.
    if (sweepable >= SWEEP_LEAST_MICROS) await wish(tx, sweepTreasuryWish(addresses, turn))
    wake()
  })
}

async function readTill(chain: RelayerChain, paymaster: Hex) {
  const data = encodeFunctionData({ abi: gesimPaymasterAbi, functionName: 'till' })
  const answer = await chain.call({ from: NOBODY, to: paymaster, data })
  return decodeFunctionResult({ abi: gesimPaymasterAbi, functionName: 'till', data: answer })
}

async function readSweepable(chain: RelayerChain, feeTreasury: Hex): Promise<bigint> {
  const data = encodeFunctionData({ abi: feeTreasuryAbi, functionName: 'sweepable' })
  const answer = await chain.call({ from: NOBODY, to: feeTreasury, data })
  return decodeFunctionResult({ abi: feeTreasuryAbi, functionName: 'sweepable', data: answer })
}

async function booksWithFees(chain: RelayerChain, registry: Hex, escrow: Hex): Promise<number[]> {
  const count = decodeFunctionResult({
    abi: carrierRegistryAbi,
    functionName: 'bookCount',
    data: await chain.call({
      from: NOBODY,
      to: registry,
      data: encodeFunctionData({ abi: carrierRegistryAbi, functionName: 'bookCount' }),
    }),
  })
  const books: number[] = []
  for (let book = 1; book <= count; book++) {
    const data = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'feesOf', args: [book] })
    const answer = await chain.call({ from: NOBODY, to: escrow, data })
    const fees = decodeFunctionResult({ abi: intentEscrowAbi, functionName: 'feesOf', data: answer })
    if (fees >= SWEEP_LEAST_MICROS) books.push(book)
  }
  return books
}
