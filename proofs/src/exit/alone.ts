import { isFailure, refuse, unreachable } from '@gesim/base'
import { gesimAccountAbi, gesimAccountFactoryAbi } from '@gesim/contracts'
import { type AccountCall, accountAddressOf, encodeExecute } from '@gesim/contracts/account'
import {
  type Address,
  BaseError,
  concatHex,
  encodeFunctionData,
  type Hex,
  parseEventLogs,
  type TransactionReceipt,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'
import { entryPoint08Abi, getUserOperationHash, toPackedUserOperation } from 'viem/account-abstraction'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { ExitChain } from './chain.ts'
import { enoughWei, feeToSign } from './fees.ts'
import { refusalIn, refusalOf } from './refusal.ts'
import type { ExitNetwork } from './standing.ts'

/** A traveller without an operator: the own key, the own account, and a little ether at the key's address. */
export interface Alone {
  readonly owner: PrivateKeyAccount
  readonly account: Address
}

/** Where the account of an owner key is when its keys were never changed. */
export function accountOf(owner: Address, { addresses }: ExitNetwork): Address {
  return accountAddressOf(addresses, [owner.toLowerCase() as Hex])
}

/** Verification of a signature; of the first operation, which makes the account too. */
const VERIFICATION_GAS = 150_000n
const FIRST_VERIFICATION_GAS = 500_000n
/** Where a node cannot estimate: more than any step takes. */
const CALL_GAS = 1_500_000n
const MINED_WITHIN_MS = 120_000

export interface Ether {
  readonly hasWei: bigint
  /** Enough for all steps at today's price. */
  readonly enoughWei: bigint
}

/** What the key has for network fees, and what it needs. */
export async function readEther({ client, asked }: ExitChain, owner: Address): Promise<Ether> {
  const [hasWei, told] = await asked(
    Promise.all([client.getBalance({ address: owner }), client.estimateFeesPerGas()]),
  )
  return { hasWei, enoughWei: enoughWei(told) }
}

/**
 * Checks that the key may act for the account. Throws `proofs.exit-not-your-key`. An account that does not exist yet is the
 * key's when its address follows from the key.
 */
export async function checkOwner(chain: ExitChain, { owner, account }: Alone): Promise<void> {
  const { client, network, asked } = chain
  const isOwn = accountOf(owner.address, network).toLowerCase() === account.toLowerCase()
  const code = await asked(client.getCode({ address: account }))
  if (!code) {
    if (!isOwn) throw refuse('proofs.exit-not-your-key', { account })
    return
  }
  const signer = owner.address.toLowerCase() as Hex
  const isSigner = await client
    .readContract({ address: account, abi: gesimAccountAbi, functionName: 'isSigner', args: [signer] })
    .catch((cause) => {
      if (refusalOf(cause) !== null || cause?.name === 'ContractFunctionExecutionError') return false
      throw unreachable('proofs.exit-rpc-silent', {}, cause)
    })
  if (!isSigner) throw refuse('proofs.exit-not-your-key', { account })
}

export interface SendOptions {
  /** Called before the node is shown the signed operation: from there on it may happen, whatever the node says. */
  readonly onSigned?: () => void
  /** Called with the hash once the node has the transaction. */
  readonly onSent?: (txHash: Hex) => void
}

/**
 * Runs calls of the account, all or none, without bundler and paymaster: the owner hands the signed operation to the entry
 * point in a transaction of the own. The operation names a gas price of zero, so that the account needs no deposit there;
 * the owner's transaction pays for everything. The key signs here and goes nowhere.
 *
 * Throws `proofs.exit-refused` with what a contract says, before anything is sent where that can be known;
 * `proofs.exit-no-ether`, `proofs.exit-fee-too-high`, `proofs.exit-under-way`, `proofs.exit-not-mined`, `proofs.exit-rpc-refused` and
 * `proofs.exit-rpc-silent`.
 */
export async function sendAlone(
  chain: ExitChain,
  alone: Alone,
  calls: readonly AccountCall[],
  { onSigned, onSent }: SendOptions = {},
): Promise<{ txHash: Hex; gasUsed: bigint }> {
  const { client, network, asked } = chain
  const { owner, account } = alone
  const { entryPoint } = network.addresses
  const [latest, pending] = await asked(
    Promise.all([
      client.getTransactionCount({ address: owner.address, blockTag: 'latest' }),
      client.getTransactionCount({ address: owner.address, blockTag: 'pending' }),
    ]),
  )
  // A second one would do the same again, and sending money twice is not the same as once.
  if (pending > latest) throw refuse('proofs.exit-under-way')
  const exists = Boolean(await asked(client.getCode({ address: account })))
  const callData = encodeExecute(calls)
  const callGasLimit = await tried(chain, account, exists, calls, callData)
  const data = encodeFunctionData({
    abi: entryPoint08Abi,
    functionName: 'handleOps',
    args: [[await signed(chain, alone, exists, callData, callGasLimit)], owner.address],
  })
  onSigned?.()
  const [estimatedGas, told, hasWei] = await Promise.all([
    client.estimateGas({ account: owner.address, to: entryPoint, data }).catch((cause) => {
      throw refusedOrSilent(cause)
    }),
    asked(client.estimateFeesPerGas()),
    asked(client.getBalance({ address: owner.address })),
  ])
  const { gas, maxFeePerGas, maxPriorityFeePerGas } = feeToSign(estimatedGas, told)
  const needsWei = gas * maxFeePerGas
  if (hasWei < needsWei) throw refuse('proofs.exit-no-ether', { owner: owner.address, hasWei, needsWei })
  const transaction = await owner.signTransaction({
    ...{ chainId: network.chainId, type: 'eip1559', nonce: latest, to: entryPoint, data, gas },
    maxFeePerGas,
    maxPriorityFeePerGas,
  })
  const txHash = await client.sendRawTransaction({ serializedTransaction: transaction }).catch((cause) => {
    if (/insufficient funds/i.test(String((cause as BaseError).details ?? cause)))
      throw refuse('proofs.exit-no-ether', { owner: owner.address, hasWei, needsWei: 2n * needsWei }, cause)
    throw refusedOrSilent(cause)
  })
  onSent?.(txHash)
  return outcome(await mined(chain, txHash), account)
}

/** Lets the calls run on the node without sending them; gives the gas that they take. */
async function tried(
  { client, network }: ExitChain,
  account: Address,
  exists: boolean,
  calls: readonly AccountCall[],
  callData: Hex,
): Promise<bigint> {
  const from = exists ? network.addresses.entryPoint : account
  const attempts = exists ? [{ to: account, data: callData }] : calls
  for (const { to, data } of attempts)
    await client.call({ account: from, to, data: data ?? '0x' }).catch((cause) => {
      throw refusedOrSilent(cause)
    })
  if (!exists) return CALL_GAS
  const estimated = await client
    .estimateGas({ account: from, to: account, data: callData })
    .catch(() => CALL_GAS)
  return (estimated * 13n) / 10n + 50_000n
}

async function signed(
  { client, network, asked }: ExitChain,
  { owner, account }: Alone,
  exists: boolean,
  callData: Hex,
  callGasLimit: bigint,
) {
  const { entryPoint, accountFactory } = network.addresses
  const nonce = await asked(
    client.readContract({
      address: entryPoint,
      abi: entryPoint08Abi,
      functionName: 'getNonce',
      args: [account, 0n],
    }),
  )
  const factoryData = encodeFunctionData({
    abi: gesimAccountFactoryAbi,
    functionName: 'createAccount',
    args: [[owner.address.toLowerCase() as Hex], 0n],
  })
  const operation = {
    sender: account,
    nonce,
    callData,
    callGasLimit,
    verificationGasLimit: exists ? VERIFICATION_GAS : FIRST_VERIFICATION_GAS,
    preVerificationGas: 0n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    signature: '0x' as Hex,
    ...(exists ? {} : { factory: accountFactory, factoryData }),
  }
  const hash = getUserOperationHash({
    chainId: network.chainId,
    entryPointAddress: entryPoint,
    entryPointVersion: '0.8',
    userOperation: operation,
  })
  return toPackedUserOperation({ ...operation, signature: concatHex([await owner.sign({ hash })]) })
}

async function mined({ client }: ExitChain, hash: Hex): Promise<TransactionReceipt> {
  try {
    return await client.waitForTransactionReceipt({ hash, timeout: MINED_WITHIN_MS })
  } catch (cause) {
    if (cause instanceof WaitForTransactionReceiptTimeoutError)
      throw unreachable('proofs.exit-not-mined', { txHash: hash }, cause)
    throw unreachable('proofs.exit-not-mined', { txHash: hash }, cause)
  }
}

function outcome(receipt: TransactionReceipt, account: Address): { txHash: Hex; gasUsed: bigint } {
  const { transactionHash: txHash, gasUsed, status, logs } = receipt
  if (status !== 'success') throw refuse('proofs.exit-refused', { reason: 'reverted', txHash })
  const events = parseEventLogs({ abi: entryPoint08Abi, logs })
  const ofUs = events.filter(
    ({ args }) =>
      args !== undefined && 'sender' in args && args.sender?.toLowerCase() === account.toLowerCase(),
  )
  const ended = ofUs.find(({ eventName }) => eventName === 'UserOperationEvent')
  if (ended?.eventName === 'UserOperationEvent' && ended.args.success) return { txHash, gasUsed }
  const reverted = ofUs.find(({ eventName }) => eventName === 'UserOperationRevertReason')
  const reason =
    reverted?.eventName === 'UserOperationRevertReason' ? refusalIn(reverted.args.revertReason) : 'reverted'
  throw refuse('proofs.exit-refused', { reason, txHash })
}

function refusedOrSilent(cause: unknown): Error {
  if (isFailure(cause)) return cause
  const reason = refusalOf(cause)
  if (reason !== null) return refuse('proofs.exit-refused', { reason }, cause)
  const told = cause instanceof BaseError ? cause.details : undefined
  // A node that answers, but with an error of its own.
  if (cause instanceof BaseError && cause.walk((one) => 'code' in (one as object) && !isSilence(one)))
    return unreachable('proofs.exit-rpc-refused', { reason: told?.slice(0, 200) }, cause)
  return unreachable('proofs.exit-rpc-silent', {}, cause)
}

function isSilence(error: unknown): boolean {
  return error instanceof BaseError && (error.name === 'HttpRequestError' || error.name === 'TimeoutError')
}
