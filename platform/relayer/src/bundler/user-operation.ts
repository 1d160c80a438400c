import { refuse } from '@gesim/base'
import { ENTRYPOINT_V08 } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import {
  concatHex,
  encodeAbiParameters,
  hexToBigInt,
  hexToBytes,
  keccak256,
  numberToHex,
  pad,
  size,
  stringToHex,
} from 'viem'
import {
  DELEGATION_GAS,
  DELEGATION_MARKER,
  type Delegation,
  isMarker,
  readDelegation,
  writeDelegation,
} from '../delegation.ts'

/** A user operation of EntryPoint v0.8 as ERC-4337's RPC writes it, read and checked. */
export interface UserOperation {
  readonly sender: Hex
  readonly nonce: bigint
  readonly factory?: Hex
  readonly factoryData?: Hex
  /** ERC-7769: the sender, an address with a key, delegates itself to an account's code along with the operation. */
  readonly eip7702Auth?: Delegation
  readonly callData: Hex
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly paymaster?: Hex
  readonly paymasterVerificationGasLimit?: bigint
  readonly paymasterPostOpGasLimit?: bigint
  readonly paymasterData?: Hex
  readonly signature: Hex
}

/** The form that the EntryPoint takes. */
export interface PackedUserOperation {
  readonly sender: Hex
  readonly nonce: bigint
  readonly initCode: Hex
  readonly callData: Hex
  readonly accountGasLimits: Hex
  readonly preVerificationGas: bigint
  readonly gasFees: Hex
  readonly paymasterAndData: Hex
  readonly signature: Hex
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const BYTES = /^0x(?:[0-9a-fA-F]{2})*$/
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/
const MOST_BYTES = { callData: 24_576, factoryData: 8_192, paymasterData: 2_048, signature: 8_192 } as const
const UINT128 = 1n << 128n

const invalid = (field: string, why: string) => refuse('relayer.operation-invalid', { field, why })

/** Reads an operation from JSON. Throws `relayer.operation-invalid` with the field that is wrong. */
export function readUserOperation(json: unknown, partial = false): UserOperation {
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw invalid('userOperation', 'not an object')
  const given = json as Record<string, unknown>
  const address = (field: string) => {
    const value = given[field]
    if (typeof value !== 'string' || !ADDRESS.test(value)) throw invalid(field, 'not an address')
    return value.toLowerCase() as Hex
  }
  const bytes = (field: keyof typeof MOST_BYTES) => {
    const value = given[field] ?? '0x'
    if (typeof value !== 'string' || !BYTES.test(value)) throw invalid(field, 'not bytes in hex')
    if (value.length / 2 - 1 > MOST_BYTES[field]) throw invalid(field, `more than ${MOST_BYTES[field]} bytes`)
    return value.toLowerCase() as Hex
  }
  const amount = (field: string, below = UINT128) => {
    const value = given[field]
    // An estimate is asked for before limits are known.
    if (value === undefined && partial) return 0n
    if (typeof value !== 'string' || !QUANTITY.test(value)) throw invalid(field, 'not a quantity in hex')
    const read = BigInt(value)
    if (read >= below) throw invalid(field, 'too large')
    return read
  }
  const optional = (field: string) =>
    given[field] !== undefined && given[field] !== null && given[field] !== '0x'
  const hasFactory = optional('factory')
  const delegates = optional('eip7702Auth')
  // The marker makes the delegate part of what the account signs, and says nothing without the authorization.
  if (delegates !== isMarker(given.factory))
    throw invalid(
      'eip7702Auth',
      delegates ? 'goes with the factory 0x7702' : 'is missing for the factory 0x7702',
    )
  if (delegates && bytes('factoryData') !== '0x')
    throw invalid('factoryData', 'an account that delegates itself is not initialised here')
  const hasPaymaster = optional('paymaster')
  return {
    sender: address('sender'),
    nonce: amount('nonce', 1n << 256n),
    ...(delegates
      ? { factory: DELEGATION_MARKER, factoryData: '0x', eip7702Auth: readDelegation(given.eip7702Auth) }
      : hasFactory
        ? { factory: address('factory'), factoryData: bytes('factoryData') }
        : {}),
    callData: bytes('callData'),
    callGasLimit: amount('callGasLimit'),
    verificationGasLimit: amount('verificationGasLimit'),
    preVerificationGas: amount('preVerificationGas'),
    maxFeePerGas: amount('maxFeePerGas'),
    maxPriorityFeePerGas: amount('maxPriorityFeePerGas'),
    ...(hasPaymaster
      ? {
          paymaster: address('paymaster'),
          paymasterVerificationGasLimit: amount('paymasterVerificationGasLimit'),
          paymasterPostOpGasLimit: amount('paymasterPostOpGasLimit'),
          paymasterData: bytes('paymasterData'),
        }
      : {}),
    signature: bytes('signature'),
  }
}

/** The operation as ERC-4337's RPC writes it. */
export function writeUserOperation(operation: UserOperation): Record<string, Hex | Record<string, Hex>> {
  const { eip7702Auth, ...fields } = operation
  const out: Record<string, Hex | Record<string, Hex>> = {}
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined) out[field] = typeof value === 'bigint' ? numberToHex(value) : value
  if (eip7702Auth) out.eip7702Auth = writeDelegation(eip7702Auth)
  return out
}

