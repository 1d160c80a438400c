import { broken } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import type { StageContext } from '@gesim/store'
import { openPool, type Pool } from './bundler/pool.ts'
import { connectChain, type RelayerChain } from './chain.ts'
import type { DigestSigner } from './ports.ts'
import type { relayerSettings } from './settings.ts'
import { localSigner, type Signers } from './signers.ts'

export type RelayerContext = StageContext<typeof relayerSettings>

/** What routes need of the running stage. */
export interface Parts {
  readonly chain: RelayerChain
  readonly addresses: Addresses
  readonly pool: Pool
  readonly sponsor: DigestSigner
  /** Look for work now. */
  wake(): void
}

/** Builds the parts that live as long as the process. */
export function makeParts(
  context: RelayerContext,
): Parts & { signers: Signers; setWake(wake: () => void): void } {
  const { settings, store } = context
  if (!context.chain) throw broken('relayer.no-chain', {})
  const { rpcUrl, chainId, addresses } = context.chain
  const chain = connectChain(rpcUrl, chainId)
  const signers: Signers = {
    operator: [localSigner(settings.operatorKey)],
    poster: [localSigner(settings.posterKey)],
    executor: settings.executorKeys.map(localSigner),
  }
  let wakePump = () => {}
  const wake = () => wakePump()
  const pool = openPool({
    store,
    chain,
    executors: signers.executor.map(({ address }) => address),
    bundleSize: settings.bundleSize,
    poolSize: settings.poolSize,
    accountImplementation: addresses.accountImplementation,
    accepted: wake,
  })
  return {
    chain,
    addresses,
    pool,
    signers,
    sponsor: localSigner(settings.sponsorKey),
    wake,
    setWake: (next) => {
      wakePump = next
    },
  }
}
