import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { type Caller, route, serve, walletRoutes } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { bundlerMethods } from './bundler/rpc.ts'
import { chainMethods } from './chain-proxy.ts'
import { giveTestMoney } from './faucet.ts'
import { answerRpc } from './json-rpc.ts'
import type { Parts, RelayerContext } from './parts.ts'
import { paymasterMethods } from './paymaster.ts'

const rpc = (path: string, summary: string, bodyLimitBytes: number) =>
  route({
    method: 'POST',
    path,
    summary,
    caller: 'anyone' satisfies Caller,
    bodyLimitBytes,
    perMinute: 6_000,
  })

const rpcRoutes = {
  bundler: rpc('/rpc/bundler', 'ERC-4337 JSON-RPC: user operations in', 131_072),
  paymaster: rpc('/rpc/paymaster', 'ERC-7677 JSON-RPC: who pays for their gas', 131_072),
  chain: rpc('/rpc/chain', 'The chain, read only', 262_144),
} as const

/** JSON-RPC of bundler, paymaster and chain, and the faucet of a local chain. */
export function relayerRoutes(app: FastifyInstance, context: RelayerContext, parts: Parts): void {
  const { store, log, access } = context
  const { chain, pool, addresses, sponsor, wake } = parts
  const { accountImplementation } = addresses
  const onFault = (method: string, error: unknown) => log.error('an RPC call failed', { method, error })
  const doors = [
    [rpcRoutes.bundler, bundlerMethods({ store, chain, pool, accountImplementation })],
    [
      rpcRoutes.paymaster,
      paymasterMethods({
        store,
        addresses,
        chainId: chain.chainId,
        sponsor,
        nowSeconds: () => Math.floor(context.clock.nowMs() / 1_000),
      }),
    ],
    [rpcRoutes.chain, chainMethods(chain)],
  ] as const
  for (const [definition, methods] of doors)
    serve(app, definition, async ({ request }) => answerRpc(request.body, methods, onFault) as never)

  serve(app, walletRoutes.faucet, async ({ body, request }) => {
    const signedIn = await access.traveller(request)
    const account = signedIn?.account ?? body.account
    if (!account) throw refuse('relayer.no-account', {})
    const amountMicros = body.amountMicros === undefined ? undefined : BigInt(body.amountMicros)
    const faucet = { store, addresses, chainId: chain.chainId, wake }
    return giveTestMoney(faucet, account as Hex, amountMicros)
  })
}
