import { createLog, type Log, refuse } from '@gesim/base'
import { addressesOf, listenersOf, type ServedProcess, withFreePort } from '@gesim/sgp22'
import { memoryEvents } from './memory-state.ts'
import { postgresEvents } from './postgres-state.ts'
import type { SmdsSettings } from './settings.ts'
import { startSmds } from './smds.ts'

/** An SM-DS with its state, as a program runs it. */
export interface ServedSmds extends ServedProcess {
  readonly smdsAddress: string
  /** In the order NIST, Brainpool, plain HTTP, as far as they are set. */
  readonly ports: readonly number[]
}

const DAY_MS = 86_400_000

/** Starts an SM-DS as settings say and opens its state. Throws `smds.data-key-missing` and what `startSmds` throws. */
export async function serveSmds(given: SmdsSettings, log: Log = createLog('smds')): Promise<ServedSmds> {
  const settings: SmdsSettings = { ...given, ...(await withFreePort(given)) }
  const { databaseUrl, dataKey, rootAddress, oid } = settings
  if (databaseUrl && !dataKey) throw refuse('smds.data-key-missing')
  const state = databaseUrl && dataKey ? await postgresEvents(databaseUrl, dataKey) : memoryEvents()
  const [smdsAddress, ...otherAddresses] = addressesOf(settings)
  const smds = await startSmds({
    pki: settings.pkiDir,
    state,
    smdsAddress,
    otherAddresses,
    listeners: listenersOf(settings),
    ...(rootAddress ? { rootAddress } : {}),
    ...(oid ? { oid } : {}),
    eventLifeMs: settings.eventDays * DAY_MS,
    sessionLifeMs: settings.sessionSeconds * 1000,
    maxSessions: settings.maxSessions,
    log,
  })
  const [port, ...others] = smds.ports
  return {
    smdsAddress,
    ports: smds.ports,
    summary: { name: 'smds', smdsAddress, port, others },
    reload: () => smds.reload(),
    async stop() {
      await smds.stop()
      await state.close()
    },
  }
}
