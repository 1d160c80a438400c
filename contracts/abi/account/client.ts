import {
  type Chain,
  type Client,
  type ContractFunctionArgs,
  encodeFunctionData,
  http,
  type Transport,
} from 'viem'
import { type BundlerClient, createBundlerClient, createPaymasterClient } from 'viem/account-abstraction'
import type { Addresses } from '../addresses.ts'
import { intentEscrowAbi } from '../generated/intent-escrow.ts'
import { testUsdcAbi } from '../generated/test-usdc.ts'
import type { AccountCall, GesimSmartAccount } from './to-gesim-account.ts'

export interface SponsoredClientOptions {
  readonly account: GesimSmartAccount
  /** Public client of the chain. */
  readonly client: Client<Transport, Chain>
  /** ERC-4337 JSON-RPC. */
  readonly bundlerUrl: string
  /** ERC-7677 JSON-RPC; without it the account pays its own gas. */
  readonly paymasterUrl?: string
  /** In place of the global one: whoever wants patience with a bundler that restarts brings it here. */
  readonly fetch?: typeof fetch
}

/** viem's own patience ends after ten seconds; one that was brought along ends by itself. */
const BROUGHT_TIMEOUT_MS = 180_000

// viem's client types are compared structurally and deeply; inferred here, they cost the compiler minutes and gigabytes.
const makeBundlerClient = createBundlerClient as unknown as (options: object) => GesimAccountClient
const makePaymasterClient = createPaymasterClient as unknown as (options: object) => object

/** How an account's client asks its bundler for what only it knows. */
interface Asking {
  request(question: { method: string; params: readonly unknown[] }): Promise<unknown>
}

export type GesimAccountClient = BundlerClient<Transport, Chain, GesimSmartAccount, Client<Transport, Chain>>

/**
 * A viem bundler client for the account whose gas the operator pays:
 *
 * ```ts
 * const hash = await sponsored.sendUserOperation({ calls })
 * const receipt = await sponsored.waitForUserOperationReceipt({ hash })
 * ```
 */
export function sponsoredClient(options: SponsoredClientOptions): GesimAccountClient {
  const { account, client, bundlerUrl, paymasterUrl } = options
  const transport = (url: string): Transport =>
    http(url, options.fetch ? { fetchFn: options.fetch, timeout: BROUGHT_TIMEOUT_MS } : {})
  return makeBundlerClient({
    account,
    client,
    chain: client.chain,
    transport: transport(bundlerUrl),
    pollingInterval: 250,
    ...(paymasterUrl === undefined
      ? {}
      : { paymaster: makePaymasterClient({ transport: transport(paymasterUrl) }) }),
    userOperation: {
      // The bundler names the price; viem's default asks for twice the base fee of a chain we do not know.
      estimateFeesPerGas: async ({ bundlerClient }: { bundlerClient: Asking }) => {
        const { maxFeePerGas, maxPriorityFeePerGas } = (await bundlerClient.request({
          method: 'gesim_userOperationGasPrice',
          params: [],
        })) as { maxFeePerGas: `0x${string}`; maxPriorityFeePerGas: `0x${string}` }
        return { maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas) }
      },
    },
  })
}

/** `IntentTerms` of the escrow; made and hashed with `@gesim/proofs`. */
export type FundedTerms = ContractFunctionArgs<typeof intentEscrowAbi, 'nonpayable', 'createIntent'>[0]

/** The call by which a payer ends an intent by its FINAL leaf in a final root: the rest goes to the payer's wallet. */
export function remainderCall(
  { escrow }: Pick<Addresses, 'escrow'>,
  terms: FundedTerms,
  epoch: number,
  leaf: ContractFunctionArgs<typeof intentEscrowAbi, 'nonpayable', 'refundFinal'>[2],
): AccountCall {
  const args = [terms, epoch, leaf, false] as const
  return {
    to: escrow,
    data: encodeFunctionData({ abi: intentEscrowAbi, functionName: 'refundFinal', args }),
  }
}

/** The three calls of a purchase, for one operation: approve the escrow, create the intent, fund it. */
export function fundingCalls(
  addresses: Pick<Addresses, 'usdc' | 'escrow'>,
  terms: FundedTerms,
  amountMicros: bigint,
): readonly AccountCall[] {
  const { usdc, escrow } = addresses
  return [
    {
      to: usdc,
      data: encodeFunctionData({ abi: testUsdcAbi, functionName: 'approve', args: [escrow, amountMicros] }),
    },
    {
      to: escrow,
      data: encodeFunctionData({ abi: intentEscrowAbi, functionName: 'createIntent', args: [terms] }),
    },
    {
      to: escrow,
      data: encodeFunctionData({
        abi: intentEscrowAbi,
        functionName: 'fundIntent',
        args: [terms, amountMicros],
      }),
    },
  ]
}
