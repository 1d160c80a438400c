import { unreachable } from '@gesim/base'
import { gesimAccountAbi } from '@gesim/contracts'
import { type GesimSmartAccount, type RecoveryStanding, readRecovery } from '@gesim/contracts/account'
import {
  BaseError,
  encodeFunctionData,
  type GetLogsReturnType,
  getAddress,
  keccak256,
  parseAbiItem,
} from 'viem'
import type { Hex } from '../../api/shapes.ts'
import { addresses, chainClient } from '../../chain/network.ts'
import { sendCalls } from '../../chain/operations.ts'

/** What the account on the chain says about a way back through somebody else. */
export interface Standing extends Omit<RecoveryStanding, 'exists'> {
  /** Who that is, where an event of the last days still tells. */
  readonly recoverer: Hex | null
  /** The key that it would bring, where an event of the last days still tells. */
  readonly newSigner: Hex | null
  /** Whether the wallet's own key still opens the account: a finished recovery ends that. */
  readonly opens: boolean
}

const EVENTS = [
  parseAbiItem('event RecovererSet(bytes recoverer)'),
  parseAbiItem('event RecoveryRequested(bytes newSigner, uint48 effectiveAt)'),
] as const

// The door to the chain gives so many blocks at once; more than a few steps back would keep the reader waiting.
const BLOCKS_AT_ONCE = 10_000n
const STEPS_BACK = 6

/** Reads the account. Throws `web.api-unreachable` when the chain does not answer. */
export async function readStanding(account: Hex, owner: Hex | null): Promise<Standing> {
  try {
    return await read(account, owner)
  } catch (cause) {
    if (cause instanceof BaseError) throw unreachable('web.api-unreachable', {}, cause)
    throw cause
  }
}

async function read(account: Hex, owner: Hex | null): Promise<Standing> {
  const [client, { accountImplementation }] = await Promise.all([chainClient(), addresses()])
  const { exists, ...standing } = await readRecovery(client, account, accountImplementation)
  const { recovererId, dueAt } = standing
  const opens =
    !exists ||
    owner === null ||
    (await client.readContract({
      address: account,
      abi: gesimAccountAbi,
      functionName: 'isSigner',
      args: [owner],
    }))
  // Who it is, is told where it can be: to stop a recovery nobody needs to know.
  const nobody = { recoverer: null, newSigner: null }
  const told = recovererId
    ? await tellWho(account, recovererId, dueAt).catch((cause) => {
        if (cause instanceof BaseError) return nobody
        throw cause
      })
    : nobody
  return { ...standing, opens, ...told }
}

/** Looks for the events behind a hash and a date, from the newest block back. What is found proves itself. */
async function tellWho(account: Hex, recovererId: Hex, dueAt: number) {
  const client = await chainClient()
  let recoverer: Hex | null = null
  let newSigner: Hex | null = null
  let toBlock = await client.getBlockNumber()
  for (let step = 0; step < STEPS_BACK && !(recoverer && (newSigner || dueAt === 0)); step++) {
    const fromBlock = toBlock >= BLOCKS_AT_ONCE ? toBlock - BLOCKS_AT_ONCE + 1n : 0n
    const logs: GetLogsReturnType<undefined, typeof EVENTS, true> = await client.getLogs({
      address: account,
      events: EVENTS,
      strict: true,
      fromBlock,
      toBlock,
    })
    for (const log of logs.reverse()) {
      if (log.eventName === 'RecovererSet') {
        if (keccak256(log.args.recoverer) === recovererId) recoverer ??= log.args.recoverer
      } else if (log.args.effectiveAt === dueAt) newSigner ??= log.args.newSigner
    }
    if (fromBlock === 0n) break
    toBlock = fromBlock - 1n
  }
  return { recoverer: legible(recoverer), newSigner: legible(newSigner) }
}

/** An address with its checksum, for comparing by eye; a key behind a verifier (ERC-7913) is longer and stays as it is. */
function legible(signer: Hex | null): Hex | null {
  return signer?.length === 42 ? getAddress(signer) : signer
}

/** Whether this address is who the account has named. */
export function isNamed(recovererId: Hex, address: Hex): boolean {
  return keccak256(address.toLowerCase() as Hex) === recovererId
}

/** Names somebody, or nobody, in one operation that GeSIM pays for. Deploys the account when needed. */
export async function nameRecoverer(account: GesimSmartAccount, recoverer: Hex | null): Promise<void> {
  await sendCalls(account, [namingCall(account.address, recoverer)])
}

/** Stops the recovery under way; together with whoever asked for it, where they shall not ask again. */
export async function stopRecovery(account: GesimSmartAccount, removeToo: boolean): Promise<void> {
  const to = account.address
  const cancel = { to, data: encodeFunctionData({ abi: gesimAccountAbi, functionName: 'cancelRecovery' }) }
  await sendCalls(account, removeToo ? [cancel, namingCall(to, null)] : [cancel])
}

function namingCall(to: Hex, recoverer: Hex | null) {
  const data = encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'setRecoverer',
    args: [recoverer ?? '0x'],
  })
  return { to, data }
}
