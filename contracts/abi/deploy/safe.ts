import {
  type Address,
  encodeFunctionData,
  encodePacked,
  getCreate2Address,
  type Hex,
  keccak256,
  parseAbi,
} from 'viem'
import { addressOf, artefactCode, ensure, isDeployed, type Ship, send } from './ship.ts'

/** Safe 1.4.1 as protocol-kit wants it named in `contractNetworks`. */
export interface SafeContracts {
  readonly safeSingletonAddress: Address
  readonly safeProxyFactoryAddress: Address
  readonly multiSendAddress: Address
  readonly multiSendCallOnlyAddress: Address
  readonly fallbackHandlerAddress: Address
  readonly signMessageLibAddress: Address
  readonly createCallAddress: Address
  readonly simulateTxAccessorAddress: Address
}

const safeAbi = parseAbi([
  'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  'function nonce() view returns (uint256)',
  'function getThreshold() view returns (uint256)',
  'function getOwners() view returns (address[])',
  'function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce) view returns (bytes32)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
])

const factoryAbi = parseAbi([
  'function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)',
])

const NOBODY: Address = '0x0000000000000000000000000000000000000000'
const SALT_NONCE = 1n

const code = (path: string) => artefactCode(`@safe-global/safe-contracts/build/artifacts/contracts/${path}`)

const PATHS: Readonly<Record<keyof SafeContracts, string>> = {
  safeSingletonAddress: 'Safe.sol/Safe.json',
  safeProxyFactoryAddress: 'proxies/SafeProxyFactory.sol/SafeProxyFactory.json',
  multiSendAddress: 'libraries/MultiSend.sol/MultiSend.json',
  multiSendCallOnlyAddress: 'libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json',
  fallbackHandlerAddress: 'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json',
  signMessageLibAddress: 'libraries/SignMessageLib.sol/SignMessageLib.json',
  createCallAddress: 'libraries/CreateCall.sol/CreateCall.json',
  simulateTxAccessorAddress: 'accessors/SimulateTxAccessor.sol/SimulateTxAccessor.json',
}

const names = Object.keys(PATHS) as (keyof SafeContracts)[]

/** Where `ensureSafeContracts` puts them: what protocol-kit must be told of on a local chain. */
export function localSafeContracts(): SafeContracts {
  const found = names.map((name) => [name, addressOf(code(PATHS[name]))] as const)
  return Object.fromEntries(found) as unknown as SafeContracts
}

/** Deploys Safe's own contracts where they are missing. On a public chain name the official ones instead. */
export async function ensureSafeContracts(ship: Ship): Promise<SafeContracts> {
  for (const name of names) await ensure(ship, code(PATHS[name]))
  return localSafeContracts()
}

/** A Safe that is to be: where it comes to stand, and what the factory is told to put it there. */
export interface PlannedSafe {
  readonly address: Address
  readonly factory: Address
  readonly data: Hex
}

/** The Safe of these owners, its address computed offline. */
export function planSafe(
  contracts: SafeContracts,
  owners: readonly Address[],
  threshold: number,
): PlannedSafe {
  const initializer = encodeFunctionData({
    abi: safeAbi,
    functionName: 'setup',
    args: [owners, BigInt(threshold), NOBODY, '0x', contracts.fallbackHandlerAddress, NOBODY, 0n, NOBODY],
  })
  const proxyCode = code('proxies/SafeProxy.sol/SafeProxy.json')
  const bytecode: Hex = `${proxyCode}${contracts.safeSingletonAddress.slice(2).toLowerCase().padStart(64, '0')}`
  const salt = keccak256(encodePacked(['bytes32', 'uint256'], [keccak256(initializer), SALT_NONCE]))
  return {
    address: getCreate2Address({ from: contracts.safeProxyFactoryAddress, salt, bytecode }),
    factory: contracts.safeProxyFactoryAddress,
    data: encodeFunctionData({
      abi: factoryAbi,
      functionName: 'createProxyWithNonce',
      args: [contracts.safeSingletonAddress, initializer, SALT_NONCE],
    }),
  }
}

/** Deploys a planned Safe unless it is there already. */
export async function ensureSafe(ship: Ship, { address, factory, data }: PlannedSafe): Promise<void> {
  if (!(await isDeployed(ship, address))) await send(ship, factory, data, 0n, 1_000_000n)
}
