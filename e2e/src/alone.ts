// A traveller without GeSIM: the own key, the public chain, and gas that somebody else has.
import { testUsdcAbi } from '@gesim/contracts'
import { toGesimAccount } from '@gesim/contracts/account'
import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  type PublicClient,
  parseEther,
} from 'viem'
import { entryPoint08Abi, toPackedUserOperation, type UserOperation } from 'viem/account-abstraction'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Stack } from './start-stack.ts'
import type { Buyer } from './traveller.ts'

/** The chain without the node before it. */
export function directChain(stack: Stack, { connection }: Buyer): PublicClient {
  return createPublicClient({
    chain: connection.chain.chain,
    transport: http(stack.read().rpcUrl),
    pollingInterval: 200,
  }) as PublicClient
}

/** USDC of the traveller's account, micro-USDC. */
export function usdcOf(chain: PublicClient, { connection, traveller }: Buyer): Promise<bigint> {
  return chain.readContract({
    address: connection.addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'balanceOf',
    args: [traveller.account.address],
  })
}

/** Runs one call of the account without bundler and paymaster: a stranger with gas hands the signed operation in. */
export async function operateAlone(
  stack: Stack,
  buyer: Buyer,
  call: { readonly to: Address; readonly data: Hex },
): Promise<void> {
  const chain = directChain(stack, buyer)
  const { addresses } = buyer.connection
  const account = await toGesimAccount({ client: chain, addresses, owner: buyer.traveller.owner })
  const stranger = privateKeyToAccount(generatePrivateKey())
  const transport = http(stack.read().rpcUrl)
  await createTestClient({ mode: 'anvil', transport }).setBalance({
    address: stranger.address,
    value: parseEther('10'),
  })
  const wallet = createWalletClient({ account: stranger, chain: chain.chain, transport })
  const entryPoint = account.entryPoint.address
  const mined = async (hash: Hex) => {
    const { status } = await chain.waitForTransactionReceipt({ hash, timeout: 30_000 })
    if (status !== 'success') throw new Error(`transaction ${hash} reverted`)
  }
  const deposit = encodeFunctionData({
    abi: entryPoint08Abi,
    functionName: 'depositTo',
    args: [account.address],
  })
  await mined(
    await wallet.sendTransaction({ chain: null, to: entryPoint, data: deposit, value: parseEther('1') }),
  )
  const fees = await chain.estimateFeesPerGas()
  const operation: UserOperation<'0.8'> = {
    sender: account.address,
    nonce: await account.getNonce(),
    callData: await account.encodeCalls([call]),
    callGasLimit: 500_000n,
    verificationGasLimit: 500_000n,
    preVerificationGas: 100_000n,
    ...fees,
    signature: '0x',
  }
  const signature = await account.signUserOperation(operation)
  const packed = toPackedUserOperation({ ...operation, signature })
  const handed = encodeFunctionData({
    abi: entryPoint08Abi,
    functionName: 'handleOps',
    args: [[packed], stranger.address],
  })
  await mined(await wallet.sendTransaction({ chain: null, to: entryPoint, data: handed, gas: 2_000_000n }))
}
