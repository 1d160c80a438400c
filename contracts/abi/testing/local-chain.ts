import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, createTestClient, type Hex, http } from 'viem'
import { mnemonicToAccount, privateKeyToAddress } from 'viem/accounts'
import type { Addresses } from '../addresses.ts'
import { deployAll } from '../deploy/deploy-all.ts'
import type { DeployParameters } from '../deploy/parameters.ts'
import { type RegisteredParties, registerLocalParties } from '../deploy/parties.ts'
import { type Anvil, startAnvil } from './anvil.ts'

/** A local chain with all contracts, two carriers, three attestors in the committee, and the keys of all of them. */
export interface LocalChain extends Anvil {
  readonly chainId: 31337
  readonly addresses: Addresses
  readonly parties: RegisteredParties
  readonly keys: typeof KEYS
}

const MNEMONIC = 'test test test test test test test test test test test junk'

/** A key of the well-known mnemonic, funded on every anvil and worthless everywhere else. */
function localKey(index: number): Hex {
  return bytesToHex(mnemonicToAccount(MNEMONIC, { addressIndex: index }).getHdKey().privateKey!)
}

const KEYS = {
  deployer: localKey(0),
  operator: localKey(1),
  poster: localKey(2),
  sponsor: localKey(3),
  executors: [localKey(4), localKey(5), localKey(6), localKey(7)],
  treasuryOwners: [localKey(8), localKey(9), localKey(10)],
  carriers: [
    { admin: localKey(11), payout: localKey(12), provisioning: localKey(13), usage: localKey(14) },
    { admin: localKey(15), payout: localKey(16), provisioning: localKey(17), usage: localKey(18) },
  ],
  attestors: [localKey(19), localKey(20), localKey(21)],
} as const

/**
 * Starts a chain on which everything is deployed. The first start of a day deploys and keeps the state in the temp
 * folder; later ones load it, in a tenth of the time. `stop()` ends it.
 */
export async function startLocalChain(parameters: Partial<DeployParameters> = {}): Promise<LocalChain> {
  const stem = join(stateFolder(), fingerprint(parameters))
  if (!existsSync(`${stem}.facts.json`)) await prepare(stem, parameters)
  const { addresses, parties } = JSON.parse(readFileSync(`${stem}.facts.json`, 'utf8')) as Facts
  const anvil = await startAnvil({ loadStatePath: `${stem}.state.json`, accounts: 22 })
  // The kept state may be hours old: without a new block, the latest one would tell a test that it is still then.
  await createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) }).mine({ blocks: 1 })
  return { ...anvil, chainId: 31337, addresses, parties, keys: KEYS }
}

type Facts = Pick<LocalChain, 'addresses' | 'parties'>

function stateFolder(): string {
  const folder = join(tmpdir(), `gesim-chain-${process.getuid?.() ?? 0}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** The day belongs to it: keys and rates in the state have a date. */
function fingerprint(parameters: Partial<DeployParameters>): string {
  // Of the sources that the generated code was made from, which may be older than those that lie there.
  const code = readFileSync(new URL('../generated/source.json', import.meta.url))
  const text = JSON.stringify(parameters, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
  const day = new Date().toISOString().slice(0, 10)
  return createHash('sha256').update(`${code} ${deploySources()} ${text} ${day}`).digest('hex').slice(0, 24)
}

function deploySources(): string {
  const hash = createHash('sha256')
  for (const file of ['deploy-all', 'money', 'parameters', 'parties', 'safe', 'ship', 'wire'])
    hash.update(readFileSync(new URL(`../deploy/${file}.ts`, import.meta.url)))
  return hash.update(readFileSync(new URL(import.meta.url))).digest('hex')
}

async function prepare(stem: string, parameters: Partial<DeployParameters>): Promise<void> {
  // Test files run at once: each writes files of its own, and the rename lets the last one win whole.
  const own = `${stem}.${randomBytes(6).toString('hex')}`
  const anvil = await startAnvil({ dumpStatePath: `${own}.state.json`, accounts: 22 })
  let facts: Facts
  try {
    facts = await populate(anvil.rpcUrl, parameters)
  } finally {
    await anvil.stop()
  }
  writeFileSync(`${own}.facts.json`, JSON.stringify(facts))
  renameSync(`${own}.state.json`, `${stem}.state.json`)
  renameSync(`${own}.facts.json`, `${stem}.facts.json`)
}

async function populate(rpcUrl: string, parameters: Partial<DeployParameters>): Promise<Facts> {
  const [first, second, third] = KEYS.treasuryOwners.map((key) => privateKeyToAddress(key))
  const addresses = await deployAll({
    rpcUrl,
    deployerKey: KEYS.deployer,
    operators: {
      operator: privateKeyToAddress(KEYS.operator),
      sponsorSigner: privateKeyToAddress(KEYS.sponsor),
      gasPayers: [KEYS.poster, ...KEYS.executors].map((key) => privateKeyToAddress(key)),
      treasuryOwners: [first!, second!, third!],
    },
    parameters,
  })
  const parties = await registerLocalParties({
    rpcUrl,
    addresses,
    operatorKey: KEYS.operator,
    carriers: KEYS.carriers.map((keys, at) => ({
      name: ['aurora', 'borealis'][at]!,
      adminKey: keys.admin,
      payout: privateKeyToAddress(keys.payout),
      provisioningKey: privateKeyToAddress(keys.provisioning),
      usageKey: privateKeyToAddress(keys.usage),
    })),
    attestorKeys: KEYS.attestors,
  })
  return { addresses, parties }
}
