// Quote, intent, and the one user operation that funds the escrow.
import { formatMicros, isFailure, refuse, sleepMs } from '@gesim/base'
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { fundingCalls, remainderCall } from '@gesim/contracts/account'
import { agreementDiffers, intentIdOf, leafProofFromJson, termsFromJson } from '@gesim/proofs'
import {
  epochsRoutes,
  type Intent,
  intentsRoutes,
  type Plan,
  plansRoutes,
  type Quote,
  quotesRoutes,
  walletRoutes,
} from '@gesim/wire'
import { BaseError, encodeFunctionData, RpcRequestError } from 'viem'
import { type Connection, lower, type Traveller } from './connect.ts'
import type { CliOptions } from './options.ts'
import type { Printer } from './print.ts'

/** The plan named, or the first pay-per-use plan of the country. Throws `cli.no-plan`. */
export async function choosePlan(connection: Connection, options: CliOptions): Promise<Plan> {
  const { plans } = await connection.api.call(plansRoutes.list, {
    query: options.country ? { country: options.country } : {},
  })
  const onSale = plans.filter((plan) => plan.onSale)
  const found = options.plan
    ? onSale.find((plan) => plan.planId === options.plan)
    : (onSale.find((plan) => plan.kind === 'per-use') ?? onSale[0])
  if (!found) throw refuse('cli.no-plan', { country: options.country, plan: options.plan })
  return found
}

/** Tops the account up from the local faucet when its balance does not cover the price. */
export async function coverPrice(
  connection: Connection,
  traveller: Traveller,
  priceMicros: bigint,
  printer: Printer,
): Promise<void> {
  const { chain, addresses, api, network } = connection
  const balance = await chain.readContract({
    address: addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [traveller.account.address],
  })
  if (balance >= priceMicros || !network.local) return
  const { txHash, amountMicros } = await api.call(walletRoutes.faucet, {
    body: { account: lower(traveller.account.address) },
  })
  await chain.waitForTransactionReceipt({ hash: txHash })
  printer.step('topped up', { note: `${formatMicros(BigInt(amountMicros))} test USDC`, tx: txHash })
}

/** Takes a quote and registers the purchase; the intent id is computed here too and must agree. */
export async function takeQuote(
  connection: Connection,
  plan: Plan,
  options: CliOptions,
): Promise<{ quote: Quote; intentId: `0x${string}` }> {
  const { api } = connection
  const quote = await api.call(quotesRoutes.create, { body: { planId: plan.planId, qos: options.qos } })
  const computed = intentIdOf(termsFromJson(quote.terms))
  if (computed.toLowerCase() !== quote.intentId.toLowerCase()) {
    throw refuse('cli.operation-failed', { why: 'the quoted intent id is not the hash of the quoted terms' })
  }
  const differs = agreementDiffers(quote.agreement, plan, quote.terms)
  if (differs)
    throw refuse('cli.operation-failed', { why: `the quote does not agree with the plan shown: ${differs}` })
  const { intentId } = await api.call(intentsRoutes.create, {
    // Taken twice, a quote is the same purchase: asked again after a lost answer, no key is needed.
    body: { quoteId: quote.quoteId, terms: quote.terms },
  })
  return { quote, intentId: intentId as `0x${string}` }
}

/** Sends calls as one sponsored operation and waits until it is mined. Throws `cli.operation-refused`, `cli.operation-failed`. */
export async function operate(
  traveller: Traveller,
  calls: readonly { to: `0x${string}`; value?: bigint; data?: `0x${string}` }[],
): Promise<{ txHash: `0x${string}`; gasUsed: bigint }> {
  const hash = await traveller.operations.sendUserOperation({ calls: [...calls] }).catch((cause) => {
    if (!(cause instanceof BaseError)) throw cause
    const told = cause.walk((one) => one instanceof RpcRequestError) as RpcRequestError | null
    throw refuse('cli.operation-refused', { reason: told?.details ?? cause.shortMessage }, cause)
  })
  const { receipt, success, reason } = await traveller.operations.waitForUserOperationReceipt({
    hash,
    timeout: 60_000,
  })
  if (!success) throw refuse('cli.operation-failed', { userOpHash: hash, reason })
  return { txHash: receipt.transactionHash, gasUsed: receipt.gasUsed }
}

/** The calls that fund a quote. */
export function callsOfFunding(connection: Connection, quote: Quote) {
  return fundingCalls(connection.addresses, termsFromJson(quote.terms), BigInt(quote.priceMicros))
}

/** The call that takes the whole amount back while Held. */
export function callOfRefund(connection: Connection, quote: Quote) {
  return {
    to: connection.addresses.escrow,
    data: encodeFunctionData({
      abi: intentEscrowAbi,
      functionName: 'refund',
      args: [termsFromJson(quote.terms)],
    }),
  }
}

const LOOK_EVERY_MS = 250
const REFUSED_WAIT_MS = 2_000
const REFUSED_MOST = 5

/**
 * Takes what is left as soon as a final root holds the last charge. Nobody has to: it goes back by itself once that root
 * is beyond challenge, and when that is first, or time is over, there is nothing to do here.
 */
export async function takeRemainder(
  connection: Connection,
  traveller: Traveller,
  intent: Intent,
  withinMs: number,
): Promise<{ txHash: `0x${string}`; gasUsed: bigint } | undefined> {
  const { api, addresses } = connection
  const until = Date.now() + withinMs
  let refused = 0
  while (Date.now() < until) {
    try {
      const { epoch, leaf } = await api.call(epochsRoutes.remainder, { params: { id: intent.intentId } })
      const call = remainderCall(addresses, termsFromJson(intent.terms), epoch, leafProofFromJson(leaf))
      return await operate(traveller, [call])
    } catch (error) {
      if (isFailure(error, 'settlement.remainder-returned')) return undefined
      if (isFailure(error, 'settlement.remainder-not-ready')) {
        await sleepMs(LOOK_EVERY_MS)
        continue
      }
      if (!isFailure(error) && !(error instanceof BaseError)) throw error
      // A newer root is due, or the carrier has claimed from it: the next answer has the proof of that one. What is refused
      // for good, or was sent and not heard of, comes back by itself.
      if (++refused === REFUSED_MOST) return undefined
      await sleepMs(REFUSED_WAIT_MS)
    }
  }
  return undefined
}
