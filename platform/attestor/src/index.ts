import { domainOf } from '@gesim/proofs'
import type { Stage } from '@gesim/store'
import { privateKeyToAccount } from 'viem/accounts'
import { Attestor } from './attestor.ts'
import { attestorChain } from './chain.ts'
import { attestorFailures } from './failures.ts'
import { nodeApi } from './node-api.ts'
import { attestorSettings } from './settings.ts'
import { SignedFile } from './signed-file.ts'

/** An attestor: a role of its own with a key and a chain node of its own, and no database. */
export const attestorStage: Stage<typeof attestorSettings> = {
  name: 'attestor',
  failures: attestorFailures,
  settings: attestorSettings,
  async start({ chain, settings, log }) {
    const { chainId, addresses } = chain!
    const attestor = new Attestor({
      account: privateKeyToAccount(settings.key),
      domain: domainOf(chainId, addresses.escrow),
      chain: attestorChain(chain!),
      source: nodeApi(settings.apiUrl),
      signed: new SignedFile(settings.stateFile),
      log,
    })
    const ending = new AbortController()
    const running = attestor.run(settings.pollMs, ending.signal)
    return {
      async stop() {
        ending.abort()
        await running
      },
    }
  },
}
export { watcherStage } from './watch/stage.ts'
