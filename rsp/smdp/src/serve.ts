import { createLog, type Log, refuse } from '@gesim/base'
import { type ServedProcess, withFreePort } from '@gesim/sgp22'
import { memoryState } from './memory-state.ts'
import { postgresSessions } from './postgres-sessions.ts'
import { postgresState } from './postgres-state.ts'
import { optionsOf, type SmdpSettings } from './settings.ts'
import { DEFAULT_LIMITS, startSmdp } from './smdp.ts'
import { readStock, stockUp } from './stock.ts'

/** An SM-DP+ with its state, as a program runs it. */
export interface ServedSmdp extends ServedProcess {
  readonly smdpAddress: string
  /** In the order NIST, Brainpool, plain HTTP, as far as they are set. */
  readonly ports: readonly number[]
}

/**
 * Starts an SM-DP+ as settings say: opens its state, puts the profiles and orders of the files into it, and serves.
 * Throws `smdp.data-key-missing`, `smdp.bad-stock` and what `startSmdp` throws.
 *
 * ```ts
 * const smdp = await serveSmdp(readSettings(smdpSettings, { SMDP_PKI_DIR: 'pki', SMDP_PORT: '0' }))
 * ```
 */
export async function serveSmdp(given: SmdpSettings, log: Log = createLog('smdp')): Promise<ServedSmdp> {
  const settings: SmdpSettings = { ...given, ...(await withFreePort(given)) }
  const { databaseUrl, dataKey, uppDir, ordersFile } = settings
  if ((databaseUrl || settings.sessions === 'database') && !(databaseUrl && dataKey))
    throw refuse('smdp.data-key-missing')
  const options = optionsOf(settings)
  const { smdpAddress, limits = {} } = options
  const { maxSessions, sessionLifeMs, orderLifeMs } = { ...DEFAULT_LIMITS, ...limits }
  const stock = readStock({
    ...(uppDir === undefined ? {} : { uppDir, uppCopies: settings.uppCopies }),
    ...(ordersFile === undefined ? {} : { ordersFile }),
    smdpAddress,
    orderLifeMs,
    nowMs: Date.now(),
  })
  const state = databaseUrl && dataKey ? await postgresState(databaseUrl, dataKey) : memoryState()
  const sessions =
    settings.sessions === 'database' && databaseUrl && dataKey
      ? postgresSessions(databaseUrl, dataKey, { maxSessions, sessionLifeMs })
      : undefined
  const added = await stockUp(state, stock)
  if (stock.length) log.info('profiles and orders of the files are in', { count: added })
  const smdp = await startSmdp({ ...options, state, ...(sessions ? { sessions } : {}), log })
  if (!smdp.hasOperators)
    log.warn('no authority of operators is set: nobody can call ES2+', { name: 'SMDP_OPERATOR_CA' })
  const [port, ...others] = smdp.ports
  return {
    smdpAddress,
    ports: smdp.ports,
    summary: { name: 'smdp', smdpAddress, port, others },
    reload: () => smdp.reload(),
    async stop() {
      await smdp.stop()
      await sessions?.close()
      await state.close()
    },
  }
}
