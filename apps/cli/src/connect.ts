// Finds the running GeSIM, signs in with this terminal's key, and has the account ready.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuse, sleepMs, unreachable } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import { type GesimSmartAccount, sponsoredClient, toGesimAccount } from '@gesim/contracts/account'
import { createClient, type GesimClient } from '@gesim/sdk'
import { authRoutes, type Network, networkRoutes, walletRoutes } from '@gesim/wire'
import { createPublicClient, defineChain, http, type LocalAccount, type PublicClient } from 'viem'
import type { CliOptions } from './options.ts'
import { openWallet } from './wallet.ts'

/** What a running local stack writes down for the programs beside it. */
export interface StackFile {
  readonly nodeUrl: string
  readonly carriers: readonly { name: string; book: number; adminUrl: string; adminToken: string }[]
  readonly phoneUrl: string
}

export interface Connection {
  readonly api: GesimClient
  readonly network: Network
  readonly addresses: Addresses
  readonly nodeUrl: string
  readonly stack: StackFile | null
  readonly chain: PublicClient
  readonly dataDir: string
}

export interface Traveller {
  readonly owner: LocalAccount
  readonly account: GesimSmartAccount
  readonly operations: ReturnType<typeof sponsoredClient>
}

/** Connects to the API named on the command line or to the local stack. Throws `cli.no-stack`. */
export async function connect(options: CliOptions): Promise<Connection> {
  const path = join(options.dataDir, 'stack.json')
  const stack = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as StackFile) : null
  const nodeUrl = options.node ?? stack?.nodeUrl
  if (!nodeUrl) throw refuse('cli.no-stack', {})
  const api = createClient({ baseUrl: nodeUrl })
  const network = await api.call(networkRoutes.network).catch((cause) => {
    throw refuse('cli.no-stack', { url: nodeUrl }, cause)
  })
  const chain = createPublicClient({
    chain: defineChain({
      id: network.chainId,
      name: 'GeSIM',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [`${nodeUrl}/rpc/chain`] } },
    }),
    transport: http(`${nodeUrl}/rpc/chain`),
    pollingInterval: 250,
  }) as PublicClient
  return {
    api,
    network,
    addresses: network.addresses as unknown as Addresses,
    nodeUrl,
    stack: options.node ? null : stack,
    chain,
    dataDir: options.dataDir,
  }
}

const ACCOUNT_READY_WITHIN_MS = 30_000

/** Signs in by a challenge, registers the account once, and waits for its budget and its identity token. */
export async function signIn(connection: Connection): Promise<Traveller> {
  const { api, chain, addresses, nodeUrl } = connection
  const owner = openWallet(join(connection.dataDir, 'cli'))
  const account = await toGesimAccount({ client: chain, addresses, owner })
  const challenge = await api.call(authRoutes.challenge, { query: { address: lower(owner.address) } })
  const signature = await owner.signMessage({ message: challenge.text })
  const session = await api.call(authRoutes.wallet, {
    body: { address: lower(owner.address), issuedAt: challenge.issuedAt, signature },
  })
  if (!session.account) {
    const text = `GeSIM wallet\naccount: ${lower(account.address)}\nowner: ${lower(owner.address)}\nsession: ${session.subjectPrefix}`
    await api.call(walletRoutes.createAccount, {
      body: {
        owner: lower(owner.address),
        account: lower(account.address),
        proof: await owner.signMessage({ message: text }),
      },
    })
  }
  const until = Date.now() + ACCOUNT_READY_WITHIN_MS
  for (;;) {
    const wallet = await api.call(walletRoutes.get)
    if (wallet.budget && wallet.identity) break
    if (Date.now() > until) throw unreachable('cli.took-too-long', { step: 'account' })
    await sleepMs(200)
  }
  const operations = sponsoredClient({
    account,
    client: chain as never,
    bundlerUrl: `${nodeUrl}/rpc/bundler`,
    paymasterUrl: `${nodeUrl}/rpc/paymaster`,
  })
  return { owner, account, operations }
}

export function lower(address: string): `0x${string}` {
  return address.toLowerCase() as `0x${string}`
}
