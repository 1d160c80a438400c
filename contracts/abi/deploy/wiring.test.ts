import { join } from 'node:path'
import { type Abi, createPublicClient, decodeFunctionData, http, toFunctionSelector } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Addresses } from '../addresses.ts'
import * as generated from '../generated/index.ts'
import { type Anvil, startAnvil } from '../testing.ts'
import { deployAll, planDeployment } from './deploy-all.ts'
import { WIRING } from './wire.ts'

const person = () => privateKeyToAddress(generatePrivateKey())
const options = {
  // The first account of the mnemonic that every anvil has.
  deployerKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  operators: {
    operator: person(),
    sponsorSigner: person(),
    gasPayers: [],
    treasuryOwners: [person(), person(), person()],
  },
} as const

const ABIS = Object.values(generated).filter(
  (one): one is Exclude<typeof one, string> => typeof one !== 'string',
)
const EVERYTHING = (ABIS as readonly Abi[]).flat()
const SELECTORS = new Map(
  EVERYTHING.flatMap((entry) =>
    entry.type === 'function' ? [[toFunctionSelector(entry) as string, entry.name] as const] : [],
  ),
)

let chain: Anvil
let addresses: Addresses
beforeAll(async () => {
  chain = await startAnvil()
  addresses = await deployAll({ rpcUrl: chain.rpcUrl, ...options })
})
afterAll(() => chain.stop())

/** Every call of the deployer to one of the contracts, in order, with names in place of addresses and selectors. */
async function wiringCalls(): Promise<string> {
  const client = createPublicClient({ transport: http(chain.rpcUrl) })
  const deployer = privateKeyToAddress(options.deployerKey).toLowerCase()
  const nameOf = new Map<string, string>([
    ...Object.entries(addresses).map(([name, at]) => [String(at).toLowerCase(), name] as const),
    [deployer, 'deployer'],
    [options.operators.operator.toLowerCase(), 'operator'],
  ])
  const nameOfPart = (part: unknown) =>
    typeof part === 'string' ? (nameOf.get(part.toLowerCase()) ?? SELECTORS.get(part) ?? part) : part
  const named = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : nameOfPart(part)))
  let lines = ''
  for (let block = 1n; block <= (await client.getBlockNumber()); block++) {
    const { transactions } = await client.getBlock({ blockNumber: block, includeTransactions: true })
    for (const { from, to, input } of transactions) {
      const target = nameOf.get(to?.toLowerCase() ?? '')
      if (from.toLowerCase() !== deployer || !target || input === '0x') continue
      const { functionName, args } = decodeFunctionData({ abi: EVERYTHING, data: input })
      lines += `${target}.${functionName} ${named(args ?? [])}\n`
    }
  }
  return lines
}

it('contracts are connected as they were under this number: another way needs another WIRING, not `vitest -u`', async () => {
  await expect(await wiringCalls()).toMatchFileSnapshot(join(import.meta.dirname, `wiring-${WIRING}.txt`))
})

it('a plan names the places where a deployment puts everything, and another plan has another fingerprint', () => {
  const plan = planDeployment(options)
  const { fromBlock, ...places } = addresses
  expect(fromBlock).toBeGreaterThan(0)
  expect(plan.addresses).toEqual(places)
  expect(planDeployment(options).fingerprint).toBe(plan.fingerprint)
  const dearer = planDeployment({ ...options, parameters: { feeBps: 101 } })
  expect(dearer.fingerprint).not.toBe(plan.fingerprint)
  expect(dearer.addresses.usdc).toBe(plan.addresses.usdc)
  expect(dearer.addresses.escrow).not.toBe(plan.addresses.escrow)
})
