import { type Abi, type Address, getContractAddress, keccak256, stringToHex } from 'viem'
import { type Addresses, ENTRYPOINT_V08, LOCAL_CHAIN_ID } from '../addresses.ts'
import * as abis from '../generated/index.ts'
import { deployMoney } from './money.ts'
import { type DeployOptions, LOCAL_PARAMETERS } from './parameters.ts'
import { ensureSafe, ensureSafeContracts } from './safe.ts'
import { artefactCode, board, ensure, initCodeOf, settleAll } from './ship.ts'
import { wire } from './wire.ts'

/** Salt of the canonical EntryPoint v0.8: its CREATE2 address is `ENTRYPOINT_V08` on every chain. */
const ENTRYPOINT_SALT = '0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9'

const HOUR = 3_600

/**
 * Puts everything on a local chain and connects it, or finds it there: a second call with the same options sends nothing.
 * The deployer ends without any role; what is governed belongs to the treasury Safe, what is operated to the operator.
 * Throws off a local chain, where USDC, price feeds and the sanctions list are not ours to deploy.
 */
export async function deployAll(options: DeployOptions): Promise<Addresses> {
  const ship = await board(options.rpcUrl, options.deployerKey)
  if (ship.client.chain.id !== LOCAL_CHAIN_ID)
    throw new Error(`deployAll is for chain ${LOCAL_CHAIN_ID}, this is ${ship.client.chain.id}`)
  const parameters = { ...LOCAL_PARAMETERS, ...options.parameters }
  const { operator, sponsorSigner, treasuryOwners } = options.operators
  const admin = ship.account.address
  const put = (name: string, abi: Abi, args: readonly unknown[] = []) =>
    ensure(ship, initCodeOf(name, abi, args))

  const entryPoint = await ensure(
    ship,
    artefactCode('@account-abstraction/contracts/artifacts/EntryPoint.json'),
    ENTRYPOINT_SALT,
  )
  if (entryPoint !== ENTRYPOINT_V08) throw new Error(`EntryPoint at ${entryPoint}, not where it must be`)
  const safeContracts = await ensureSafeContracts(ship)
  await settleAll(ship)
  const treasury = await ensureSafe(ship, safeContracts, treasuryOwners, 2)

  const usdc = await put('TestUSDC', abis.testUsdcAbi, [operator])
  const sanctionsList = await put('LocalSanctionsList', abis.localSanctionsListAbi, [operator])
  const feed = (name: string, answer: bigint) =>
    put('LocalPriceFeed', abis.localPriceFeedAbi, [name, 8, answer, true, operator])
  const etherPriceFeed = await feed('ETH / USD', 2_500_00000000n)
  const euroPriceFeed = await feed('EUR / USD', 1_08000000n)
  const priceOracle = await put('PriceOracle', abis.priceOracleAbi, [admin, admin])
  const complianceHook = await put('ComplianceHook', abis.complianceHookAbi, [sanctionsList, admin, operator])
  const carrierRegistry = await put('CarrierRegistry', abis.carrierRegistryAbi, [
    parameters.payoutDelaySeconds,
    admin,
    operator,
  ])
  const attestorRegistry = await put('AttestorRegistry', abis.attestorRegistryAbi, [
    usdc,
    treasury,
    parameters.minimumStakeMicros,
    parameters.unbondingSeconds,
    admin,
    operator,
  ])
  const identity = await put('GesimIdentity', abis.gesimIdentityAbi, [admin, operator])
  const accountFactory = await put('GesimAccountFactory', abis.gesimAccountFactoryAbi, [
    parameters.recoveryDelaySeconds,
  ])
  const webAuthnVerifier = await put('ERC7913WebAuthnVerifier', abis.erc7913WebAuthnVerifierAbi)
  const p256Verifier = await put('ERC7913P256Verifier', abis.erc7913P256VerifierAbi)
  const paymaster = await put('GesimPaymaster', abis.gesimPaymasterAbi, [
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
  const complianceSignals = await put('ComplianceSignals', abis.complianceSignalsAbi, [admin, operator])
  const feeTreasury = await put('FeeTreasury', abis.feeTreasuryAbi, [
    usdc,
    treasury,
    carrierRegistry,
    paymaster,
    parameters.relayerUnbondingSeconds,
    admin,
    operator,
  ])
  await settleAll(ship)
  const money = await deployMoney(ship, parameters, {
    usdc,
    carriers: carrierRegistry,
    attestors: attestorRegistry,
    compliance: complianceHook,
    treasury: feeTreasury,
  })
  const advancePool = await put('AdvancePool', abis.advancePoolAbi, [
    {
      escrow: money.escrow,
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
  await settleAll(ship)
  const addresses: Addresses = {
    usdc,
    entryPoint,
    ...money,
    carrierRegistry,
    attestorRegistry,
    identity,
    accountFactory,
    accountImplementation: implementationOf(accountFactory),
    paymaster,
    complianceHook,
    complianceSignals,
    feeTreasury,
    advancePool,
    priceOracle,
    webAuthnVerifier,
    p256Verifier,
    treasury,
    sanctionsList,
    etherPriceFeed,
    euroPriceFeed,
  }
  await wire(ship, addresses, parameters, options.operators, [
    {
      pair: pairOf('ETH/USD'),
      feed: etherPriceFeed,
      heartbeatSeconds: HOUR,
      minimum: 50n,
      maximum: 1_000_000n,
    },
    { pair: pairOf('EUR/USD'), feed: euroPriceFeed, heartbeatSeconds: 24 * HOUR, minimum: 0n, maximum: 5n },
  ])
  return addresses
}

/** Name of a pair in the price oracle. */
const pairOf = (name: string) => keccak256(stringToHex(name))

/** The factory makes its implementation in its constructor: its first creation. */
function implementationOf(factory: Address): Address {
  return getContractAddress({ from: factory, nonce: 1n })
}
