import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import { localSafeContracts } from '@gesim/contracts/deploy'
import { defineStage, type StageContext } from '@gesim/store'
import { chainRequests } from './chain-requests.ts'
import { treasuryFailures } from './failures.ts'
import { treasuryRoutesOn } from './routes.ts'
import { safesOf } from './safe.ts'
import { sandboxRamp } from './sandbox-ramp.ts'
import { treasurySettings } from './settings.ts'
import { Treasury } from './treasury.ts'
import { withoutRamp } from './without-ramp.ts'

function treasuryOf(context: StageContext<typeof treasurySettings>): Treasury {
  const { rpcUrl, chainId, addresses } = context.chain!
  const isLocal = chainId === LOCAL_CHAIN_ID
  return new Treasury({
    store: context.store,
    safes: safesOf({
      rpcUrl,
      chainId,
      usdc: addresses.usdc,
      ...(isLocal ? { contracts: localSafeContracts() } : {}),
    }),
    // Off a local chain a provider's adapter takes this place; a sandbox must never be sent real money.
    ramp: isLocal ? sandboxRamp({ rpcUrl, usdc: addresses.usdc }) : withoutRamp,
    requests: chainRequests({
      rpcUrl,
      feeTreasury: addresses.feeTreasury,
      firstBlock: BigInt(addresses.fromBlock),
    }),
    carrierRegistry: addresses.carrierRegistry,
    ownSafe: addresses.treasury,
    log: context.log,
    nowMs: () => context.clock.nowMs(),
    settings: context.settings,
  })
}

/** Treasury: payouts through Safes that several people sign, and USDC turned into fiat on request. */
export const treasuryStage = defineStage({
  name: 'treasury',
  failures: treasuryFailures,
  settings: treasurySettings,
  start: async (context) => treasuryOf(context).start(),
  routes: (app, context) =>
    treasuryRoutesOn(app, context.access, treasuryOf(context), context.chain!.chainId),
})
