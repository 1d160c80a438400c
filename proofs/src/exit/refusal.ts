import {
  gesimAccountAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
} from '@gesim/contracts'
import { type Abi, BaseError, decodeErrorResult, type Hex, isHex } from 'viem'
import { entryPoint08Abi } from 'viem/account-abstraction'

/** Every error that a way out can meet. */
const ERRORS = [
  intentEscrowAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
  gesimPaymasterAbi,
  gesimAccountAbi,
  entryPoint08Abi,
].flatMap((abi: Abi) => abi.filter(({ type }) => type === 'error')) as Abi

/** Name of the error that a contract reverted with, without its contract's name; the node's own words where it is none of ours. */
export function refusalIn(data: Hex): string {
  try {
    const { errorName, args } = decodeErrorResult({ abi: ERRORS, data })
    if (errorName === 'Error') return String(args?.[0] ?? 'Error')
    // The entry point puts the account's reason into its own.
    if (errorName === 'FailedOpWithRevert' && isHex(args?.[2])) return refusalIn(args[2] as Hex)
    if (errorName === 'FailedOp') return String(args?.[1])
    return errorName.replace(/^[A-Za-z0-9]+_/, '')
  } catch {
    return data === '0x' ? 'reverted' : data.slice(0, 10)
  }
}

/** The same for an error of the client. Null when the call was not refused, but could not be asked. */
export function refusalOf(cause: unknown): string | null {
  if (!(cause instanceof BaseError)) return null
  const found = cause.walk((one) => typeof dataOf(one) === 'string')
  const data = found ? dataOf(found) : undefined
  if (data) return refusalIn(data)
  const reverted = cause.walk((one) => /revert/i.test((one as BaseError).shortMessage ?? ''))
  return reverted ? 'reverted' : null
}

function dataOf(error: unknown): Hex | undefined {
  const data = (error as { data?: unknown }).data
  if (isHex(data) && data !== '0x') return data
  const inner = (data as { data?: unknown } | undefined)?.data
  return isHex(inner) && inner !== '0x' ? inner : undefined
}
