import {
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  http,
  type SignedAuthorization,
} from 'viem'
import { entryPoint08Abi, toPackedUserOperation, type UserOperation } from 'viem/account-abstraction'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ecdsaSigner, toDelegatedAccount } from './account.ts'
import { gesimAccountAbi, gesimPaymasterAbi, PAYMASTER_KIND, testUsdcAbi } from './index.ts'
import { type LocalChain, startLocalChain } from './testing.ts'

let chain: LocalChain
beforeAll(async () => {
  chain = await startLocalChain()
}, 60_000)
afterAll(() => chain.stop())

function clients() {
  const local = defineChain({
    id: chain.chainId,
    name: 'local',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.rpcUrl] } },
  })
  const client = createPublicClient({ chain: local, transport: http(), pollingInterval: 50 })
  const walletOf = (key: Hex) =>
    createWalletClient({ account: privateKeyToAccount(key), chain: local, transport: http() })
  return { client, operator: walletOf(chain.keys.operator), executor: walletOf(chain.keys.executors[0]) }
}

type Clients = ReturnType<typeof clients>

/** Gas for an account without ether: the operator's USDC becomes its credit. */
async function topUp({ client, operator }: Clients, account: Hex) {
  const { usdc, paymaster } = chain.addresses
  const amount = 50_000_000n
  const mined = async (hash: Hex) => {
    const { status } = await client.waitForTransactionReceipt({ hash })
    expect(status).toBe('success')
  }
  const token = { address: usdc, abi: testUsdcAbi } as const
  await mined(
    await operator.writeContract({
      ...token,
      functionName: 'mint',
      args: [operator.account.address, amount],
    }),
  )
  await mined(await operator.writeContract({ ...token, functionName: 'approve', args: [paymaster, amount] }))
  await mined(
    await operator.writeContract({
      address: paymaster,
      abi: gesimPaymasterAbi,
      functionName: 'topUp',
      args: [account, amount],
    }),
  )
}

it('an address with a key delegates itself with its first operation, pays from credit, and adds a signer', async () => {
  const all = clients()
  const { client, executor } = all
  const owner = privateKeyToAccount(generatePrivateKey())
  const other = ecdsaSigner(privateKeyToAccount(generatePrivateKey()))
  const { addresses } = chain
  await topUp(all, owner.address)

  async function send(
    account: Awaited<ReturnType<typeof toDelegatedAccount>>,
    calls: readonly { to: Hex; data: Hex }[],
    authorization?: SignedAuthorization,
  ) {
    const bare = {
      sender: account.address,
      nonce: await account.getNonce({ key: 0n }),
      ...(authorization ? { ...(await account.getFactoryArgs()), authorization } : {}),
      callData: await account.encodeCalls(calls),
      callGasLimit: 120_000n,
      verificationGasLimit: 100_000n,
      preVerificationGas: 60_000n,
      maxFeePerGas: 3_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
      paymaster: addresses.paymaster,
      paymasterVerificationGasLimit: 80_000n,
      paymasterPostOpGasLimit: 40_000n,
      paymasterData: `0x0${PAYMASTER_KIND.credit}`,
      signature: '0x',
    } as UserOperation<'0.8'>
    const signature = await account.signUserOperation(bare)
    const hash = await executor.writeContract({
      address: addresses.entryPoint,
      abi: entryPoint08Abi,
      functionName: 'handleOps',
      args: [[toPackedUserOperation({ ...bare, signature })], executor.account.address],
      ...(authorization ? { authorizationList: [authorization] } : {}),
      gas: 1_000_000n,
    })
    expect((await client.waitForTransactionReceipt({ hash })).status).toBe('success')
  }

  const account = await toDelegatedAccount({ client, addresses, owner })
  expect(account.address).toBe(owner.address)
  const authorization = await owner.signAuthorization({
    address: addresses.accountImplementation,
    chainId: chain.chainId,
    nonce: 0,
  })
  const spender = addresses.escrow
  const approve = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, 7n] })
  await send(account, [{ to: addresses.usdc, data: approve }], authorization)
  const code = await client.getCode({ address: owner.address })
  expect(code).toBe(`0xef0100${addresses.accountImplementation.slice(2).toLowerCase()}`)
  const allowance = () =>
    client.readContract({
      address: addresses.usdc,
      abi: erc20Abi,
      functionName: 'allowance',
      args: [owner.address, spender],
    })
  expect(await allowance()).toBe(7n)

  const add = encodeFunctionData({
    abi: gesimAccountAbi,
    functionName: 'addSigners',
    args: [[other.bytes]],
  })
  await send(account, [{ to: owner.address, data: add }])
  const byOther = await toDelegatedAccount({ client, addresses, owner, signer: other })
  const more = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, 8n] })
  await send(byOther, [{ to: addresses.usdc, data: more }])
  expect(await allowance()).toBe(8n)
}, 60_000)
