import { testUsdcAbi } from '@gesim/contracts'
import { ask } from '../api/ask.ts'
import type { Hex } from '../api/shapes.ts'
import { addresses, chainClient } from './network.ts'

/** The account's USDC, in micros, read from the chain. */
export async function balanceOf(account: Hex): Promise<bigint> {
  const [client, { usdc }] = await Promise.all([chainClient(), addresses()])
  return client.readContract({
    address: usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [account],
  })
}

/** Test money, on a local network only. Resolves once the balance shows it. */
export async function askFaucet(account: Hex, amountMicros: bigint): Promise<bigint> {
  const before = await balanceOf(account)
  await ask('POST', '/v1/wallet/faucet', { body: { account, amountMicros: amountMicros.toString() } })
  for (let attempt = 0; attempt < 60; attempt++) {
    const now = await balanceOf(account)
    if (now > before) return now
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return before
}
