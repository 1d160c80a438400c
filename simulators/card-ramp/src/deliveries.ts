import { type Log, refuse, sleepMs } from '@gesim/base'
import {
  createPublicClient,
  encodeFunctionData,
  erc20Abi,
  http,
  keccak256,
  TransactionReceiptNotFoundError,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Hex, Order, StateFile } from './state.ts'

const LOCAL_CHAIN_ID = 31_337
const TRANSFER_GAS = 100_000n
const LOOK_MS = 250

export interface Deliveries {
  /** Says that there may be something to deliver. */
  wake(): void
  stop(): Promise<void>
}

/**
 * Sends the USDC of paid orders, one after the other. A delivery is signed and written down before it is sent, so a
 * restart sends the same transaction again: with its nonce the chain takes it once.
 */
export async function startDeliveries(
  options: { readonly rpcUrl: string; readonly usdc: Hex; readonly key: Hex },
  file: StateFile,
  onChange: (order: Order) => void,
  log: Log,
): Promise<Deliveries> {
  const account = privateKeyToAccount(options.key)
  const client = createPublicClient({ transport: http(options.rpcUrl, { timeout: 5_000 }), cacheTime: 0 })
  const chainId = await client.getChainId()
  if (chainId !== LOCAL_CHAIN_ID) throw refuse('card-ramp.not-local', { chainId })
  let stopped = false
  let wake = () => {}

  const due = () =>
    Object.values(file.orders)
      .filter((order) => order.state === 'paid')
      .sort((a, b) => a.paidAtMs! - b.paidAtMs!)[0]

  async function sign(order: Order): Promise<NonNullable<Order['signed']>> {
    const [nonce, gasPrice] = await Promise.all([
      client.getTransactionCount({ address: account.address }),
      client.getGasPrice(),
    ])
    const raw = await account.signTransaction({
      type: 'eip1559',
      chainId,
      nonce,
      to: options.usdc,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'transfer',
        args: [order.address, BigInt(order.amountMicros)],
      }),
      gas: TRANSFER_GAS,
      maxFeePerGas: gasPrice * 2n,
      maxPriorityFeePerGas: gasPrice,
    })
    return { raw, hash: keccak256(raw) }
  }

  async function statusOf(hash: Hex): Promise<'success' | 'reverted' | null> {
    try {
      return (await client.getTransactionReceipt({ hash })).status
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return null
      throw error
    }
  }

  async function deliver(order: Order): Promise<void> {
    if (!order.signed) {
      order.signed = await sign(order)
      file.save()
    }
    let status = await statusOf(order.signed.hash)
    if (status === null) {
      // Refused when it is on its way already; then its receipt comes all the same.
      await client.sendRawTransaction({ serializedTransaction: order.signed.raw }).catch(() => undefined)
      status = await statusOf(order.signed.hash)
    }
    if (status === null) return
    order.state = status === 'success' ? 'delivered' : 'failed'
    // A transfer that reverted moved nothing: the sandbox gives the card its money back.
    if (status === 'reverted') order.why = 'undelivered'
    file.save()
    onChange(order)
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const order = due()
      if (!order) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      try {
        await deliver(order)
      } catch (error) {
        log.warn('a delivery waits for the chain', { error })
      }
      if (order.state === 'paid') await sleepMs(LOOK_MS)
    }
  }
  const running = run()
  return {
    wake: () => wake(),
    async stop() {
      stopped = true
      wake()
      await running
    },
  }
}
