import { unreachable } from '@gesim/base'
import { gesimAccountAbi } from '@gesim/contracts'
import { type GesimSmartAccount, readRecovery, recoveryTypedData } from '@gesim/contracts/account'
import { BaseError, encodeFunctionData, keccak256, parseErc6492Signature } from 'viem'
import { ask } from '../api/ask.ts'
import type { Hex, Wallet } from '../api/shapes.ts'
import { addresses, chainClient, network } from '../chain/network.ts'
import { sendCalls } from '../chain/operations.ts'
import type { RescueLink, TrustLink } from './trust-link.ts'

/**
 * Where a rescue stands, for one who looks at it:
 * `own` their own wallet, `unnamed` the wallet names somebody else or nobody, `named` they may ask, `other` another key is
 * being asked for, `waiting` this key is, `due` the wait is over, `done` the key opens the wallet.
 */
export type RescueStep = 'own' | 'unnamed' | 'named' | 'other' | 'waiting' | 'due' | 'done'

export interface Rescue {
  readonly step: RescueStep
  /** When a recovery under way takes effect, in seconds since 1970; 0 when there is none. */
  readonly dueAt: number
  readonly delaySeconds: number
}

const BUDGET_WITHIN = 40
const LOOK_EVERY_MS = 500

/** Reads the wallet from the chain. Throws `web.api-unreachable` when that does not answer. */
export async function readRescue({ account, key }: TrustLink, me: Hex | null): Promise<Rescue> {
  try {
    const [client, { accountImplementation }] = await Promise.all([chainClient(), addresses()])
    const [standing, { timestamp }] = await Promise.all([
      readRecovery(client, account, accountImplementation),
      client.getBlock(),
    ])
    const { exists, dueAt, delaySeconds, recovererId, newSignerId } = standing
    const told = (step: RescueStep): Rescue => ({ step, dueAt, delaySeconds })
    if (me?.toLowerCase() === account.toLowerCase()) return told('own')
    if (key && exists && (await opens(account, key))) return told('done')
    if (dueAt > 0) {
      if (!key || newSignerId !== idOf(key)) return told('other')
      return told(timestamp >= BigInt(dueAt) ? 'due' : 'waiting')
    }
    return told(me !== null && recovererId === idOf(me) ? 'named' : 'unnamed')
  } catch (cause) {
    if (cause instanceof BaseError) throw unreachable('web.api-unreachable', {}, cause)
    throw cause
  }
}

/** By what an account keeps an address: the hash of its bytes, however its letters are written. */
export function idOf(address: Hex): Hex {
  return keccak256(address.toLowerCase() as Hex)
}

async function opens(account: Hex, key: Hex): Promise<boolean> {
  const client = await chainClient()
  return client.readContract({
    address: account,
    abi: gesimAccountAbi,
    functionName: 'isSigner',
    args: [key],
  })
}

/** Asks, as the person whom the wallet has named, that the key be put in place of all others. GeSIM pays. */
export async function askForRescue(helper: GesimSmartAccount, { account, key }: RescueLink): Promise<void> {
  await budgetReady()
  const [client, { chainId }] = await Promise.all([chainClient(), network()])
  const nonce = await client.readContract({
    address: account,
    abi: gesimAccountAbi,
    functionName: 'recoveryNonce',
  })
  const signed = await helper.signTypedData(recoveryTypedData(chainId, account, key, nonce))
  // A new helper's account is deployed by this very operation, so that it can answer for its signature (ERC-1271) by the
  // time it is asked: what viem wraps around the signature for a deployment by others (ERC-6492) would not be understood.
  const { signature } = parseErc6492Signature(signed)
  const data = encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'requestRecovery',
    args: [key, helper.address, signature],
  })
  await sendCalls(helper, [{ to: account, data }])
}

/** Lets a recovery take effect whose wait is over. Anybody may. */
export async function finishRescue(helper: GesimSmartAccount, { account, key }: RescueLink): Promise<void> {
  await budgetReady()
  const data = encodeFunctionData({ abi: gesimAccountAbi, functionName: 'finishRecovery', args: [key] })
  await sendCalls(helper, [{ to: account, data }])
}

/** Who has only just signed in waits until GeSIM can pay fees for them. Throws `web.fees-not-ready`. */
async function budgetReady(): Promise<void> {
  for (let look = 0; look < BUDGET_WITHIN; look++) {
    if ((await ask<Wallet>('GET', '/v1/wallet')).budget !== null) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw unreachable('web.fees-not-ready')
}
