import { refuse } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import {
  ENTRYPOINT_V08,
  gesimAccountAbi,
  gesimAccountFactoryAbi,
  gesimIdentityAbi,
  gesimPaymasterAbi,
  intentEscrowAbi,
  PAYMASTER_KIND,
  testUsdcAbi,
} from '@gesim/contracts'
import { decodeExecute } from '@gesim/contracts/account'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import {
  type Abi,
  type AbiFunction,
  concatHex,
  decodeFunctionData,
  encodeAbiParameters,
  keccak256,
  numberToHex,
  stringToHex,
  toFunctionSelector,
} from 'viem'
import { RpcFault, type RpcMethod } from './bundler/rpc.ts'
import { RPC_CODE } from './bundler/rpc-errors.ts'
import { packUserOperation, readUserOperation, type UserOperation } from './bundler/user-operation.ts'
import type { DigestSigner } from './ports.ts'
import { rows } from './table.ts'

/** What the paymaster's service needs. */
export interface PaymasterContext {
  readonly store: Store
  readonly addresses: Addresses
  readonly chainId: number
  readonly sponsor: DigestSigner
  /** Seconds since 1970. */
  nowSeconds(): number
}

/** A signature lives as long as a person needs to confirm. */
const SIGNATURE_LIFE_SECONDS = 10 * 60
const STUB_SIGNATURE: Hex = `0x${'ff'.repeat(64)}1c`
const VERIFICATION_GAS = 80_000n
const POST_OP_GAS = 40_000n

/** What the operator pays for: buying, leaving, and looking after one's wallet. Anything else goes from credit. */
const SPONSORED = {
  usdc: ['approve', 'transfer'],
  escrow: [
    'createIntent',
    'fundIntent',
    'createFromBalance',
    'refund',
    'refundFinal',
    'refundConfirmed',
    'rollover',
    'closeInstant',
    'requestExit',
    'counterExit',
    'cancelExit',
    'finalizeExit',
    'withdrawBalance',
  ],
  paymaster: ['topUp', 'withdrawCredit', 'takePromotion'],
  identity: ['burn'],
  // Naming who may ask for a recovery, and stopping one: whoever has no ether must be able to, above all the latter.
  account: ['addSigners', 'removeSigners', 'replaceSigner', 'setRecoverer', 'cancelRecovery'],
  // What a trusted person does for the account of another traveller. The account itself decides whether they may, and
  // what it costs comes from the budget of whoever helps.
  anotherAccount: ['requestRecovery', 'finishRecovery'],
} as const

function selectorsOf(abi: Abi, names: readonly string[]): ReadonlySet<Hex> {
  const functions = abi.filter(
    (entry): entry is AbiFunction => entry.type === 'function' && names.includes(entry.name),
  )
  return new Set(functions.map((entry) => toFunctionSelector(entry)))
}

const SELECTORS = {
  usdc: selectorsOf(testUsdcAbi, SPONSORED.usdc),
  escrow: selectorsOf(intentEscrowAbi, SPONSORED.escrow),
  paymaster: selectorsOf(gesimPaymasterAbi, SPONSORED.paymaster),
  identity: selectorsOf(gesimIdentityAbi, SPONSORED.identity),
  account: selectorsOf(gesimAccountAbi, SPONSORED.account),
  anotherAccount: selectorsOf(gesimAccountAbi, SPONSORED.anotherAccount),
}

const CANCEL_AHEAD = toFunctionSelector('cancelAuthorization(address,bytes32,bytes)')

/** Making a payment void that the account itself signed ahead: whoever has no ether must be able to. */
function isOwnCancel(data: Hex, sender: Hex): boolean {
  return data.startsWith(`${CANCEL_AHEAD}${'0'.repeat(24)}${sender.slice(2)}`)
}

