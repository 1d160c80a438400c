// Whether this version may go on with a data folder: looked at before anything of it is started or changed.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  /** The newest migration which that version has. */
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
 * that throws `stack.other-contracts`. A database from the future throws `stack.newer-database`.
 */
export async function claimDataFolder(dataDir: string, intended: Intended): Promise<void> {
  const { plan, newestMigration } = intended
  const path = join(dataDir, 'deployment.json')
  const record = readRecord(path)
  if (record && record.fingerprint !== plan.fingerprint) {
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
  if (record?.newestMigration === newestMigration && record.version === intended.version) return
  const next: DeploymentRecord = {
    version: intended.version,
    since: new Date().toISOString(),
    fingerprint: plan.fingerprint,
    addresses: { ...plan.addresses },
    newestMigration,
  }
  writeFileSync(`${path}.new`, JSON.stringify(next, null, 2), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

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
