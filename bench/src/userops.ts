// Sponsored user operations per second through our bundler, against plain transfers on such a chain.
import { startLocalChain } from '@gesim/contracts/testing'
import { benchSponsored } from '@gesim/relayer/bench'
import { createPublicClient, createWalletClient, defineChain, type Hash, http, parseGwei } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Row, row, secondsOf } from './row.ts'

const OPERATIONS = 200

async function plainTransfersPerSecond(): Promise<number> {
  const chain = await startLocalChain()
  try {
    const account = privateKeyToAccount(chain.keys.deployer)
    const local = defineChain({
      id: chain.chainId,
      name: 'local',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [chain.rpcUrl] } },
    })
    const reader = createPublicClient({ chain: local, transport: http(), pollingInterval: 20 })
    const wallet = createWalletClient({ account, chain: local, transport: http() })
    const first = await reader.getTransactionCount({ address: account.address })
    const signed = await Promise.all(
      Array.from({ length: OPERATIONS }, (_, at) =>
        wallet.signTransaction({
          to: account.address,
          value: 1n,
          nonce: first + at,
          gas: 21_000n,
          maxFeePerGas: parseGwei('5'),
          maxPriorityFeePerGas: parseGwei('1'),
          type: 'eip1559',
        } as never),
      ),
    )
    const seconds = await secondsOf(async () => {
      // In the order of their nonces: sent at once, they arrive in any order and the chain may keep one back for ever.
      let last: Hash | undefined
      for (const serializedTransaction of signed)
        last = await reader.sendRawTransaction({ serializedTransaction })
      await reader.waitForTransactionReceipt({ hash: last! })
    })
    return OPERATIONS / seconds
  } finally {
    await chain.stop()
  }
}

export async function userops(): Promise<Row[]> {
  const anchor = await plainTransfersPerSecond()
  const run = await benchSponsored(OPERATIONS)
  return [
    row(
      'userops.sponsored',
      run.operationsPerSecond,
      anchor,
      'operations/s',
      'plain transfers, one by one, on the same kind of chain',
    ),
    row(
      'userops.bundleGas',
      run.gasPerOperation,
      140_590,
      'gas',
      'the same operation in a bundle of one, multi-signer account (published prototype)',
    ),
  ]
}
