import { BaseError, HttpRequestError, InternalRpcError, RpcRequestError, TimeoutError } from 'viem'

/** Whether the bundler's answer is missing, so that nobody knows whether it took the operation. */
export function isLostAnswer(error: unknown): boolean {
  return error instanceof BaseError && error.walk(isLost) !== null
}

/** A door that says no (401, 429) has answered; one that broke behind it (408, 502, 504) has not. */
function isLost(error: unknown): boolean {
  if (error instanceof TimeoutError) return true
  if (error instanceof HttpRequestError) return isBroken(error.status ?? 500)
  if (error instanceof RpcRequestError)
    return error.code === InternalRpcError.code || isBroken(error.status ?? 200)
  // An internal error may have come after the operation was stored.
  return error instanceof InternalRpcError
}

function isBroken(status: number): boolean {
  return status >= 500 || status === 408
}
