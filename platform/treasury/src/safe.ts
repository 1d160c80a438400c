import { broken, isFailure, unreachable } from '@gesim/base'
import { openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import protocolKit from '@safe-global/protocol-kit'
import {
  decodeAbiParameters,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type PublicClient,
  parseAbi,
} from 'viem'
import { readFinalNonce, readOutcome } from './outcome.ts'
import type { Draft, PredictedSafe, SafeFacts, Safes, Transfer } from './ports.ts'

/** Safe's own contracts of version 1.4.1. On a public chain protocol-kit knows where they are. */
export interface SafeContracts {
  readonly safeSingletonAddress: Hex
  readonly safeProxyFactoryAddress: Hex
  readonly multiSendAddress: Hex
  readonly multiSendCallOnlyAddress: Hex
  readonly fallbackHandlerAddress: Hex
  readonly signMessageLibAddress: Hex
  readonly createCallAddress: Hex
  readonly simulateTxAccessorAddress: Hex
}

/** Canonical on Base and most chains (safe-deployments, v1.4.1). */
const SIMULATE_TX_ACCESSOR: Hex = '0x3d4BA2E0884aa488718476ca2FB8Efc291A46199'
const SAFE_VERSION = '1.4.1'

const simulateAbi = parseAbi([
  'function simulate(address targetContract, bytes calldataPayload) returns (bytes)',
])
const accessorAbi = parseAbi([
  'function simulate(address to, uint256 value, bytes data, uint8 operation) returns (uint256 estimate, bool success, bytes returnData)',
])

/** What we use of a transaction of protocol-kit, in our own words: its types are the whole of viem. */
interface KitTransaction {
  readonly data: {
    readonly to: string
    readonly value: string
    readonly data: string
    readonly operation: number
    readonly nonce: number
  }
  addSignature(signature: KitSignature): void
}

interface KitSignature {
  readonly signer: string
  readonly data: string
  readonly isContractSignature: boolean
  staticPart(dynamicOffset?: string): string
  dynamicPart(): string
}

interface Kit {
  getAddress(): Promise<string>
  getOwners(): Promise<string[]>
  getThreshold(): Promise<number>
  getNonce(): Promise<number>
  createTransaction(props: object): Promise<KitTransaction>
  getTransactionHash(transaction: KitTransaction): Promise<string>
  signTransaction(
    transaction: KitTransaction,
  ): Promise<KitTransaction & { signatures: Map<string, KitSignature> }>
  getEncodedTransaction(transaction: KitTransaction): Promise<string>
  createSafeDeploymentTransaction(): Promise<{ to: string; data: string }>
}

const kitClass = protocolKit as unknown as { init(config: object): Promise<Kit> }

export interface SafesOptions {
  readonly rpcUrl: string
  readonly chainId: number
  readonly usdc: Hex
  /** Where Safe's contracts are on a chain that protocol-kit does not know: a local one. */
  readonly contracts?: SafeContracts
}

/** Safes through protocol-kit, offline: only the chain is asked, none of Safe's servers. */
export function safesOf(options: SafesOptions): Safes {
  const { client, asked } = openChain(options.rpcUrl, (cause) =>
    isFailure(cause) ? cause : unreachable('treasury.chain-unreachable', {}, cause),
  )
  const open = (safe: Hex) => asked(openKit(options, { safeAddress: getAddress(safe) }))

  return {
    facts: (safe) => asked(readFacts(client, open(safe), options.usdc, safe)),

    async draft(safe, transfers, nonce) {
      const kit = await open(safe)
      const transaction = await asked(
        kit.createTransaction({
          transactions: transfers.map((transfer) => usdcTransfer(options.usdc, transfer)),
          // Several go through MultiSendCallOnly, which cannot delegate further.
          onlyCalls: true,
          options: { nonce },
        }),
      )
      const { to, data, operation } = transaction.data
      return {
        safe,
        to: to as Hex,
        data: data as Hex,
        operation: operation === 1 ? 1 : 0,
        nonce,
        safeTxHash: (await asked(kit.getTransactionHash(transaction))) as Hex,
      }
    },

    async simulate(draft) {
      const accessor = options.contracts?.simulateTxAccessorAddress ?? SIMULATE_TX_ACCESSOR
      const payload = encodeFunctionData({
        abi: accessorAbi,
        functionName: 'simulate',
        args: [draft.to, 0n, draft.data, draft.operation],
      })
      const { result } = await asked(
        client.simulateContract({
          address: draft.safe,
          abi: simulateAbi,
          functionName: 'simulate',
          args: [accessor, payload],
        }),
      )
      const [, success, returned] = decodeAbiParameters(accessorAbi[0].outputs, result)
      return success ? null : `the transfers would fail (${returned.slice(0, 138)})`
    },

    async execution(draft, signatures) {
      const kit = await open(draft.safe)
      const transaction = await asked(rebuilt(kit, draft))
      for (const { owner, signature } of signatures)
        transaction.addSignature(plainSignature(owner, signature))
      return (await asked(kit.getEncodedTransaction(transaction))) as Hex
    },

    outcome: (draft, fromBlock) => asked(readOutcome(client, draft, fromBlock)),

    async predict(owners, threshold, saltNonce): Promise<PredictedSafe> {
      const kit = await asked(
        openKit(options, {
          predictedSafe: {
            safeAccountConfig: { owners: owners.map((owner) => getAddress(owner)), threshold },
            safeDeploymentConfig: { safeVersion: SAFE_VERSION, saltNonce: saltNonce.toString() },
          },
        }),
      )
      const { to, data } = await asked(kit.createSafeDeploymentTransaction())
      return {
        safe: (await asked(kit.getAddress())).toLowerCase() as Hex,
        deployment: { to: to as Hex, data: data as Hex },
      }
    },

    finalNonce: (safe) => asked(readFinalNonce(client, safe)),
  }
}

/** Signs a draft with an owner's key: for people's own tools and for tests. The node never holds such a key. */
export async function signDraft(options: SafesOptions, draft: Draft, ownerKey: Hex): Promise<Hex> {
  const kit = await openKit(options, { safeAddress: getAddress(draft.safe), signer: ownerKey })
  const signed = await kit.signTransaction(await rebuilt(kit, draft))
  const [signature] = [...signed.signatures.values()]
  return signature!.data as Hex
}

function openKit(options: SafesOptions, target: object): Promise<Kit> {
  return kitClass.init({
    provider: options.rpcUrl,
    ...target,
    ...(options.contracts ? { contractNetworks: { [options.chainId]: options.contracts } } : {}),
  })
}

function usdcTransfer(usdc: Hex, { to, amountMicros }: Transfer) {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amountMicros] })
  return { to: getAddress(usdc), value: '0', data }
}

