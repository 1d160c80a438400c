import {
  type Address,
  type Hex,
  keccak256,
  maxUint256,
  parseEther,
  stringToHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import type { Addresses } from '../addresses.ts'
import * as abis from '../generated/index.ts'
import type { DeployParameters, Operators } from './parameters.ts'
import { call, type Ship, send, settleAll } from './ship.ts'

interface FeedWish {
  readonly pair: Hex
  readonly feed: Address
  readonly heartbeatSeconds: number
  /** Plausible prices, in whole units. */
  readonly minimum: bigint
  readonly maximum: bigint
}

const GAS_MONEY = parseEther('100')
const DEFAULT_ADMIN: Hex = zeroHash
const entryPointAbi = [
  {
    type: 'function',
    name: 'getDepositInfo',
    stateMutability: 'view',
    inputs: [{ name: 'account', type: 'address' }],
    outputs: [
      {
        type: 'tuple',
        components: [
          { name: 'deposit', type: 'uint256' },
          { name: 'staked', type: 'bool' },
          { name: 'stake', type: 'uint112' },
          { name: 'unstakeDelaySec', type: 'uint32' },
          { name: 'withdrawTime', type: 'uint48' },
        ],
      },
    ],
  },
] as const

/** Connects what is deployed. Each step looks first whether it is done, so that an interrupted start goes on. */
export async function wire(
  ship: Ship,
  addresses: Addresses,
  parameters: DeployParameters,
  operators: Operators,
  feeds: readonly FeedWish[],
): Promise<void> {
  for (const account of [operators.operator, ...operators.gasPayers]) await fillUp(ship, account)
  const governed = [
    addresses.identity,
    addresses.paymaster,
    addresses.carrierRegistry,
    addresses.attestorRegistry,
    addresses.priceOracle,
    addresses.complianceHook,
  ]
  if (await hasRole(ship, addresses.priceOracle, DEFAULT_ADMIN, ship.account.address)) {
    await setFeeds(ship, addresses.priceOracle, feeds)
    await settleAll(ship)
    await connect(ship, addresses, parameters, operators.operator)
    await settleAll(ship)
    // Last, and the oracle's last of all: as long as the deployer governs it, a restart comes back here.
    for (const contract of [...governed].sort((a) => (a === addresses.priceOracle ? 1 : -1)))
      await handOver(ship, contract, addresses.treasury, contract === addresses.priceOracle)
  }
  await settleAll(ship)
}

async function setFeeds(ship: Ship, oracle: Address, feeds: readonly FeedWish[]) {
  for (const { pair, feed, heartbeatSeconds, minimum, maximum } of feeds) {
    const known = await ship.client.readContract({
      address: oracle,
      abi: abis.priceOracleAbi,
      functionName: 'feedOf',
      args: [pair],
    })
    if (known.feed !== zeroAddress) continue
    const one = 10n ** 18n
    const wanted = { feed, heartbeatSeconds, minimum: minimum * one || one / 10n, maximum: maximum * one }
    await call(ship, oracle, abis.priceOracleAbi, 'setFeed', [pair, wanted])
  }
}

async function connect(ship: Ship, addresses: Addresses, parameters: DeployParameters, guardian: Address) {
  const { client } = ship
  // Who pauses money coming in and carriers' payouts, for a time, and who may prolong that once.
  for (const [role, who] of [
    ['GUARDIAN', guardian],
    ['GOVERNOR', addresses.treasury],
  ] as const)
    await grant(ship, addresses.complianceHook, keccak256(stringToHex(role)), who)
  await grant(ship, addresses.attestorRegistry, keccak256(stringToHex('SLASHER')), addresses.payOnUsage)
  const registry = { address: addresses.carrierRegistry, abi: abis.carrierRegistryAbi } as const
  if ((await client.readContract({ ...registry, functionName: 'frozenBooks' })) === zeroAddress)
    await call(ship, registry.address, registry.abi, 'setFrozenBooks', [addresses.settlement])

  const paymaster = { address: addresses.paymaster, abi: abis.gesimPaymasterAbi } as const
  const { deposit, staked } = await client.readContract({
    address: addresses.entryPoint,
    abi: entryPointAbi,
    functionName: 'getDepositInfo',
    args: [addresses.paymaster],
  })
  if (deposit === 0n)
    await call(ship, paymaster.address, paymaster.abi, 'deposit', [], parameters.paymasterDepositWei)
  if (!staked)
    await call(
      ship,
      paymaster.address,
      paymaster.abi,
      'addStake',
      [parameters.paymasterUnstakeSeconds],
      parameters.paymasterStakeWei,
    )
  const till = await client.readContract({ ...paymaster, functionName: 'till' })
  if (till.microsPerEther === 0n) await call(ship, paymaster.address, paymaster.abi, 'refreshRate', [])
}

/** Gives the governance of a contract to the treasury Safe and ends the deployer's. */
async function handOver(ship: Ship, contract: Address, to: Address, alsoGovernor: boolean) {
  const self = ship.account.address
  const roles = alsoGovernor ? [keccak256(stringToHex('GOVERNOR')), DEFAULT_ADMIN] : [DEFAULT_ADMIN]
  const abi = abis.priceOracleAbi
  for (const role of roles) {
    await grant(ship, contract, role, to)
    if (await hasRole(ship, contract, role, self))
      await call(ship, contract, abi, 'renounceRole', [role, self])
  }
}

async function grant(ship: Ship, contract: Address, role: Hex, to: Address) {
  if (!(await hasRole(ship, contract, role, to)))
    await call(ship, contract, abis.priceOracleAbi, 'grantRole', [role, to])
}

async function fillUp(ship: Ship, account: Address) {
  const balance = await ship.client.getBalance({ address: account })
  if (balance < GAS_MONEY / 2n && account.toLowerCase() !== ship.account.address.toLowerCase())
    await send(ship, account, '0x', GAS_MONEY, 21_000n)
}

async function hasRole(ship: Ship, contract: Address, role: Hex, account: Address): Promise<boolean> {
  return ship.client.readContract({
    address: contract,
    abi: abis.priceOracleAbi,
    functionName: 'hasRole',
    args: [role, account],
  })
}

/** Pays into the sponsor pool with freshly minted test USDC, once. By the operator, who is the test token's minter. */
export async function fundSponsorPool(ship: Ship, addresses: Addresses, amountMicros: bigint): Promise<void> {
  const paymaster = { address: addresses.paymaster, abi: abis.gesimPaymasterAbi } as const
  const till = await ship.client.readContract({ ...paymaster, functionName: 'till' })
  if (till.sponsorPoolMicros > 0n || amountMicros === 0n) return
  await call(ship, addresses.usdc, abis.testUsdcAbi, 'mint', [ship.account.address, amountMicros])
  await call(ship, addresses.usdc, abis.testUsdcAbi, 'approve', [addresses.paymaster, maxUint256])
  await settleAll(ship)
  await call(ship, paymaster.address, paymaster.abi, 'fundSponsorPool', [amountMicros])
  await settleAll(ship)
}
