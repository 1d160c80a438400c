export type { Anvil, AnvilOptions } from './testing/anvil.ts'
export { startAnvil } from './testing/anvil.ts'
export type { LocalChain } from './testing/local-chain.ts'
export { startLocalChain } from './testing/local-chain.ts'
