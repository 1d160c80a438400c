import type { Clock, FailureCatalogue, Log, SettingsOf, SettingsTable } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import type { Hex, StageName } from '@gesim/journey'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Holding } from './holdings.ts'
import type { Store } from './store.ts'

/** Where the chain is and which contracts are ours. */
export interface ChainSettings {
  readonly rpcUrl: string
  readonly chainId: number
  readonly addresses: Addresses
}

/**
 * Who is asking. `apps/node` fills it (identity knows sessions and API keys, intents knows paired devices), so that no
 * stage has to import another. Each answers null, or false, where the request proves nothing.
 */
export interface Access {
  /** The account of the signed-in traveller. No stage but identity learns more about who that is. */
  traveller(request: FastifyRequest): Promise<{ account: Hex } | null>
  /** The paired device: a bearer token from POST /v1/devices/pairings. `device` is ERC-7913 bytes. */
  device(request: FastifyRequest): Promise<{ intentId: Hex; device: Hex } | null>
  /** The carrier whose API key the request bears. */
  carrier(request: FastifyRequest): Promise<{ carrierId: number; books: number[] } | null>
  /** The operator: an API key with that role, or anybody on loopback of a local chain. */
  operator(request: FastifyRequest): Promise<boolean>
}

/** What a stage is given to run with. */
export interface StageContext<Table extends SettingsTable = SettingsTable> {
  /** Absent only in a process that plays roles without a database (the attestor). */
  readonly store: Store
  readonly access: Access
  readonly log: Log
  readonly clock: Clock
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal
  /** Absent only where no chain is configured: tests of stages that need none. */
  readonly chain?: ChainSettings
  readonly settings: SettingsOf<Table>
  /** What every stage stores about a traveller; `apps/node` puts it together, identity tells it. */
  readonly holdings?: readonly Holding[]
}

/** A started stage. */
export interface Running {
  /** Ends its readers, workers and timers; returns once nothing of it runs any more. */
  stop(): Promise<void>
}

/** One stage of a purchase, as `apps/node` starts it: first `start`, then `routes`, then the server listens. */
// biome-ignore lint/suspicious/noExplicitAny: the node holds stages with settings of any kind in one list
export interface Stage<Table extends SettingsTable = any> {
  readonly name: StageName
  readonly failures: FailureCatalogue
  readonly settings: Table
  /** What the stage stores that names a sign-in, an account or a purchase: told to the traveller it is about. */
  readonly holdings?: readonly Holding[]
  start(context: StageContext<Table>): Promise<Running>
  routes?(app: FastifyInstance, context: StageContext<Table>): void | Promise<void>
}

/** A stage with the type of its settings inferred, so that `context.settings` is typed in its own functions. */
export function defineStage<const Table extends SettingsTable>(stage: Stage<Table>): Stage<Table> {
  return stage
}
