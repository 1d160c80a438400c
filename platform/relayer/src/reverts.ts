import {
  attestorRegistryAbi,
  carrierRegistryAbi,
  feeTreasuryAbi,
  gesimAccountAbi,
  gesimIdentityAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
} from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { type Abi, decodeErrorResult } from 'viem'

/** Why a call reverts, in the contract's own words. */
export interface Revert {
  /** Name of the custom error, such as `IntentEscrow_WrongState`; `Error` for a text, `unknown` for anything else. */
  readonly code: string
  /** The error with its arguments. */
  readonly why: string
  /** The same call may succeed later without anyone changing anything. */
  readonly temporary: boolean
}

const ERRORS: Abi = [
  ...intentEscrowAbi,
  ...settlementAbi,
  ...payOnUsageAbi,
  ...gesimPaymasterAbi,
  ...gesimIdentityAbi,
  ...gesimAccountAbi,
  ...carrierRegistryAbi,
  ...attestorRegistryAbi,
  ...feeTreasuryAbi,
].filter((entry) => entry.type === 'error')

// A root is due, a window is not over: waiting is all it takes (settlement facts, 3.6 and amendment 0.1, rule 12).
const TEMPORARY = new Set([
  'IntentEscrow_PostingWindow',
  'IntentEscrow_NotFinal',
  'IntentEscrow_OutflowCap',
  'IntentEscrow_TooEarly',
  'PayOnUsage_PostingWindow',
])

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`
  if (value !== null && typeof value === 'object') return `{${Object.values(value).map(plain).join(', ')}}`
  return String(value)
}

/** Reads the data of a revert. `message` is what the node said, for reverts without data. */
export function explainRevert(data: Hex | undefined, message = 'reverted'): Revert {
  if (data === undefined || data === '0x') return { code: 'unknown', why: message, temporary: false }
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: ERRORS, data })
    const list = args as readonly unknown[]
    const why = errorName === 'Error' ? String(list[0]) : `${errorName}(${list.map(plain).join(', ')})`
    return { code: errorName, why, temporary: isTemporary(errorName, list) }
  } catch {
    return { code: 'unknown', why: `${message} (${data.slice(0, 10)})`, temporary: false }
  }
}

function isTemporary(name: string, args: readonly unknown[]): boolean {
  if (TEMPORARY.has(name)) return true
  // (now, from, until): too early passes, too late does not.
  return name === 'Settlement_OutsideWindow' && BigInt(args[0] as bigint) < BigInt(args[1] as bigint)
}
