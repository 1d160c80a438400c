import {
  type Address,
  type Client,
  concatHex,
  decodeAbiParameters,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  getCreate2Address,
  type Hex,
  hexToBigInt,
  keccak256,
  type LocalAccount,
  numberToHex,
  type PrivateKeyAccount,
  type SignableMessage,
  size,
  slice,
  type TypedDataDefinition,
} from 'viem'
import {
  entryPoint08Abi,
  getUserOperationHash,
  type SmartAccount,
  type SmartAccountImplementation,
  toSmartAccount,
} from 'viem/account-abstraction'
import { hashMessage, hashTypedData, wrapTypedDataSignature } from 'viem/experimental/erc7739'
import type { Addresses } from '../addresses.ts'
import { gesimAccountAbi } from '../generated/gesim-account.ts'
import { gesimAccountFactoryAbi } from '../generated/gesim-account-factory.ts'
import { type AccountSigner, ecdsaSigner } from './signers.ts'

type Implementation = SmartAccountImplementation<
  typeof entryPoint08Abi,
  '0.8',
  {
    abi: typeof gesimAccountAbi
    /** Who signs in this session. */
    signer: AccountSigner
    /** The signers that make the address. */
    firstSigners: readonly Hex[]
  }
>

/** The account of a traveller, for viem's bundler client. */
export type GesimSmartAccount = SmartAccount<Implementation>

export interface ToGesimAccountOptions {
  /** A public client with a chain. */
  readonly client: Client
  readonly addresses: Pick<Addresses, 'accountFactory' | 'accountImplementation' | 'entryPoint'>
  /** Who signs: a viem account (secp256k1) or any signer, such as a passkey. */
  readonly owner: LocalAccount | AccountSigner
  /** The signers the account was made with, when they are not just the owner. They make its address. */
  readonly firstSigners?: readonly Hex[]
  readonly salt?: bigint
  /** Where it is, when it is deployed already and another factory made it. */
  readonly address?: Address
}

// ERC-7579 mode: batch (01), revert all when one fails (00), no selector: what ERC-7821 calls a batch.
const BATCH_MODE: Hex = `0x01${'00'.repeat(31)}`
const CALLS = [
  {
    type: 'tuple[]',
    components: [
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'data', type: 'bytes' },
    ],
  },
] as const

/** One call of a batch. */
export interface AccountCall {
  readonly to: Address
  readonly value?: bigint
  readonly data?: Hex
}

// ERC-7579 mode of one call, whose parts lie side by side.
const SINGLE_MODE: Hex = `0x${'00'.repeat(32)}`

/** ERC-7821 `execute` of some calls, all or none. One alone takes the shorter form. */
export function encodeExecute(calls: readonly AccountCall[]): Hex {
  const [only, ...others] = calls
  if (only && others.length === 0)
    return encodeFunctionData({
      abi: gesimAccountAbi,
      functionName: 'execute',
      args: [
        SINGLE_MODE,
        encodePacked(['address', 'uint256', 'bytes'], [only.to, only.value ?? 0n, only.data ?? '0x']),
      ],
    })
  const batch = calls.map(({ to, value = 0n, data = '0x' }) => ({ to, value, data: data as Hex }))
  return encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'execute',
    args: [BATCH_MODE, encodeAbiParameters(CALLS, [batch])],
  })
}

/** The calls of an `execute`, or null when the data is something else. */
export function decodeExecute(callData: Hex): readonly Required<AccountCall>[] | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: gesimAccountAbi, data: callData })
    if (functionName !== 'execute') return null
    const [mode, data] = args
    if (mode === SINGLE_MODE)
      return [
        {
          to: slice(data, 0, 20),
          value: hexToBigInt(slice(data, 20, 52, { strict: true })),
          data: size(data) > 52 ? slice(data, 52) : '0x',
        },
      ]
    return mode === BATCH_MODE ? decodeAbiParameters(CALLS, data)[0] : null
  } catch {
    return null
  }
}

/** Where the account of these first signers is, deployed or not. Computed offline. */
export function accountAddressOf(
  addresses: Pick<Addresses, 'accountFactory' | 'accountImplementation'>,
  firstSigners: readonly Hex[],
  salt = 0n,
): Address {
  const ids = firstSigners.map((signer) => keccak256(signer))
  // EIP-1167, the shortest contract that runs another one's code, with the hashes of its first signers behind it.
  const bytecode = concatHex([
    '0x61',
    numberToHex(0x2d + 32 * ids.length, { size: 2 }),
    '0x3d81600a3d39f3363d3d373d3d3d363d73',
    addresses.accountImplementation,
    '0x5af43d82803e903d91602b57fd5bf3',
    ...ids,
  ])
  return getCreate2Address({
    from: addresses.accountFactory,
    salt: numberToHex(salt, { size: 32 }),
    bytecode,
  })
}

/** As the account wants it: the 65 bytes of an address alone, since it is recovered from them; any other signer first. */
const wrap = ({ bytes }: AccountSigner, signature: Hex): Hex =>
  size(bytes) === 20 && size(signature) === 65
    ? signature
    : concatHex([numberToHex(size(bytes), { size: 2 }), bytes, signature])

