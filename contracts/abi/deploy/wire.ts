import {
  type Address,
  getAbiItem,
  type Hex,
  keccak256,
  maxUint256,
  parseEther,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
  zeroHash,
} from 'viem'
import type { Addresses } from '../addresses.ts'
import * as abis from '../generated/index.ts'
import type { FeedWish } from './local-feeds.ts'
import type { DeployParameters, Operators } from './parameters.ts'
import { call, type Ship, send, settleAll } from './ship.ts'

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

/**
 * Number of the way in which `wire` connects contracts. Raise it with every change of that way: a chain that was wired
 * before is governed by its Safe and is not wired again, so it must not be taken for one of this version.
 */
export const WIRING = 2

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
    addresses.complianceSignals,
    addresses.feeTreasury,
  ]
  if (await hasRole(ship, addresses.priceOracle, DEFAULT_ADMIN, ship.account.address)) {
    await setFeeds(ship, addresses.priceOracle, feeds)
    await settleAll(ship)
    await connect(ship, addresses, parameters, operators.operator)
    await connectFees(ship, addresses, parameters, operators.operator)
    await settleAll(ship)
    // Last, and the oracle's last of all: as long as the deployer governs it, a restart comes back here.
    for (const contract of [...governed].sort((a) => (a === addresses.priceOracle ? 1 : -1)))
      await handOver(
        ship,
        contract,
        addresses.treasury,
        contract === addresses.priceOracle || contract === addresses.feeTreasury,
      )
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
    const wanted = { feed, heartbeatSeconds, minimum, maximum }
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
    // The pool answers for frozen books as the settlement does, and for carriers that owe it: that is its lien.
    await call(ship, registry.address, registry.abi, 'setFrozenBooks', [addresses.advancePool])

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

/** Duties of the fee treasury by number: what relayers are paid for. */
const DUTIES = { postEpoch: 1, settle: 2, bundle: 3 } as const

/** The paymaster's revenue goes to the fee treasury, which knows what it pays for. */
async function connectFees(ship: Ship, addresses: Addresses, parameters: DeployParameters, gasTank: Address) {
  const paymaster = { address: addresses.paymaster, abi: abis.gesimPaymasterAbi } as const
  const fees = { address: addresses.feeTreasury, abi: abis.feeTreasuryAbi } as const
  const to = await ship.client.readContract({ ...paymaster, functionName: 'treasury' })
  if (to.toLowerCase() !== addresses.feeTreasury.toLowerCase())
    await call(ship, paymaster.address, paymaster.abi, 'setTreasury', [addresses.feeTreasury])
  if ((await ship.client.readContract({ ...fees, functionName: 'gasTank' })) !== zeroAddress) return
  const duty = (functionName: 'postEpoch' | 'settle', price: bigint, windowSeconds: number) => ({
    target: addresses.settlement,
    selector: toFunctionSelector(getAbiItem({ abi: abis.settlementAbi, name: functionName })),
    mustReturn: functionName === 'settle',
    windowSeconds,
    price,
    // Who lets an epoch's posting window pass pays whoever stands in; nobody else has a schedule to miss.
    penalty: functionName === 'postEpoch' ? price * 10n : 0n,
  })
  const { epochSeconds, postingSeconds } = parameters
  const wanted = [
    [DUTIES.postEpoch, duty('postEpoch', parameters.postEpochPriceMicros, epochSeconds + postingSeconds)],
    [DUTIES.settle, duty('settle', parameters.settlePriceMicros, epochSeconds)],
    [
      DUTIES.bundle,
      {
        target: zeroAddress,
        selector: '0x00000000',
        mustReturn: false,
        windowSeconds: 1,
        price: parameters.settlePriceMicros,
        penalty: 0n,
      },
    ],
  ] as const
  for (const [number, terms] of wanted) await call(ship, fees.address, fees.abi, 'setDuty', [number, terms])
  // Last: as long as there is no gas tank, an interrupted start comes back here.
  await call(ship, fees.address, fees.abi, 'setSettings', [
    parameters.relayerBondMicros,
    parameters.relayerDailyBudgetMicros,
    parameters.feeFloatMicros,
    parameters.marginShareBps,
    gasTank,
  ])
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
