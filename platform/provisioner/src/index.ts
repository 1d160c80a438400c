import { domainOf } from '@gesim/proofs'
import { defineStage, type StageContext } from '@gesim/store'
import { chainRegistry } from './chain.ts'
import { es2plusCarrier } from './es2plus.ts'
import { esimAccessCarrier } from './esim-access.ts'
import { loadIssuers } from './evidence.ts'
import { provisionerFailures } from './failures.ts'
import { provisionerHoldings } from './holdings.ts'
import type { Carrier, Keys } from './ports.ts'
import { startOrders } from './provisioner.ts'
import type { Notary } from './receipts.ts'
import { startRecord } from './record.ts'
import { routes } from './routes.ts'
import { provisionerSettings } from './settings.ts'
import type { Settings, Shared } from './shared.ts'
import { startWarm } from './warm.ts'

export { esimAccessCarrier } from './esim-access.ts'
export { provisionerFailures } from './failures.ts'
export type { Carrier, OrderReference } from './ports.ts'
export { provisionerSettings } from './settings.ts'

type Context = StageContext<typeof provisionerSettings>

function carriersOf(settings: Settings): Map<number, Carrier> {
  const access = {
    accessCode: settings.esimAccessCode,
    secretKey: settings.esimAccessSecret,
    timeoutMs: settings.callTimeoutMs,
  }
  return new Map(
    settings.carriers.map((setting) => [
      setting.book,
      setting.kind === 'es2plus'
        ? es2plusCarrier(setting, settings.callTimeoutMs)
        : esimAccessCarrier(setting, { ...access, url: setting.url }),
    ]),
  )
}

function sharedOf({ store, settings, clock, log }: Context): Shared {
  return { store, settings, clock, log: log.with({ stage: 'provisioner' }), carriers: carriersOf(settings) }
}

function domainIn(context: Context) {
  const { chainId = 0, addresses } = context.chain ?? {}
  return domainOf(chainId, addresses?.escrow ?? '0x0000000000000000000000000000000000000000')
}

/** Without a chain nobody's key is good: no receipt and no consent passes. */
const noKeys: Keys = { isProvisioningKey: async () => false, signedBy: async () => false }

/** Paid intent to profile on a card: carriers, fail-over, receipts. */
export const provisionerStage = defineStage({
  name: 'provisioner',
  failures: provisionerFailures,
  holdings: provisionerHoldings,
  settings: provisionerSettings,
  async start(context) {
    const shared = sharedOf(context)
    const running = [await startOrders(context, shared), await startWarm(shared)]
    if (context.settings.recordKey) running.push(await startRecord(shared, domainIn(context)))
    return {
      async stop() {
        await Promise.all(running.map((one) => one.stop()))
      },
    }
  },
  routes(app, context) {
    const registry = context.chain && chainRegistry(context.chain)
    const notary: Notary = {
      ...sharedOf(context),
      keys: registry ?? noKeys,
      domain: domainIn(context),
      issuers: loadIssuers(context.settings.issuers),
    }
    routes(app, context, notary, registry)
  },
})
