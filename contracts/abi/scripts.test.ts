import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, createTestClient, type Hex, http, keccak256, stringToHex, zeroHash } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PRODUCTION_PARAMETERS } from './deploy.ts'
import {
  carrierRegistryAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  priceOracleAbi,
  settlementAbi,
} from './generated/index.ts'
import { type Anvil, foundryBinary, type LocalChain, ROOT, startAnvil, startLocalChain } from './testing.ts'

/** A chain that stands for a public one: its id, and what scripts expect there. */
let local: LocalChain
let sepolia: Anvil
let base: Anvil
beforeAll(async () => {
  ;[local, sepolia, base] = await Promise.all([
    startLocalChain(),
    startAnvil({ chainId: 84_532 }),
    startAnvil({ chainId: 8_453 }),
  ])
  await Promise.all([rehearse(sepolia), rehearse(base)])
}, 120_000)
const broadcasts = mkdtempSync(join(tmpdir(), 'gesim-broadcasts-'))
afterAll(async () => {
  await Promise.all([local, sepolia, base].map((chain) => chain.stop()))
  rmSync(broadcasts, { recursive: true, force: true })
})

/** USDC, feeds, sanctions list, EntryPoint and treasury Safe of the local chain, at the same addresses. */
async function rehearse({ rpcUrl }: Anvil) {
  const { addresses } = local
  const from = createPublicClient({ transport: http(local.rpcUrl) })
  const to = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  const { usdc, etherPriceFeed, euroPriceFeed, sanctionsList, entryPoint, treasury } = addresses
  const copied = [usdc, etherPriceFeed!, euroPriceFeed!, sanctionsList!, entryPoint, treasury] as const
  for (const address of copied) {
    await to.setCode({ address, bytecode: (await from.getCode({ address }))! })
    // A feed's answer lies in its first slots.
    for (let slot = 0; slot < 6; slot++) {
      const index = slot
      const value = (await from.getStorageAt({ address, slot: `0x${slot.toString(16)}` })) ?? zeroHash
      if (address !== entryPoint) await to.setStorageAt({ address, index, value })
    }
  }
}

const people = () => ({
  GESIM_GOVERNOR: local.addresses.treasury,
  GESIM_GUARDIAN: privateKeyToAddress(local.keys.attestors[0]),
  GESIM_OPERATOR: privateKeyToAddress(local.keys.operator),
  GESIM_SPONSOR_SIGNER: privateKeyToAddress(local.keys.sponsor),
})

