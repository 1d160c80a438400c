import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import { localSafeContracts } from '@gesim/contracts/deploy'
import { defineStage, type StageContext } from '@gesim/store'
import { chainRequests } from './chain-requests.ts'
import { treasuryFailures } from './failures.ts'
import { treasuryHoldings } from './holdings.ts'
import { chainDeliveries } from './on-ramp/delivery-proof.ts'
import { OnRamps } from './on-ramp/on-ramps.ts'
import { onRampRoutesOn } from './on-ramp/routes.ts'
import { sandboxCard } from './on-ramp/sandbox-card.ts'
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

function onRampsOf(context: StageContext<typeof treasurySettings>): OnRamps {
  const { rpcUrl, chainId, addresses } = context.chain!
  const { settings, store, log } = context
  // As with the off-ramp: the sandbox gives away test money, and is no provider off a local chain.
  const isConnected = chainId === LOCAL_CHAIN_ID && settings.onRampUrl !== ''
  return new OnRamps({
    store,
    provider: isConnected
      ? sandboxCard({
          url: settings.onRampUrl,
          apiKey: settings.onRampKey,
          noticeUrl: settings.onRampNoticeUrl,
        })
      : null,
    proof: chainDeliveries({ rpcUrl, usdc: addresses.usdc }),
    returnUrl: settings.onRampReturnUrl,
    log,
    everySeconds: settings.onRampEverySeconds,
  })
}

/** Treasury: payouts through Safes that several people sign, USDC turned into fiat on request and bought with cards. */
export const treasuryStage = defineStage({
  name: 'treasury',
  failures: treasuryFailures,
  settings: treasurySettings,
  holdings: treasuryHoldings,
  start: async (context) => {
    const running = [treasuryOf(context).start(), onRampsOf(context).start()]
    return {
      async stop() {
        await Promise.all(running.map((one) => one.stop()))
      },
    }
  },
  routes: (app, context) => {
    treasuryRoutesOn(app, context.access, treasuryOf(context), context.chain!.chainId)
    onRampRoutesOn(app, context.access, onRampsOf(context))
  },
})
