// Keys of a local stack: drawn once, kept in the data folder, readable by its owner only. Never for production.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Hex = `0x${string}`

export interface LocalSecrets {
  readonly deployer: Hex
  readonly operator: Hex
  readonly poster: Hex
  readonly paymasterSigner: Hex
  readonly executors: readonly Hex[]
  readonly attestors: readonly Hex[]
  readonly safeOwners: readonly Hex[]
  readonly carriers: readonly { admin: Hex; provisioning: Hex; usage: Hex }[]
  /** Secrets that are no chain keys, 32 bytes each, hex without prefix. */
  readonly pepper: string
  readonly envelope: string
  readonly commitment: string
  readonly smdpEncryption: string
  readonly smdpLookup: string
  readonly logKey: string
  readonly oidcClientSecret: string
  readonly carrierApiKeys: readonly string[]
  readonly carrierAdminTokens: readonly string[]
}

const secret = () => randomBytes(32).toString('hex')
const key = (): Hex => `0x${secret()}`

function draw(): LocalSecrets {
  const apiKey = () => `gs_test_${randomBytes(24).toString('base64url')}`
  return {
    deployer: key(),
    operator: key(),
    poster: key(),
    paymasterSigner: key(),
    executors: [key(), key(), key(), key()],
    attestors: [key(), key(), key()],
    safeOwners: [key(), key(), key()],
    carriers: [0, 1].map(() => ({ admin: key(), provisioning: key(), usage: key() })),
    pepper: secret(),
    envelope: secret(),
    commitment: secret(),
    smdpEncryption: secret(),
    smdpLookup: secret(),
    logKey: secret(),
    oidcClientSecret: secret(),
    carrierApiKeys: [apiKey(), apiKey()],
    carrierAdminTokens: [secret(), secret()],
  }
}

/** The secrets of the data folder, drawn on the first start. */
export function localSecrets(dataDir: string): LocalSecrets {
  const path = join(dataDir, 'secrets.json')
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(draw(), null, 2), { mode: 0o600 })
  return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets
}