/** Runs a script against a chain; answers what it printed of addresses and how many transactions it sent. */
async function run(script: string, rpcUrl: string, swaps: Readonly<Record<string, string>>) {
  const forge = spawn(
    foundryBinary('forge'),
    [
      'script',
      `contracts/script/${script}.s.sol`,
      '--rpc-url',
      rpcUrl,
      '--broadcast',
      '--offline',
      '--slow',
    ].concat(['--private-key', local.keys.deployer, '--non-interactive']),
    {
      cwd: ROOT,
      env: { ...process.env, ...people(), ...swaps, FOUNDRY_BROADCAST: broadcasts },
    },
  )
  let said = ''
  for (const stream of [forge.stdout, forge.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const code = await new Promise<number | null>((resolve, reject) => {
    forge.once('error', reject)
    forge.once('close', resolve)
  })
  const line = /addresses (\{.*\})/.exec(said)
  return { code, said, addresses: line ? (JSON.parse(line[1]!) as Record<string, Hex>) : undefined }
}

const swapped = () => {
  const { usdc, etherPriceFeed, euroPriceFeed, sanctionsList } = local.addresses
  return {
    GESIM_USDC: usdc,
    GESIM_ETHER_FEED: etherPriceFeed!,
    GESIM_EURO_FEED: euroPriceFeed!,
    GESIM_SANCTIONS_LIST: sanctionsList!,
    // Nothing local answers as an uptime feed does.
    GESIM_SEQUENCER_FEED: `0x${'00'.repeat(20)}`,
  }
}

it('a script refuses another chain than its own, and an address where nothing stands', async () => {
  const wrong = await run('DeployBase', sepolia.rpcUrl, swapped())
  expect([wrong.code, wrong.said]).toEqual([1, expect.stringContaining('Deployment_WrongChain(84532')])
  const absent = await run('DeployBaseSepolia', sepolia.rpcUrl, {
    ...swapped(),
    GESIM_USDC: `0x${'77'.repeat(20)}`,
  })
  expect([absent.code, absent.said]).toEqual([1, expect.stringContaining('Deployment_NothingAt("USDC"')])
}, 300_000)

it('the scripts put everything at the same addresses on both chains, hand it over, and a second run sends nothing', async () => {
  const first = await run('DeployBaseSepolia', sepolia.rpcUrl, swapped())
  expect([first.code, first.said]).toEqual([0, expect.stringContaining('addresses {')])
  const second = await run('DeployBase', base.rpcUrl, swapped())
  expect([second.code, second.said]).toEqual([0, expect.stringContaining('addresses {')])
  expect(second.addresses).toEqual(first.addresses)

  const deployer = privateKeyToAddress(local.keys.deployer)
  const made = first.addresses as Record<string, Hex>
  const roles = ['GOVERNOR', 'GUARDIAN', 'OPERATOR', 'ISSUER', 'REGISTRAR', 'SLASHER'].map((name) =>
    keccak256(stringToHex(name)),
  )
  for (const chain of [sepolia, base]) {
    const client = createPublicClient({ transport: http(chain.rpcUrl) })
    for (const [name, address] of Object.entries(made))
      expect([name, ((await client.getCode({ address })) ?? '0x').length > 2]).toEqual([name, true])
    const governed = [
      'identity',
      'paymaster',
      'carrierRegistry',
      'attestorRegistry',
      'complianceHook',
      'complianceSignals',
      'feeTreasury',
      'priceOracle',
    ]
    const has = (name: string, role: Hex, who: Hex) =>
      client.readContract({
        address: made[name]!,
        abi: priceOracleAbi,
        functionName: 'hasRole',
        args: [role, who],
      })
    for (const name of governed) {
      expect([name, await has(name, zeroHash, local.addresses.treasury)]).toEqual([name, true])
      for (const role of [zeroHash, ...roles])
        expect([name, role, await has(name, role, deployer)]).toEqual([name, role, false])
    }
  }

  const nonceOf = async () =>
    createPublicClient({ transport: http(sepolia.rpcUrl) }).getTransactionCount({ address: deployer })
  const before = await nonceOf()
  const again = await run('DeployBaseSepolia', sepolia.rpcUrl, swapped())
  expect([again.code, again.addresses]).toEqual([0, first.addresses])
  expect(await nonceOf()).toBe(before)

  await expectProduction(made)
}, 600_000)

/** The figures of the scripts are those of `PRODUCTION_PARAMETERS`. */
async function expectProduction(made: Record<string, Hex>) {
  const p = PRODUCTION_PARAMETERS
  const client = createPublicClient({ transport: http(sepolia.rpcUrl) })
  const escrow = await client.readContract({
    address: made.escrow!,
    abi: intentEscrowAbi,
    functionName: 'parameters',
  })
  expect(escrow).toMatchObject({
    usdc: local.addresses.usdc,
    settlement: made.settlement,
    payOnUsage: made.payOnUsage,
    treasury: made.feeTreasury,
    feeBps: p.feeBps,
    depositLimit: p.depositLimitMicros,
    exitSeconds: p.exitSeconds,
    counterSeconds: p.counterSeconds,
    outflowSeconds: p.outflowSeconds,
    outflowBps: p.outflowBps,
    outflowFloor: p.outflowFloorMicros,
  })
  const settlement = await client.readContract({
    address: made.settlement!,
    abi: settlementAbi,
    functionName: 'parameters',
  })
  expect(settlement).toMatchObject({
    escrow: made.escrow,
    attestors: made.attestorRegistry,
    epochSeconds: p.epochSeconds,
    postingSeconds: p.postingSeconds,
    fastSeconds: p.fastSeconds,
    slowSeconds: p.slowSeconds,
    quorumBps: p.quorumBps,
    fastShareBps: p.fastShareBps,
  })
  const till = await client.readContract({
    address: made.paymaster!,
    abi: gesimPaymasterAbi,
    functionName: 'till',
  })
  expect(till).toMatchObject({ marginBps: p.gasMarginBps, microsPerEther: 2_500_000_000n })
  const registry = { address: made.carrierRegistry!, abi: carrierRegistryAbi } as const
  expect(await client.readContract({ ...registry, functionName: 'payoutDelay' })).toBe(p.payoutDelaySeconds)
  expect(await client.readContract({ ...registry, functionName: 'frozenBooks' })).toBe(made.advancePool)
}