/** The transaction of a stored draft. Throws `treasury.draft-changed` when it is not what the owners signed. */
async function rebuilt(kit: Kit, draft: Draft): Promise<KitTransaction> {
  const { to, data, operation, nonce, safeTxHash } = draft
  const transaction = await kit.createTransaction({
    transactions: [{ to: getAddress(to), value: '0', data, operation }],
    options: { nonce },
  })
  const hash = await kit.getTransactionHash(transaction)
  if (hash !== safeTxHash) throw broken('treasury.draft-changed', { safeTxHash, hash })
  return transaction
}

async function readFacts(
  client: PublicClient,
  opening: Promise<Kit>,
  usdc: Hex,
  safe: Hex,
): Promise<SafeFacts> {
  const kit = await opening
  const [owners, threshold, nonce, balanceMicros] = await Promise.all([
    kit.getOwners(),
    kit.getThreshold(),
    kit.getNonce(),
    client.readContract({ address: usdc, abi: erc20Abi, functionName: 'balanceOf', args: [safe] }),
  ])
  return { owners: owners.map((owner) => owner.toLowerCase() as Hex), threshold, nonce, balanceMicros }
}

/** An owner's ECDSA signature as protocol-kit sorts and packs it. */
function plainSignature(owner: Hex, signature: Hex): KitSignature {
  return {
    signer: getAddress(owner),
    data: signature,
    isContractSignature: false,
    staticPart: () => signature,
    dynamicPart: () => '',
  }
}
