import { type Abi, type Address, getContractAddress, type Hex, keccak256, stringToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { type Addresses, ENTRYPOINT_V08, LOCAL_CHAIN_ID } from '../addresses.ts'
import * as abis from '../generated/index.ts'
import { feedWishes, SIMULATED_FEEDS } from './local-feeds.ts'
import { deployMoney, planMoney } from './money.ts'
import { type DeployOptions, LOCAL_PARAMETERS } from './parameters.ts'
import { ensureSafe, ensureSafeContracts, localSafeContracts, planSafe } from './safe.ts'
import { addressOf, artefactCode, board, ensure, initCodeOf, settleAll } from './ship.ts'
import { WIRING, wire } from './wire.ts'

/** Salt of the canonical EntryPoint v0.8: its CREATE2 address is `ENTRYPOINT_V08` on every chain. */
const ENTRYPOINT_SALT = '0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9'

/** What a version of this code wants to stand on a local chain: computed offline, from code, parameters and keys. */
export interface DeploymentPlan {
  /** All but `fromBlock`, which only the chain knows. */
  readonly addresses: Omit<Addresses, 'fromBlock'>
  /**
   * A hash of the addresses, each of which follows from creation code and constructor's arguments, and of the way in which
   * they are connected: two versions with the same one can work on the same chain.
   */
  readonly fingerprint: Hex
  /** Number of the way in which they are connected. */
  readonly wiring: number
}

/** Where `deployAll` puts everything with the same options. Nothing is asked and nothing is sent. */
export function planDeployment(options: Omit<DeployOptions, 'rpcUrl'>): DeploymentPlan {
  const { addresses } = planOf(options)
  // Sorted: the order in which this file names them says nothing.
  const places = Object.entries(addresses).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([WIRING, places])
  return { addresses, fingerprint: keccak256(stringToHex(text)), wiring: WIRING }
}

function planOf(options: Omit<DeployOptions, 'rpcUrl'>) {
  const parameters = { ...LOCAL_PARAMETERS, ...options.parameters }
  const { operator, sponsorSigner, treasuryOwners } = options.operators
  const admin = privateKeyToAddress(options.deployerKey)
  const pieces: Hex[] = []
  const put = (name: string, abi: Abi, args: readonly unknown[] = []): Address => {
    const initCode = initCodeOf(name, abi, args)
    pieces.push(initCode)
    return addressOf(initCode)
  }
  const entryPointCode = artefactCode('@account-abstraction/contracts/artifacts/EntryPoint.json')
  const entryPoint = addressOf(entryPointCode, ENTRYPOINT_SALT)
  const safe = planSafe(localSafeContracts(), treasuryOwners, 2)
  const treasury = safe.address
  const usdc = put('TestUSDC', abis.testUsdcAbi, [operator])
  const sanctionsList = put('LocalSanctionsList', abis.localSanctionsListAbi, [operator])
  const feeds = Object.fromEntries(
    SIMULATED_FEEDS.map(({ pair, name, answer }) => [
      name,
      put('LocalPriceFeed', abis.localPriceFeedAbi, [pair.replace('/', ' / '), 8, answer, true, operator]),
    ]),
  ) as Record<(typeof SIMULATED_FEEDS)[number]['name'], Address>
  const priceOracle = put('PriceOracle', abis.priceOracleAbi, [admin, admin])
  const complianceHook = put('ComplianceHook', abis.complianceHookAbi, [sanctionsList, admin, operator])
  const carrierRegistry = put('CarrierRegistry', abis.carrierRegistryAbi, [
    parameters.payoutDelaySeconds,
    admin,
    operator,
  ])
  const attestorRegistry = put('AttestorRegistry', abis.attestorRegistryAbi, [
    usdc,
    treasury,
    parameters.minimumStakeMicros,
    parameters.unbondingSeconds,
    admin,
    operator,
  ])
  const identity = put('GesimIdentity', abis.gesimIdentityAbi, [admin, operator])
  const accountFactory = put('GesimAccountFactory', abis.gesimAccountFactoryAbi, [
    parameters.recoveryDelaySeconds,
  ])
  const webAuthnVerifier = put('ERC7913WebAuthnVerifier', abis.erc7913WebAuthnVerifierAbi)
  const p256Verifier = put('ERC7913P256Verifier', abis.erc7913P256VerifierAbi)
  const paymaster = put('GesimPaymaster', abis.gesimPaymasterAbi, [
    usdc,
    priceOracle,
    identity,
    parameters.rateLifeSeconds,
    parameters.gasMarginBps,
    treasury,
    sponsorSigner,
    admin,
    operator,
  ])
  const complianceSignals = put('ComplianceSignals', abis.complianceSignalsAbi, [admin, operator])
  const feeTreasury = put('FeeTreasury', abis.feeTreasuryAbi, [
    usdc,
    treasury,
    carrierRegistry,
    paymaster,
    parameters.relayerUnbondingSeconds,
    admin,
    operator,
  ])
  const money = planMoney(admin, parameters, {
    usdc,
    carriers: carrierRegistry,
    attestors: attestorRegistry,
    compliance: complianceHook,
    treasury: feeTreasury,
  })
  // Apart: it asks the escrow while it is created.
  const poolCode = initCodeOf('AdvancePool', abis.advancePoolAbi, [
    {
      escrow: money.addresses.escrow,
      governor: treasury,
      guardian: operator,
      queueSeconds: parameters.poolQueueSeconds,
      openSeconds: parameters.poolOpenSeconds,
      claimSeconds: parameters.poolClaimSeconds,
      patienceSeconds: parameters.poolPatienceSeconds,
      juniorBps: parameters.poolJuniorBps,
      maxDiscountBps: parameters.poolMaxDiscountBps,
      maxAssets: parameters.poolMaxAssetsMicros,
    },
  ])
  const addresses: Omit<Addresses, 'fromBlock'> = {
    usdc,
    entryPoint,
    ...money.addresses,
    carrierRegistry,
    attestorRegistry,
    identity,
    accountFactory,
    accountImplementation: implementationOf(accountFactory),
    paymaster,
    complianceHook,
    complianceSignals,
    feeTreasury,
    advancePool: addressOf(poolCode),
    priceOracle,
    webAuthnVerifier,
    p256Verifier,
    treasury,
    sanctionsList,
    ...feeds,
  }
  return { parameters, entryPointCode, safe, pieces, money, poolCode, addresses }
}

/**
 * Puts everything on a local chain and connects it, or finds it there: a second call with the same options sends nothing.
 * The deployer ends without any role; what is governed belongs to the treasury Safe, what is operated to the operator.
 * Throws off a local chain, where USDC, price feeds and the sanctions list are not ours to deploy.
 */
export async function deployAll(options: DeployOptions): Promise<Addresses> {
  const ship = await board(options.rpcUrl, options.deployerKey)
  if (ship.client.chain.id !== LOCAL_CHAIN_ID)
    throw new Error(`deployAll is for chain ${LOCAL_CHAIN_ID}, this is ${ship.client.chain.id}`)
  const { parameters, entryPointCode, safe, pieces, money, poolCode, addresses: planned } = planOf(options)
  const { entryPoint } = planned
  if (entryPoint !== ENTRYPOINT_V08) throw new Error(`EntryPoint at ${entryPoint}, not where it must be`)
  await ensure(ship, entryPointCode, ENTRYPOINT_SALT)
  await ensureSafeContracts(ship)
  await settleAll(ship)
  await ensureSafe(ship, safe)
  for (const initCode of pieces) await ensure(ship, initCode)
  await settleAll(ship)
  const addresses: Addresses = { ...planned, fromBlock: await deployMoney(ship, money) }
  await ensure(ship, poolCode)
  await settleAll(ship)
  await wire(ship, addresses, parameters, options.operators, feedWishes(addresses))
  return addresses
}

/** The factory makes its implementation in its constructor: its first creation. */
function implementationOf(factory: Address): Address {
  return getContractAddress({ from: factory, nonce: 1n })
}
