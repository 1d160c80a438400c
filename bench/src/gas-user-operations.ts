// What the same small call costs by each route that needs no ether of the traveller, as a transaction of its own.
import { gasSnapshot } from './gas-snapshot.ts'
import { type Row, row } from './row.ts'

const FIRST = 'user operation, SimpleAccount 0.8, sponsored, first (deploys the account)'
const NEXT = 'user operation, SimpleAccount 0.8, sponsored, next'

/** Rows: name, step of the snapshot, calls in it, step of the anchor in the same run. */
const ROUTES = [
  ['gas.userOp.first', 'user operation, sponsored, first (deploys the account)', 1, FIRST],
  ['gas.userOp.next', 'user operation, sponsored, next', 1, NEXT],
  ['gas.userOp.first.passkey', 'user operation, passkey, sponsored, first (deploys the account)', 1, FIRST],
  ['gas.userOp.next.passkey', 'user operation, passkey, sponsored, next', 1, NEXT],
  ['gas.userOp.first.eip7702', 'user operation, EIP-7702, sponsored, first (delegates)', 1, FIRST],
  ['gas.userOp.next.eip7702', 'user operation, EIP-7702, sponsored, next', 1, NEXT],
  ['gas.userOp.next.credit', 'user operation, USDC credit, next', 1, NEXT],
  ['gas.userOp.next.bundled', 'user operations, sponsored, next, ten in a bundle', 10, NEXT],
  ['gas.erc2771.next.batched', 'ERC-2771, next, ten in a batch', 10, NEXT],
] as const

/** The rows `gas.userOp.*`, part of `npm run bench -- gas`. */
export async function gasOfUserOperations(): Promise<Row[]> {
  const gasOf = await gasSnapshot('contracts/test/routes/*', 'Routes')
  return ROUTES.map(([name, step, calls, anchor]) =>
    row(
      name,
      gasOf(step) / calls,
      gasOf(anchor),
      'gas',
      anchor === FIRST
        ? 'SimpleAccount 0.8 with the same paymaster, deploying'
        : 'SimpleAccount 0.8 with the same paymaster',
    ),
  )
}
