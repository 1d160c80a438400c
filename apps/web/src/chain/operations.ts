import { refuse, unreachable } from '@gesim/base'
import { intentEscrowAbi } from '@gesim/contracts'
import {
  fundingCalls,
  type GesimSmartAccount,
  remainderCall,
  sponsoredClient,
} from '@gesim/contracts/account'
import type { IntentTerms } from '@gesim/proofs'
import { encodeFunctionData, type Hex } from 'viem'
import type { UserOperationReceipt } from 'viem/account-abstraction'
import { addresses, chainClient, doorUrl } from './network.ts'

const CONFIRM_WITHIN_MS = 60_000

/** Pays into escrow: approve, create, fund, in one operation that GeSIM sponsors. Deploys the account when needed. */
export async function fundIntent(
  account: GesimSmartAccount,
  terms: IntentTerms,
  amountMicros: bigint,
): Promise<UserOperationReceipt> {
  return sendCalls(account, fundingCalls(await addresses(), terms, amountMicros))
}

/** Takes the whole deposit back while it is Held: the contract asks nobody else. */
export async function refundHeld(
  account: GesimSmartAccount,
  terms: IntentTerms,
): Promise<UserOperationReceipt> {
  const { escrow } = await addresses()
  const data = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refund', args: [terms] })
  return sendCalls(account, [{ to: escrow, data }])
}

/** Ends a purchase by its last charge in a final root: the rest goes to the wallet. */
export async function refundRest(
  account: GesimSmartAccount,
  ...of: Parameters<typeof remainderCall> extends [unknown, ...infer Rest] ? Rest : never
): Promise<UserOperationReceipt> {
  return sendCalls(account, [remainderCall(await addresses(), ...of)])
}

/** Makes calls in one operation that GeSIM sponsors, and waits for it. Deploys the account when needed. */
export async function sendCalls(
  account: GesimSmartAccount,
  calls: readonly { to: Hex; value?: bigint; data?: Hex }[],
): Promise<UserOperationReceipt> {
  const bundler = sponsoredClient({
    account,
    client: await chainClient(),
    bundlerUrl: doorUrl('/rpc/bundler'),
    paymasterUrl: doorUrl('/rpc/paymaster'),
  })
  let hash: Hex
  try {
    hash = await bundler.sendUserOperation({ calls: [...calls] })
  } catch (cause) {
    throw refuse('web.payment-failed', { why: lineOf(cause) }, cause)
  }
  let receipt: UserOperationReceipt
  try {
    receipt = await bundler.waitForUserOperationReceipt({ hash, timeout: CONFIRM_WITHIN_MS })
  } catch (cause) {
    // Sent is sent: whatever kept us from the receipt, the payment may still arrive.
    throw unreachable('web.payment-unconfirmed', { userOpHash: hash }, cause)
  }
  if (!receipt.success) throw refuse('web.payment-failed', { userOpHash: hash, why: receipt.reason })
  return receipt
}

/** The first line of an error: the details of a library's message are for its author. */
function lineOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]!.slice(0, 200) : 'unknown'
}
