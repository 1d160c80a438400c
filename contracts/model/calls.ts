import * as escrow from './escrow.ts'
import * as exits from './exits.ts'
import { attest, post } from './settlement.ts'
import type { Market, Outcome } from './state.ts'

const { activate, claim, create, fund, redeem, refund, refundConfirmed, refundFinal } = escrow
const { cancelExit, closeInstant, counterExit, finalizeExit, requestExit, trimExit } = exits

/** What anyone can call on the chain. */
const CALLS = {
  create,
  fund,
  activate,
  refund,
  claim,
  redeem,
  refundFinal,
  closeInstant,
  requestExit,
  counterExit,
  trimExit,
  cancelExit,
  finalizeExit,
  post,
  attest,
  refundConfirmed,
}

export type Calls = typeof CALLS

/** The same calls, each told to the market's listener with its outcome. */
export function recorded(): Calls {
  const wrap =
    (name: string, call: (m: Market, ...args: never[]) => Outcome) =>
    (m: Market, ...args: never[]): Outcome => {
      const outcome = call(m, ...args)
      m.record?.(name, args, outcome)
      return outcome
    }
  return Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [name, wrap(name, call)])) as Calls
}
