import { broken, isFailure, sleepMs } from '@gesim/base'
import { defineStage } from '@gesim/store'
import { rpcChain } from './chain.ts'
import { emittersOf } from './decode.ts'
import { indexerFailures } from './failures.ts'
import { indexerHoldings } from './holdings.ts'
import { isPassing, makeIndexer } from './indexer.ts'
import { indexerSettings } from './settings.ts'

const RETRY_MOST_MS = 10_000

/** Blocks to events: the one door from the chain in. */
export const indexerStage = defineStage({
  name: 'indexer',
  failures: indexerFailures,
  holdings: indexerHoldings,
  settings: indexerSettings,
  async start({ store, chain, log, signal, settings }) {
    if (!chain) throw broken('indexer.wrong-chain', { why: 'no chain is configured' })
    const rpc = rpcChain(chain.rpcUrl)
    const indexer = makeIndexer({
      store,
      chain: rpc,
      chainId: chain.chainId,
      emitters: emittersOf(chain.addresses),
      fromBlock: BigInt(chain.addresses.fromBlock),
      confirmations: settings.confirmations,
      log,
    })
    const ending = new AbortController()
    const end = AbortSignal.any([signal, ending.signal])

    async function run(): Promise<void> {
      let checked = false
      let waitMs = settings.pollMs
      while (!end.aborted) {
        try {
          if (!checked) {
            const served = await rpc.chainId()
            if (served !== chain!.chainId)
              throw broken('indexer.wrong-chain', { served, wanted: chain!.chainId })
            checked = true
          }
          const more = await indexer.step()
          waitMs = settings.pollMs
          if (more) continue
        } catch (error) {
          const code = isFailure(error) ? error.code : 'indexer.no-chain'
          // A chain that moved while it was read is no news; one that does not answer is.
          if (!isPassing(error) || code === 'indexer.no-chain')
            log.warn('the chain could not be read, trying again', { code, error })
          waitMs = code === 'indexer.moving' ? settings.pollMs : Math.min(waitMs * 2, RETRY_MOST_MS)
        }
        await sleepMs(waitMs, end).catch(() => {})
      }
    }
    const running = run()
    return {
      async stop() {
        ending.abort()
        await running
      },
    }
  },
})
