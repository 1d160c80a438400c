// Keys of a local stack: drawn once, kept in the data folder, readable by its owner only. Never for production.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Hex = `0x${string}`

export interface CarrierSecrets {
  readonly admin: Hex
  readonly provisioning: Hex
  readonly usage: Hex
  readonly apiKey: string
  readonly adminToken: string
}

export interface LocalSecrets {
  readonly operator: Hex
  readonly poster: Hex
  readonly sponsor: Hex
  readonly executors: readonly Hex[]
  readonly attestors: readonly Hex[]
  readonly safeOwners: readonly [Hex, Hex, Hex]
  readonly carriers: readonly CarrierSecrets[]
  /** 32 bytes each, hex without prefix. */
  readonly pepper: string
  readonly identitySeal: string
  readonly provisionerSeal: string
  readonly commitment: string
  readonly smdpData: string
  readonly smdsData: string
  readonly logSeed: string
  readonly webPush: string
  /** Whose test USDC the card sandbox delivers, and the key by which it knows the node. */
  readonly cardRamp: Hex
  readonly cardRampKey: string
}

const secret = () => randomBytes(32).toString('hex')
const key = (): Hex => `0x${secret()}`
const carrier = (): CarrierSecrets => ({
  admin: key(),
  provisioning: key(),
  usage: key(),
  apiKey: `gs_test_${randomBytes(24).toString('base64url')}`,
  adminToken: secret(),
})

function draw(): LocalSecrets {
  return {
    operator: key(),
    poster: key(),
    sponsor: key(),
    executors: [key(), key(), key(), key()],
    attestors: [key(), key(), key()],
    safeOwners: [key(), key(), key()],
    carriers: [carrier(), carrier()],
    pepper: secret(),
    identitySeal: secret(),
    provisionerSeal: secret(),
    commitment: secret(),
    smdpData: secret(),
    smdsData: secret(),
    logSeed: secret(),
    webPush: secret(),
    cardRamp: key(),
    cardRampKey: secret(),
  }
}

/** The secrets of the data folder, drawn on the first start; one that an older version did not know is drawn when missed. */
export function localSecrets(dataDir: string): LocalSecrets {
  const path = join(dataDir, 'secrets.json')
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<LocalSecrets>) : {}
  const drawn = draw()
  if (Object.keys(drawn).every((name) => name in known)) return known as LocalSecrets
  const all = { ...drawn, ...known }
  writeFileSync(`${path}.new`, JSON.stringify(all, null, 2), { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return all
}