/** Why the operator does not pay for an operation, of the accounts that signed in here; undefined when it does. Pure. */
export function whyNotSponsored(
  operation: UserOperation,
  addresses: Addresses,
  known: ReadonlySet<string>,
): string | undefined {
  if (!known.has(operation.sender)) return 'the account did not sign in here'
  const delegate = operation.eip7702Auth?.address
  if (delegate !== undefined) {
    if (delegate !== addresses.accountImplementation.toLowerCase()) return 'a delegation to foreign code'
  } else if (operation.factory !== undefined) {
    if (operation.factory !== addresses.accountFactory.toLowerCase()) return 'accounts of another factory'
    try {
      const { functionName } = decodeFunctionData({
        abi: gesimAccountFactoryAbi,
        data: operation.factoryData ?? '0x',
      })
      if (functionName !== 'createAccount') return 'the factory is asked for something else than an account'
    } catch {
      return 'the factory is asked for something else than an account'
    }
  }
  const calls = decodeExecute(operation.callData)
  if (!calls || calls.length === 0) return 'not a batch of calls'
  for (const { to, value, data } of calls) {
    if (value !== 0n) return 'a call that moves ether'
    const target = to.toLowerCase()
    if (target === addresses.usdc.toLowerCase() && isOwnCancel(data, operation.sender)) continue
    const allowed =
      target === addresses.usdc.toLowerCase()
        ? SELECTORS.usdc
        : target === addresses.escrow.toLowerCase()
          ? SELECTORS.escrow
          : target === addresses.paymaster.toLowerCase()
            ? SELECTORS.paymaster
            : target === addresses.identity.toLowerCase()
              ? SELECTORS.identity
              : target === operation.sender
                ? SELECTORS.account
                : known.has(target)
                  ? SELECTORS.anotherAccount
                  : undefined
    if (!allowed) return `calls to ${target}`
    if (!allowed.has(data.slice(0, 10) as Hex)) return `this function of ${target}`
  }
  return undefined
}

const REQUEST_TYPE_HASH = keccak256(
  stringToHex(
    'UserOperationRequest(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,uint256 paymasterVerificationGasLimit,uint256 paymasterPostOpGasLimit,uint48 validAfter,uint48 validUntil)',
  ),
)
const DOMAIN_TYPE_HASH = keccak256(
  stringToHex('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
)

/** The digest by which the sponsor signs for an operation: all of it but the account's signature. */
function sponsorshipDigest(
  operation: UserOperation,
  paymaster: Hex,
  chainId: number,
  validAfter: number,
  validUntil: number,
): Hex {
  const packed = packUserOperation(operation)
  const domain = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'bytes32' }, { type: 'uint256' }, { type: 'address' }],
    [
      DOMAIN_TYPE_HASH,
      keccak256(stringToHex('GesimPaymaster')),
      keccak256(stringToHex('1')),
      BigInt(chainId),
      paymaster,
    ],
  )
  const struct = encodeAbiParameters(
    [
      { type: 'bytes32' },
      { type: 'address' },
      { type: 'uint256' },
      { type: 'bytes32' },
      { type: 'bytes32' },
      { type: 'bytes32' },
      { type: 'uint256' },
      { type: 'bytes32' },
      { type: 'uint256' },
      { type: 'uint256' },
      { type: 'uint48' },
      { type: 'uint48' },
    ],
    [
      REQUEST_TYPE_HASH,
      packed.sender,
      packed.nonce,
      keccak256(packed.initCode),
      keccak256(packed.callData),
      packed.accountGasLimits,
      packed.preVerificationGas,
      packed.gasFees,
      operation.paymasterVerificationGasLimit ?? 0n,
      operation.paymasterPostOpGasLimit ?? 0n,
      validAfter,
      validUntil,
    ],
  )
  return keccak256(concatHex(['0x1901', keccak256(domain), keccak256(struct)]))
}

