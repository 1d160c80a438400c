import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Address } from './words.ts'

/** What a client must know before it can do anything. */
export const Network = Type.Object({
  chainId: Type.Integer(),
  /** True on a chain that is thrown away: test money, faucet, open dashboards. */
  local: Type.Boolean(),
  addresses: Type.Unsafe<Readonly<Record<string, `0x${string}`>>>(
    Type.Object({}, { additionalProperties: Address }),
  ),
  entryPoint: Address,
  /** Block in which the escrow was deployed: whoever reads the chain alone begins there. */
  fromBlock: Type.Integer({ minimum: 0 }),
  epochSeconds: Type.Integer(),
  phoneUrl: Type.Optional(Type.String()),
  explorerUrl: Type.Optional(Type.String()),
  version: Type.String(),
})
export type Network = Static<typeof Network>

/** Whether the node works, part by part. */
export const Health = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  version: Type.String(),
  roles: Type.Array(Type.String()),
  database: Type.Boolean(),
  chain: Type.Boolean(),
  /** Events that wait for an operator in the parking place. */
  parked: Type.Integer(),
  /** Jobs that were given up. */
  deadLetters: Type.Integer(),
})
export type Health = Static<typeof Health>

export const networkRoutes = {
  network: route({
    method: 'GET',
    path: '/v1/network',
    summary: 'The chain, the contracts and what this installation is',
    caller: 'anyone',
    answer: Network,
  }),
  health: route({
    method: 'GET',
    path: '/v1/health',
    summary: 'Whether the node works',
    caller: 'anyone',
    answer: Health,
  }),
} as const
