import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  concatHex,
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeAbiParameters,
  encodeFunctionData,
  getCreate2Address,
  type Hex,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** The deterministic deployer that stands at the same address on every chain, anvil included. */
const CREATE2_DEPLOYER: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

const NO_SALT: Hex = `0x${'00'.repeat(32)}`
// EIP-7825 caps a transaction at 2^24 gas; the largest deployment (EntryPoint) takes five million.
const DEPLOY_GAS = 12_000_000n

/** One sender on one chain, with what is known of its nonce: transactions go out in order without waiting for each. */
export interface Ship {
  readonly client: PublicClient<Transport, Chain>
  readonly wallet: WalletClient<Transport, Chain, Account>
  readonly account: Account
  nonce: number
  readonly sent: Hex[]
}

/** Connects a key to a chain. */
export async function board(rpcUrl: string, key: Hex): Promise<Ship> {
  const transport = http(rpcUrl)
  const chainId = await createPublicClient({ transport }).getChainId()
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const account = privateKeyToAccount(key)
  const client = createPublicClient({ chain, transport, pollingInterval: 100 })
  const wallet = createWalletClient({ chain, transport, account })
  const nonce = await client.getTransactionCount({ address: account.address, blockTag: 'pending' })
  return { client, wallet, account, nonce, sent: [] }
}

/** Sends a transaction with the next nonce; `settleAll` waits for it. */
export async function send(ship: Ship, to: Address, data: Hex, value = 0n, gas?: bigint): Promise<void> {
  const nonce = ship.nonce++
  try {
    ship.sent.push(
      await ship.wallet.sendTransaction({ to, data, value, nonce, ...(gas === undefined ? {} : { gas }) }),
    )
  } catch (error) {
    ship.nonce = nonce
    throw error
  }
}

/** Calls a contract with the next nonce. The call is estimated first, so a revert is thrown with its reason. */
export async function call(
  ship: Ship,
  to: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
  value = 0n,
) {
  await ship.client.simulateContract({ account: ship.account, address: to, abi, functionName, args, value })
  await send(ship, to, encodeFunctionData({ abi, functionName, args }), value)
}

/** Waits until everything sent is mined. Throws at the first transaction that failed. */
export async function settleAll(ship: Ship): Promise<void> {
  for (const hash of ship.sent.splice(0)) {
    const receipt = await ship.client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
    if (receipt.status !== 'success') throw new Error(`deployment transaction ${hash} reverted`)
  }
}

/** Whether something is deployed at an address. */
export async function isDeployed(ship: Ship, address: Address): Promise<boolean> {
  return ((await ship.client.getCode({ address })) ?? '0x') !== '0x'
}

/** Where a creation code comes to stand, which follows from it. */
export function addressOf(initCode: Hex, salt: Hex = NO_SALT): Address {
  return getCreate2Address({ from: CREATE2_DEPLOYER, salt, bytecode: initCode })
}

/** Deploys by CREATE2 unless it is there already. The address follows from the code (constructor arguments included). */
export async function ensure(ship: Ship, initCode: Hex, salt: Hex = NO_SALT): Promise<Address> {
  const address = addressOf(initCode, salt)
  if (!(await isDeployed(ship, address)))
    await send(ship, CREATE2_DEPLOYER, concatHex([salt, initCode]), 0n, DEPLOY_GAS)
  return address
}

/** Creation code of one of our contracts, with its constructor's arguments. */
export function initCodeOf(name: string, abi: Abi, args: readonly unknown[] = []): Hex {
  const file = new URL(`../generated/bytecode/${name}.json`, import.meta.url)
  const { bytecode } = JSON.parse(readFileSync(file, 'utf8')) as { bytecode: Hex }
  const entry = abi.find((item) => item.type === 'constructor')
  if (!entry) return bytecode
  return concatHex([bytecode, encodeAbiParameters(entry.inputs, args)])
}

const require = createRequire(import.meta.url)

/** Creation code in the artefact of a package, such as Safe's or the EntryPoint's. */
export function artefactCode(path: string): Hex {
  const { bytecode } = JSON.parse(readFileSync(require.resolve(path), 'utf8')) as { bytecode: Hex }
  return bytecode
}