const sponsorData = (validAfter: number, validUntil: number, signature: Hex): Hex =>
  concatHex([
    numberToHex(PAYMASTER_KIND.sponsored, { size: 1 }),
    numberToHex(validAfter, { size: 6 }),
    numberToHex(validUntil, { size: 6 }),
    signature,
  ])

const CREDIT_DATA = numberToHex(PAYMASTER_KIND.credit, { size: 1 })

/** The sponsor's paymaster data for an operation whose limits are final. No policy: for those who asked it before. */
export async function signSponsorship(context: PaymasterContext, operation: UserOperation): Promise<Hex> {
  const validUntil = context.nowSeconds() + SIGNATURE_LIFE_SECONDS
  const paymaster = context.addresses.paymaster.toLowerCase() as Hex
  const digest = sponsorshipDigest(operation, paymaster, context.chainId, 0, validUntil)
  return sponsorData(0, validUntil, await context.sponsor.signDigest(digest))
}

/** The methods of ERC-7677. Context `{ "kind": "credit" }` pays from the account's own credit and needs no policy. */
export function paymasterMethods(context: PaymasterContext): Readonly<Record<string, RpcMethod>> {
  const { addresses } = context
  const read = async ([json, entryPoint, chainId, wish]: readonly unknown[]) => {
    if (typeof entryPoint !== 'string' || entryPoint.toLowerCase() !== ENTRYPOINT_V08.toLowerCase())
      throw new RpcFault(RPC_CODE.invalidParams, `the EntryPoint here is ${ENTRYPOINT_V08} (v0.8)`)
    if (Number(chainId) !== context.chainId)
      throw new RpcFault(RPC_CODE.invalidParams, `the chain here is ${context.chainId}`)
    const operation = readUserOperation(json, true)
    const kind = (wish as { kind?: unknown } | null | undefined)?.kind === 'credit' ? 'credit' : 'sponsored'
    if (kind === 'sponsored') {
      const why = whyNotSponsored(operation, addresses, await knownAmong(context.store, operation))
      if (why) throw refuse('relayer.not-sponsored', { why })
    }
    return { operation, kind }
  }
  return {
    async pm_getPaymasterStubData(params) {
      const { kind } = await read(params)
      return {
        sponsor: { name: 'GeSIM' },
        paymaster: addresses.paymaster,
        paymasterData: kind === 'credit' ? CREDIT_DATA : sponsorData(0, 2 ** 40, STUB_SIGNATURE),
        paymasterVerificationGasLimit: numberToHex(VERIFICATION_GAS),
        paymasterPostOpGasLimit: numberToHex(POST_OP_GAS),
        isFinal: kind === 'credit',
      }
    },
    async pm_getPaymasterData(params) {
      const { operation, kind } = await read(params)
      // A client that does not repeat the limits means those of the stub.
      const complete = {
        ...operation,
        paymasterVerificationGasLimit: operation.paymasterVerificationGasLimit || VERIFICATION_GAS,
        paymasterPostOpGasLimit: operation.paymasterPostOpGasLimit || POST_OP_GAS,
      }
      return {
        paymaster: addresses.paymaster,
        paymasterData: kind === 'credit' ? CREDIT_DATA : await signSponsorship(context, complete),
        paymasterVerificationGasLimit: numberToHex(complete.paymasterVerificationGasLimit),
        paymasterPostOpGasLimit: numberToHex(complete.paymasterPostOpGasLimit),
      }
    },
  }
}

/** Which of the accounts that an operation names signed in here: its sender and those that it calls. */
async function knownAmong(store: Store, { sender, callData }: UserOperation): Promise<ReadonlySet<string>> {
  const called = (decodeExecute(callData) ?? []).map(({ to }) => to.toLowerCase() as Hex)
  const found = await rows(store)
    .selectFrom('relayer_accounts')
    .select('account')
    .where('account', 'in', [...new Set([sender, ...called])])
    .execute()
  return new Set(found.map(({ account }) => account))
}