const verifierDomain = (chainId: number, account: Address) =>
  ({
    name: 'GesimAccount',
    version: '1',
    chainId,
    verifyingContract: account,
    salt: `0x${'00'.repeat(32)}`,
  }) as const

/**
 * Signs typed data of another contract for an account, nested as ERC-7739 wants it, so that the account's
 * `isValidSignature` accepts it for that contract and no other account with the same key does.
 */
async function signConsent(
  signer: AccountSigner,
  account: Address,
  chainId: number,
  typedData: TypedDataDefinition,
): Promise<Hex> {
  const { domain, types, primaryType, message } = typedData
  const nested = { domain, types, primaryType, message } as Parameters<typeof hashTypedData>[0]
  const digest = hashTypedData({ ...nested, verifierDomain: verifierDomain(chainId, account) })
  const signature = wrap(signer, await signer.sign(digest))
  return wrapTypedDataSignature({ ...nested, signature } as Parameters<typeof wrapTypedDataSignature>[0])
}

/** What signs and encodes alike, whether the account is a clone or a delegated address. */
function conduct(account: Address, signer: AccountSigner, chainId: number, entryPointAddress: Address) {
  return {
    async getAddress() {
      return account
    },
    async encodeCalls(calls: readonly AccountCall[]) {
      return encodeExecute(calls)
    },
    async decodeCalls(data: Hex) {
      const calls = decodeExecute(data)
      if (!calls) throw new TypeError('not a batch of calls')
      return calls
    },
    async getStubSignature() {
      return wrap(signer, signer.stubSignature)
    },
    async signMessage({ message }: { message: SignableMessage }) {
      const digest = hashMessage({ message, verifierDomain: verifierDomain(chainId, account) })
      return wrap(signer, await signer.sign(digest))
    },
    async signTypedData(typedData: unknown) {
      return signConsent(signer, account, chainId, typedData as TypedDataDefinition)
    },
    async signUserOperation({ chainId: onChain = chainId, ...userOperation }: { chainId?: number }) {
      const hash = getUserOperationHash({
        chainId: onChain,
        entryPointAddress,
        entryPointVersion: '0.8',
        userOperation: { ...userOperation, sender: account } as Parameters<
          typeof getUserOperationHash
        >[0]['userOperation'],
      })
      return wrap(signer, await signer.sign(hash))
    },
  }
}

function chainIdOf(client: Client): number {
  const chainId = client.chain?.id
  if (chainId === undefined) throw new TypeError('the client needs a chain')
  return chainId
}

/**
 * A traveller's account for viem: its address before it is deployed, batches, user operations and signatures for other
 * contracts. The account is deployed with its first operation.
 */
export async function toGesimAccount(options: ToGesimAccountOptions): Promise<GesimSmartAccount> {
  const { client, addresses, salt = 0n } = options
  const signer = 'bytes' in options.owner ? options.owner : ecdsaSigner(options.owner)
  const firstSigners = options.firstSigners ?? [signer.bytes]
  const account = options.address ?? accountAddressOf(addresses, firstSigners, salt)
  const { entryPoint } = addresses
  return toSmartAccount<Implementation>({
    client: client as Implementation['client'],
    entryPoint: { abi: entryPoint08Abi, address: entryPoint, version: '0.8' },
    extend: { abi: gesimAccountAbi, signer, firstSigners },
    ...conduct(account, signer, chainIdOf(client), entryPoint),
    async getFactoryArgs() {
      const factoryData = encodeFunctionData({
        abi: gesimAccountFactoryAbi,
        functionName: 'createAccount',
        args: [firstSigners, salt],
      })
      return { factory: addresses.accountFactory, factoryData }
    },
  })
}

type DelegatedImplementation = SmartAccountImplementation<
  typeof entryPoint08Abi,
  '0.8',
  { abi: typeof gesimAccountAbi; signer: AccountSigner },
  true
>

/** An address with a key of its own that runs the account's code. */
export type DelegatedSmartAccount = SmartAccount<DelegatedImplementation>

/**
 * The account of somebody who brings a key (EIP-7702): their address itself, which delegates to the account's code with its
 * first operation. Its key stays a signer for good. Another of its signers may sign in its place.
 */
export async function toDelegatedAccount(
  options: Pick<ToGesimAccountOptions, 'client' | 'addresses'> & {
    readonly owner: PrivateKeyAccount
    readonly signer?: AccountSigner
  },
): Promise<DelegatedSmartAccount> {
  const { client, addresses, owner } = options
  const signer = options.signer ?? ecdsaSigner(owner)
  return toSmartAccount<DelegatedImplementation>({
    client: client as DelegatedImplementation['client'],
    entryPoint: { abi: entryPoint08Abi, address: addresses.entryPoint, version: '0.8' },
    extend: { abi: gesimAccountAbi, signer },
    authorization: { account: owner, address: addresses.accountImplementation },
    ...conduct(owner.address, signer, chainIdOf(client), addresses.entryPoint),
    async getFactoryArgs() {
      return { factory: '0x7702', factoryData: '0x' }
    },
  })
}
