// Finds the running GeSIM, signs in with this terminal's key, and has the account ready.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isFailure, refuse, sleepMs, unreachable } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import { type GesimSmartAccount, sponsoredClient, toGesimAccount } from '@gesim/contracts/account'
import { createClient, type GesimClient } from '@gesim/sdk'
import { authRoutes, type Network, networkRoutes, walletRoutes } from '@gesim/wire'
import { createPublicClient, defineChain, http, type LocalAccount, type PublicClient } from 'viem'
import type { CliOptions } from './options.ts'
import { patientFetch } from './patience.ts'
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
  /** Waits for a node that restarts. */
  readonly fetch: typeof fetch
}

export interface Traveller {
  readonly owner: LocalAccount
  readonly account: GesimSmartAccount
  readonly operations: ReturnType<typeof sponsoredClient>
}

/** How long a node may be away before the command gives up. */
const AWAY_WITHIN_MS = 90_000

/** Connects to the API named on the command line or to the local stack. Throws `cli.no-stack`. */
export async function connect(options: CliOptions): Promise<Connection> {
  const path = join(options.dataDir, 'stack.json')
  const stack = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as StackFile) : null
  const nodeUrl = options.node ?? stack?.nodeUrl
  if (!nodeUrl) throw refuse('cli.no-stack', {})
  // The first question is asked once: a stack that was never started is told at once.
  const network = await createClient({ baseUrl: nodeUrl })
    .call(networkRoutes.network)
    .catch((cause) => {
      throw refuse('cli.no-stack', { url: nodeUrl }, cause)
    })
  const patient = patientFetch(AWAY_WITHIN_MS)
  const api = createClient({ baseUrl: nodeUrl, fetch: patient, timeoutMs: 2 * AWAY_WITHIN_MS })
  const chain = createPublicClient({
    chain: defineChain({
      id: network.chainId,
      name: 'GeSIM',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [`${nodeUrl}/rpc/chain`] } },
    }),
    transport: http(`${nodeUrl}/rpc/chain`, { fetchFn: patient, timeout: 2 * AWAY_WITHIN_MS }),
    pollingInterval: 250,
  }) as unknown as PublicClient
  return {
    api,
    network,
    addresses: network.addresses as unknown as Addresses,
    nodeUrl,
    stack: options.node ? null : stack,
    chain,
    dataDir: options.dataDir,
    fetch: patient,
  }
}

const ACCOUNT_READY_WITHIN_MS = 60_000

/** Signs in by a challenge, registers the account once, and waits for its budget and its identity token. */
export async function signIn(connection: Connection): Promise<Traveller> {
  const { api, chain, addresses, nodeUrl } = connection
  const owner = openWallet(join(connection.dataDir, 'cli'))
  const account = await toGesimAccount({ client: chain, addresses, owner })
  const session = await openSession(api, owner).catch((error) => {
    // Challenges are good for one answer, and the answer to this one may have been lost on its way: once more.
    if (isFailure(error, 'identity.challenge-unknown')) return openSession(api, owner)
    throw error
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
    fetch: connection.fetch,
  })
  return { owner, account, operations }
}

async function openSession(api: GesimClient, owner: LocalAccount) {
  const address = lower(owner.address)
  const challenge = await api.call(authRoutes.challenge, { query: { address } })
  const signature = await owner.signMessage({ message: challenge.text })
  return api.call(authRoutes.wallet, { body: { address, issuedAt: challenge.issuedAt, signature } })
}

export function lower(address: string): `0x${string}` {
  return address.toLowerCase() as `0x${string}`
}
