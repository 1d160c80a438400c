import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployAll } from '@gesim/contracts/deploy'
import { startAnvil } from '@gesim/contracts/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploy, deployOptions, planOf } from './chain.ts'
import { chainStatePath, claimDataFolder } from './data-folder.ts'
import { ROOT } from './options.ts'
import { localSecrets } from './secrets.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gesim-data-folder-'))
const ours = join(scratch, 'ours')
const theirs = join(scratch, 'theirs')

/** A data folder whose chain holds contracts: of this version, or of one that took another fee. */
async function makeFolder(dataDir: string, feeBps?: number): Promise<void> {
  mkdirSync(dataDir)
  const secrets = localSecrets(dataDir)
  const anvil = await startAnvil({ statePath: chainStatePath(dataDir) })
  if (feeBps === undefined) await deploy(anvil.rpcUrl, secrets)
  else await deployAll({ rpcUrl: anvil.rpcUrl, ...deployOptions(secrets), parameters: { feeBps } })
  await anvil.stop()
}

const intended = (dataDir: string) => ({
  version: '9.9.9',
  plan: planOf(localSecrets(dataDir)),
  newestMigration: '20990101000000',
})

/** Runs `npm start` on a folder to its end; a start that does not refuse would bring up everything. */
function start(dataDir: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['apps/stack/src/main.ts', '--data', dataDir, '--no-web', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      // Something was started: it is not let go on.
      if (said.includes('✓')) child.kill('SIGTERM')
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code, said }))
  })
}

/** Every file of a folder with a hash of what is in it. */
function contentOf(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
  return Object.fromEntries(
    files.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )
}

beforeAll(() => Promise.all([makeFolder(ours), makeFolder(theirs, 99)]))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('a start on a data folder of another version', () => {
  it('ends at once with a code and a remedy, and changes nothing', async () => {
    const before = contentOf(theirs)
    const { code, said } = await start(theirs)
    expect(said).toContain('(stack.other-contracts)')
    expect(said).toContain('differ: escrow, settlement, payOnUsage, advancePool')
    expect(said).toContain('--reset')
    expect(code).toBe(1)
    expect(contentOf(theirs)).toEqual(before)
  })

  it('is refused by the record, which names who used the folder last, without asking the chain', async () => {
    const folder = join(scratch, 'recorded')
    mkdirSync(folder)
    const noteUsed = await claimDataFolder(folder, { ...intended(folder), version: '1.2.3' })
    noteUsed()
    writeFileSync(chainStatePath(folder), '{}')
    const moved = intended(folder)
    const plan = {
      ...moved.plan,
      fingerprint: '0xff' as const,
      addresses: { ...moved.plan.addresses, paymaster: moved.plan.addresses.escrow },
    }
    await expect(claimDataFolder(folder, { ...moved, plan })).rejects.toMatchObject({
      code: 'stack.other-contracts',
      facts: { lastUsedBy: expect.stringMatching(/^1\.2\.3, since 2/), thisIs: '9.9.9', differ: 'paymaster' },
    })
    const rewired = { ...moved.plan, fingerprint: '0xff' as const }
    await expect(claimDataFolder(folder, { ...moved, plan: rewired })).rejects.toMatchObject({
      facts: { differ: 'not the contracts, but how they are connected' },
    })
    const noteUsedAgain = await claimDataFolder(folder, moved)
    noteUsedAgain()
    await expect(claimDataFolder(folder, { ...moved, plan })).rejects.toMatchObject({
      facts: { lastUsedBy: expect.stringMatching(/^9\.9\.9/) },
    })
  })

  it('is refused when a newer one brought the database to a form that is not known here', async () => {
    const folder = join(scratch, 'newer')
    mkdirSync(folder)
    const noteUsed = await claimDataFolder(folder, intended(folder))
    const older = { ...intended(folder), newestMigration: '20980101000000' }
    // It came no further than its claim: the database is as it was.
    await claimDataFolder(folder, older)
    noteUsed()
    await expect(claimDataFolder(folder, older)).rejects.toMatchObject({ code: 'stack.newer-database' })
  })
})

it('a record without a chain binds nobody: that start deployed nothing', async () => {
  const folder = join(scratch, 'failed')
  mkdirSync(folder)
  await claimDataFolder(folder, intended(folder))
  const other = { ...intended(folder).plan, fingerprint: '0xff' as const }
  await claimDataFolder(folder, { ...intended(folder), plan: other })
  expect(JSON.parse(readFileSync(join(folder, 'deployment.json'), 'utf8'))).toMatchObject({
    fingerprint: '0xff',
  })
})

describe('a data folder without a readable record', () => {
  // As the versions without a record connected their contracts.
  const first = () => ({ ...intended(ours), plan: { ...intended(ours).plan, wiring: 1 } })

  it('is gone on with when its chain holds the contracts of this version', async () => {
    await claimDataFolder(ours, first())
    const record = join(ours, 'deployment.json')
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
      fingerprint: intended(ours).plan.fingerprint,
    })
    writeFileSync(record, '{"finger')
    await claimDataFolder(ours, first())
  })

  it('is refused when this version connects the contracts in another way: nobody knows how they were', async () => {
    writeFileSync(join(ours, 'deployment.json'), '{"finger')
    const later = { ...first(), plan: { ...first().plan, wiring: 2 } }
    await expect(claimDataFolder(ours, later)).rejects.toMatchObject({ code: 'stack.other-contracts' })
  })
})

it.each([['with --reset', '--reset'], ['without']])(
  'a start %s leaves a folder alone that is not of GeSIM',
  async (name, ...args) => {
    const folder = join(scratch, `letters ${name}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'to-grandmother.txt'), 'Dear grandmother')
    const { code, said } = await start(folder, ...args)
    expect(said).toContain('(stack.not-our-folder)')
    expect(code).toBe(1)
    expect(readdirSync(folder)).toEqual(['to-grandmother.txt'])
  },
)

it('a second start on a folder, and one on what is no folder, say so', async () => {
  const folder = join(scratch, 'running')
  mkdirSync(folder)
  writeFileSync(join(folder, 'stack.pid'), String(process.pid))
  expect(await start(folder)).toMatchObject({
    code: 1,
    said: expect.stringContaining('stack.already-running'),
  })
  expect(readdirSync(folder)).toEqual(['stack.pid'])
  const file = join(scratch, 'a file')
  writeFileSync(file, '')
  expect(await start(file)).toMatchObject({ code: 1, said: expect.stringContaining('stack.folder-unusable') })
})
