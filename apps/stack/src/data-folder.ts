// Whether this version may go on with a data folder: looked at before anything of it is started or changed.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { refuse } from '@gesim/base'
import type { DeploymentPlan } from '@gesim/contracts/deploy'
import { startAnvil } from '@gesim/contracts/testing'
import { createPublicClient, http } from 'viem'

/** `deployment.json`: what the chain of the folder was deployed as. Written before the first contract is. */
interface DeploymentRecord {
  /** The last version that was let in, and when it first was: the one to go back to. */
  readonly version: string
  readonly since: string
  readonly fingerprint: string
  readonly addresses: Readonly<Record<string, string>>
  /** The newest migration which that version may have run; empty before the first. */
  readonly newestMigration: string
}

/** What this version would do with the folder. */
export interface Intended {
  readonly version: string
  readonly plan: DeploymentPlan
  readonly newestMigration: string
}

/** State of the chain in a data folder. */
export const chainStatePath = (dataDir: string) => join(dataDir, 'chain.json')

/** How folders from before there was a record are connected. */
const UNRECORDED_WIRING = 1

/**
 * Lets a version go on with a folder whose chain holds exactly its contracts, and writes down which these are. An escrow
 * is immutable and intents are bound to it, so contracts of another version can neither be used nor be deployed over:
 * that throws `stack.other-contracts`. A database from the future throws `stack.newer-database`. To be called before
 * the database is brought to this version's form: what is returned.
 */
export async function claimDataFolder(dataDir: string, intended: Intended): Promise<() => void> {
  const { plan, newestMigration } = intended
  const path = join(dataDir, 'deployment.json')
  const record = readRecord(path)
  // Without a chain nothing was deployed yet: that start failed before.
  if (record && record.fingerprint !== plan.fingerprint && existsSync(chainStatePath(dataDir))) {
    const moved = Object.entries(plan.addresses).filter(
      ([name, address]) => record.addresses[name] !== address,
    )
    throw otherContracts(dataDir, intended, usedBy(record), moved)
  }
  if (record && record.newestMigration > newestMigration)
    throw refuse('stack.newer-database', {
      folder: dataDir,
      lastUsedBy: usedBy(record),
      lastMigration: record.newestMigration,
      knownHere: newestMigration,
      thisIs: intended.version,
    })
  // Older versions kept no record: their chain itself is asked.
  if (!record && existsSync(chainStatePath(dataDir))) {
    const missing = await missingOn(chainStatePath(dataDir), plan)
    if (missing.length > 0 || plan.wiring !== UNRECORDED_WIRING)
      throw otherContracts(dataDir, intended, 'an older version, which kept no record of itself', missing)
  }
  const keep = (used: Pick<DeploymentRecord, 'version' | 'newestMigration'>) => {
    if (record?.fingerprint === plan.fingerprint && isDeepStrictEqual(used, pickUse(record))) return
    const { fingerprint, addresses } = plan
    const next: DeploymentRecord = { ...used, since: new Date().toISOString(), fingerprint, addresses }
    writeFileSync(`${path}.new`, JSON.stringify(next, null, 2), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  keep(record ? pickUse(record) : { version: intended.version, newestMigration: '' })
  return () => keep({ version: intended.version, newestMigration })
}

const pickUse = ({ version, newestMigration }: DeploymentRecord) => ({ version, newestMigration })

const usedBy = ({ version, since }: DeploymentRecord) => `${version}, since ${since}`

type Place = readonly [name: string, address: string]

function otherContracts(dataDir: string, intended: Intended, lastUsedBy: string, moved: readonly Place[]) {
  return refuse('stack.other-contracts', {
    folder: dataDir,
    lastUsedBy,
    thisIs: intended.version,
    differ: moved.map(([name]) => name).join(', ') || 'not the contracts, but how they are connected',
  })
}

/** The record, unless there is none that can be read: then the chain is asked. */
function readRecord(path: string): DeploymentRecord | undefined {
  if (!existsSync(path)) return undefined
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as Partial<DeploymentRecord>
    return typeof read.fingerprint === 'string' && typeof read.newestMigration === 'string' && read.addresses
      ? (read as DeploymentRecord)
      : undefined
  } catch {
    return undefined
  }
}

/** What of the plan does not stand on a chain, whose state is loaded and not written again. */
async function missingOn(statePath: string, plan: DeploymentPlan): Promise<Place[]> {
  const anvil = await startAnvil({ loadStatePath: statePath })
  try {
    const client = createPublicClient({ transport: http(anvil.rpcUrl) })
    const places = Object.entries(plan.addresses) as [string, `0x${string}`][]
    const codes = await Promise.all(places.map(([, address]) => client.getCode({ address })))
    return places.filter((_, at) => (codes[at] ?? '0x') === '0x')
  } finally {
    await anvil.stop()
  }
}