const halves = (high: bigint, low: bigint): Hex =>
  `0x${high.toString(16).padStart(32, '0')}${low.toString(16).padStart(32, '0')}`

export function packUserOperation(operation: UserOperation): PackedUserOperation {
  const { paymaster } = operation
  return {
    sender: operation.sender,
    nonce: operation.nonce,
    initCode: operation.factory ? concatHex([operation.factory, operation.factoryData ?? '0x']) : '0x',
    callData: operation.callData,
    accountGasLimits: halves(operation.verificationGasLimit, operation.callGasLimit),
    preVerificationGas: operation.preVerificationGas,
    gasFees: halves(operation.maxPriorityFeePerGas, operation.maxFeePerGas),
    paymasterAndData: paymaster
      ? concatHex([
          paymaster,
          halves(operation.paymasterVerificationGasLimit ?? 0n, operation.paymasterPostOpGasLimit ?? 0n),
          operation.paymasterData ?? '0x',
        ])
      : '0x',
    signature: operation.signature,
  }
}

const TYPE_HASH = keccak256(
  stringToHex(
    'PackedUserOperation(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData)',
  ),
)
const DOMAIN_TYPE_HASH = keccak256(
  stringToHex('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
)
const WORDS = (count: number) => Array.from({ length: count }, () => ({ type: 'bytes32' }) as const)
const word = (value: bigint | Hex): Hex =>
  typeof value === 'bigint' ? numberToHex(value, { size: 32 }) : pad(value)

const separators = new Map<number, Hex>()

function separatorOf(chainId: number): Hex {
  let separator = separators.get(chainId)
  if (separator === undefined) {
    separator = keccak256(
      encodeAbiParameters(WORDS(5), [
        DOMAIN_TYPE_HASH,
        keccak256(stringToHex('ERC4337')),
        keccak256(stringToHex('1')),
        word(BigInt(chainId)),
        word(ENTRYPOINT_V08.toLowerCase() as Hex),
      ]),
    )
    separators.set(chainId, separator)
  }
  return separator
}

/**
 * The EIP-712 hash of an operation under EntryPoint v0.8: what its account signs and everybody calls it by. Of an account
 * that delegates itself, the contract it delegates to stands in it for the initCode.
 */
export function hashUserOperation(packed: PackedUserOperation, chainId: number, delegate?: Hex): Hex {
  const struct = keccak256(
    concatHex([
      TYPE_HASH,
      word(packed.sender),
      word(packed.nonce),
      keccak256(delegate ?? packed.initCode),
      keccak256(packed.callData),
      packed.accountGasLimits,
      word(packed.preVerificationGas),
      packed.gasFees,
      keccak256(packed.paymasterAndData),
    ]),
  )
  return keccak256(concatHex(['0x1901', separatorOf(chainId), struct]))
}

const TRANSACTION_GAS = 21_000n
// Copying the operation, its events and the EntryPoint's bookkeeping, which its own meter does not see.
const PER_OPERATION_GAS = 12_000n
const FIXED_BYTES = 12 * 32

/** Gas that the EntryPoint cannot meter: the transaction's base, the operation's bytes as calldata, the loop around it. */
export function preVerificationGasOf(packed: PackedUserOperation): bigint {
  let gas = TRANSACTION_GAS + PER_OPERATION_GAS + BigInt(FIXED_BYTES * 8)
  if (packed.initCode === DELEGATION_MARKER) gas += DELEGATION_GAS
  for (const field of [packed.initCode, packed.callData, packed.paymasterAndData, packed.signature]) {
    // 16 gas a byte, 4 for a zero; each field is padded to words.
    for (const byte of hexToBytes(field)) gas += byte === 0 ? 4n : 16n
    gas += BigInt(((32 - (size(field) % 32)) % 32) * 4)
  }
  return gas
}

/** The most gas an operation can take in a bundle. */
export function gasLimitOf(operation: UserOperation): bigint {
  return (
    operation.preVerificationGas +
    operation.verificationGasLimit +
    operation.callGasLimit +
    (operation.paymasterVerificationGasLimit ?? 0n) +
    (operation.paymasterPostOpGasLimit ?? 0n)
  )
}

/** Reads what `writeUserOperation` wrote: rows of our own table. */
export function restoreUserOperation(stored: unknown): UserOperation {
  const { eip7702Auth, ...fields } = stored as Record<string, Hex>
  const out: Record<string, unknown> = eip7702Auth ? { eip7702Auth: readDelegation(eip7702Auth) } : {}
  for (const [field, value] of Object.entries(fields))
    out[field] = AMOUNTS.has(field) ? hexToBigInt(value) : value
  return out as unknown as UserOperation
}

const AMOUNTS = new Set([
  'nonce',
  'callGasLimit',
  'verificationGasLimit',
  'preVerificationGas',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'paymasterVerificationGasLimit',
  'paymasterPostOpGasLimit',
])
