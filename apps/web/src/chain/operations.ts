import { type Failure, refuse, unreachable } from '@gesim/base'
import { intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import {
  fundingCalls,
  type GesimAccountClient,
  type GesimSmartAccount,
  remainderCall,
  sponsoredClient,
} from '@gesim/contracts/account'
import type { IntentTerms } from '@gesim/proofs'
import { encodeFunctionData, type Hex } from 'viem'
import {
  formatUserOperationRequest,
  getUserOperationHash,
  type UserOperation,
  type UserOperationReceipt,
} from 'viem/account-abstraction'
import { serverNowMs } from '../api/clock.ts'
import { isLostAnswer } from './lost-answer.ts'
import { addresses, chainClient, doorUrl } from './network.ts'
import { forgetPending, keepPending, type OperationStatus, PENDING_MS, pendingOf, waitMs } from './pending.ts'

const CONFIRM_WITHIN_MS = 60_000
const ASK_ANEW_AFTER_MS = 1_000

/** Pays into escrow: approve, create, fund, in one operation that GeSIM sponsors. Deploys the account when needed. */
export async function fundIntent(
  account: GesimSmartAccount,
  terms: IntentTerms,
  amountMicros: bigint,
): Promise<UserOperationReceipt> {
  return sendCalls(account, fundingCalls(await addresses(), terms, amountMicros))
}

/** Adds to an intent that runs: approve and fund, in one operation. The escrow takes it until the deadline, up to the cap. */
export async function addToIntent(
  account: GesimSmartAccount,
  terms: IntentTerms,
  amountMicros: bigint,
): Promise<UserOperationReceipt> {
  const { usdc, escrow } = await addresses()
  const approve = { abi: testUsdcAbi, functionName: 'approve', args: [escrow, amountMicros] } as const
  const fund = { abi: intentEscrowAbi, functionName: 'fundIntent', args: [terms, amountMicros] } as const
  return sendCalls(account, [
    { to: usdc, data: encodeFunctionData(approve) },
    { to: escrow, data: encodeFunctionData(fund) },
  ])
}

/** Sends USDC to any address. Resolves with the transaction that moved it. */
export async function sendUsdc(account: GesimSmartAccount, to: Hex, amountMicros: bigint): Promise<Hex> {
  const { usdc } = await addresses()
  const transfer = { abi: testUsdcAbi, functionName: 'transfer', args: [to, amountMicros] } as const
  const { receipt } = await sendCalls(account, [{ to: usdc, data: encodeFunctionData(transfer) }])
  return receipt.transactionHash
}

/** Takes the whole deposit back while it is Held: the contract asks nobody else. */
export async function refundHeld(
  account: GesimSmartAccount,
  terms: IntentTerms,
): Promise<UserOperationReceipt> {
  const { escrow } = await addresses()
  const data = encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refund', args: [terms] })
  return sendCalls(account, [{ to: escrow, data }], 'at once')
}

/** Ends a purchase by its last charge in a final root: the rest goes to the wallet. */
export async function refundRest(
  account: GesimSmartAccount,
  ...of: Parameters<typeof remainderCall> extends [unknown, ...infer Rest] ? Rest : never
): Promise<UserOperationReceipt> {
  return sendCalls(account, [remainderCall(await addresses(), ...of)], 'at once')
}

/**
 * Makes calls in one operation that GeSIM sponsors, and waits for it. Deploys the account when needed. Each operation
 * has a nonce key of its own, so nothing on the chain keeps two apart: while one may still arrive no second is signed.
 * What the contract itself makes only once (a refund) goes `at once`, past what is on its way and without a record.
 */
export async function sendCalls(
  account: GesimSmartAccount,
  calls: readonly { to: Hex; value?: bigint; data?: Hex }[],
  order: 'one by one' | 'at once' = 'one by one',
): Promise<UserOperationReceipt> {
  const bundler = sponsoredClient({
    account,
    client: await chainClient(),
    bundlerUrl: doorUrl('/rpc/bundler'),
    paymasterUrl: doorUrl('/rpc/paymaster'),
  })
  const alone = order === 'one by one'
  if (alone) await requireNonePending(bundler, account.address)
  const { address: entryPointAddress, version: entryPointVersion } = account.entryPoint
  let operation: UserOperation<'0.8'>
  let hash: Hex
  try {
    const prepared = await bundler.prepareUserOperation({ calls: [...calls] })
    operation = { ...prepared, signature: await account.signUserOperation(prepared) } as UserOperation<'0.8'>
    const chainId = account.client.chain!.id
    hash = getUserOperationHash({ chainId, entryPointAddress, entryPointVersion, userOperation: operation })
  } catch (cause) {
    // Nothing has left the browser yet.
    throw refuse('web.payment-failed', { why: lineOf(cause) }, cause)
  }
  if (alone) {
    // Another tab may have signed meanwhile.
    const other = pendingOf(account.address, serverNowMs())
    if (other) throw stillPending(other.until - serverNowMs())
    keepPending(account.address, { hash, until: serverNowMs() + PENDING_MS })
  }
  try {
    const request = formatUserOperationRequest(operation)
    await bundler.request(
      { method: 'eth_sendUserOperation', params: [request, entryPointAddress] },
      { retryCount: 0 },
    )
  } catch (cause) {
    // An answer that was lost is no refusal: it may have been taken, so its receipt is waited for all the same.
    if (!isLostAnswer(cause)) {
      forgetPending(account.address, hash)
      throw refuse('web.payment-failed', { why: lineOf(cause) }, cause)
    }
  }
  const receipt = await outcomeOf(bundler, account.address, hash)
  forgetPending(account.address, hash)
  if (!receipt.success) throw refuse('web.payment-failed', { userOpHash: hash, why: receipt.reason })
  return receipt
}

/** The receipt of what was sent. Throws `web.payment-failed` where it never comes, else `web.payment-unconfirmed`. */
async function outcomeOf(
  bundler: GesimAccountClient,
  account: Hex,
  hash: Hex,
): Promise<UserOperationReceipt> {
  try {
    return await receiptInTime(bundler, hash)
  } catch (cause) {
    const status = await statusOf(bundler, hash)
    if (status?.state === 'dropped') {
      forgetPending(account, hash)
      throw refuse('web.payment-failed', { userOpHash: hash, why: status.why }, cause)
    }
    const late = status?.state === 'included' ? await receiptOf(bundler, hash) : null
    if (late) return late
    // Sent is sent: whatever kept us from the receipt, the payment may still arrive.
    throw unreachable('web.payment-unconfirmed', { userOpHash: hash }, cause)
  }
}

/** Waits for the receipt, also through a network that is away for a while: no answer is no answer. */
async function receiptInTime(bundler: GesimAccountClient, hash: Hex): Promise<UserOperationReceipt> {
  const endsAt = performance.now() + CONFIRM_WITHIN_MS
  for (;;) {
    const timeout = Math.max(1, endsAt - performance.now())
    try {
      return await bundler.waitForUserOperationReceipt({ hash, timeout })
    } catch (cause) {
      if (!isLostAnswer(cause) || performance.now() > endsAt) throw cause
      await new Promise((resolve) => setTimeout(resolve, ASK_ANEW_AFTER_MS))
    }
  }
}

/** Throws `web.payment-pending` while an operation of the account may still arrive. */
async function requireNonePending(bundler: GesimAccountClient, account: Hex): Promise<void> {
  const pending = pendingOf(account, serverNowMs())
  if (!pending) return
  const status = await statusOf(bundler, pending.hash)
  const leftMs = waitMs(pending, status, serverNowMs())
  if (leftMs > 0 && !(await receiptOf(bundler, pending.hash))) throw stillPending(leftMs)
  forgetPending(account, pending.hash)
}

function stillPending(leftMs: number): Failure {
  return refuse('web.payment-pending', { leftMs })
}

/** Where an operation stands, or null where nobody says. */
async function statusOf(bundler: GesimAccountClient, hash: Hex): Promise<OperationStatus | null> {
  // viem knows the methods of the standard only; this one is our bundler's own.
  const asking = bundler as unknown as {
    request(
      question: { method: string; params: readonly unknown[] },
      options: { retryCount: number },
    ): Promise<OperationStatus>
  }
  return asking
    .request({ method: 'gesim_userOperationStatus', params: [hash] }, { retryCount: 1 })
    .catch(() => null)
}

async function receiptOf(bundler: GesimAccountClient, hash: Hex): Promise<UserOperationReceipt | null> {
  return bundler.getUserOperationReceipt({ hash }).catch(() => null)
}

/** The first line of an error: the details of a library's message are for its author. */
function lineOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]!.slice(0, 200) : 'unknown'
}
