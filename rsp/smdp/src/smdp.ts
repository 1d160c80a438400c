import { createLog, type Log, systemClock } from '@gesim/base'
import {
  type Curve,
  certificatePem,
  identityOf,
  loadPki,
  type Pki,
  systemRandom,
  tlsPemOf,
} from '@gesim/crypto'
import { type ListenAt, type Listening, listen } from '@gesim/sgp22'
import { Courier, type Outside, smdsOver } from './courier.ts'
import type { EventRegistry } from './es2plus.ts'
import { es9plusHandlers } from './es9plus.ts'
import { heldRevocations, type SignerOf, smdpIdentities } from './identities.ts'
import { operatorRoutes } from './operator-routes.ts'
import { type Operator, Operators } from './operators.ts'
import type { OrderLimits } from './order.ts'
import type { Chance, Change, Profile, SmdpState } from './ports.ts'
import { smdpListener } from './server.ts'
import { Sessions } from './sessions.ts'

/** How an SM-DP+ is set up. */
export interface SmdpOptions {
  /** Directory of certificates and keys, or what `loadPki` read from it. */
  readonly pki: string | Pki
  readonly state: SmdpState
  /** The address that activation codes name, with a port when it is not 443. */
  readonly smdpAddress: string
  readonly listeners: readonly (Omit<ListenAt, 'tls'> & { readonly tls?: Curve })[]
  /** PEM of the authorities of operators' certificates. */
  readonly operatorAuthorities: readonly string[]
  /** Without a list, whoever shows a certificate of the authority is an operator. */
  readonly operators?: readonly Operator[]
  readonly limits?: Partial<SmdpLimits>
  /** False refuses a package bound to a one-time key that the card lost (8.2/3.7). Default true. */
  readonly rebinding?: boolean
  /** True protects each profile with keys of its own, sent under the session's. Default false. */
  readonly profileKeys?: boolean
  /** Replaces the SM-DS over ES12. */
  readonly events?: EventRegistry
  /** PEM of the issuers of SM-DSs' TLS certificates. Default: the issuers of the directory. */
  readonly smdsAuthorities?: readonly string[]
  readonly chance?: Partial<Chance>
  readonly signerOf?: SignerOf
  readonly log?: Log
}

/** What the server allows at most. */
export interface SmdpLimits extends OrderLimits {
  readonly maxSessions: number
  readonly sessionLifeMs: number
  readonly maxPackageBytes: number
  /** How long profiles that ended are kept, their evidence included. */
  readonly retentionMs: number
}

const DAY_MS = 86_400_000

export const DEFAULT_LIMITS: SmdpLimits = {
  orderLifeMs: 30 * DAY_MS,
  maxConfirmationTries: 3,
  maxDownloadTries: 10,
  maxSessions: 10_000,
  sessionLifeMs: 300_000,
  maxPackageBytes: 1 << 20,
  retentionMs: 90 * DAY_MS,
}

/** A running SM-DP+. */
export interface Smdp {
  /** Ports in the order of the listeners. */
  readonly ports: readonly number[]
  /** Delivers every due message now; it also happens on its own. */
  deliver(): Promise<void>
  /** Sessions that are open. */
  sessionCount(): number
  stop(): Promise<void>
}

const COURIER_EVERY_MS = 1000
const FORGET_EVERY_MS = 3_600_000

/**
 * Starts an SM-DP+ in this process. It ends what it started on `stop`, the state apart, which belongs to
 * the caller.
 *
 * ```ts
 * const smdp = await startSmdp({
 *   pki: 'pki', state: memoryState(), smdpAddress: 'localhost:8443', operatorAuthorities: [ca],
 *   listeners: [{ host: '127.0.0.1', port: 8443, tls: 'nist' }],
 * })
 * ```
 */
export async function startSmdp(options: SmdpOptions): Promise<Smdp> {
  const log = options.log ?? createLog('smdp')
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const chance: Chance = { random: systemRandom, nowMs: () => systemClock.nowMs(), ...options.chance }
  const pki = typeof options.pki === 'string' ? loadPki(options.pki) : options.pki
  const startMs = chance.nowMs()
  const identities = smdpIdentities(pki, startMs, options.signerOf)
  const { smdpAddress } = options
  // Whoever writes a message wakes the courier: nobody waits for its next round.
  const state = watched(options.state, () => void courier.deliver())
  const operators = new Operators({
    authorities: options.operatorAuthorities,
    operators: options.operators,
    nowMs: chance.nowMs,
  })
  const outside = outsideOf(options, pki, identities[0]!.oid, startMs)
  const events = options.events ?? smdsOver(outside)
  const sessions = new Sessions(limits, chance.nowMs)
  const courier = new Courier({ state, operators, events, outside, nowMs: chance.nowMs, log })
  const es9plus = es9plusHandlers({
    state,
    sessions,
    chance,
    limits,
    smdpAddress,
    identities,
    trust: { issuers: pki.issuers, revocations: heldRevocations(pki, startMs) },
    rebinding: options.rebinding ?? true,
    profileKeys: options.profileKeys ?? false,
    log,
  })
  const listener = smdpListener({
    es9plus,
    es2plus: { state, operators, chance, limits, smdpAddress, events },
    operatorRoutes: operatorRoutes({
      state,
      operators,
      chance,
      maxPackageBytes: limits.maxPackageBytes,
      log,
    }),
    log,
  })
  const opened: Listening[] = []
  for (const at of options.listeners) {
    const tls = at.tls && identityOf(pki, 'dp-tls', at.tls, startMs)
    opened.push(
      await listen(
        { host: at.host, port: at.port, ...(tls ? { tls: { ...tlsPemOf(tls), curve: at.tls! } } : {}) },
        listener,
      ),
    )
  }
  courier.start(COURIER_EVERY_MS)
  const forgetting = setInterval(() => {
    state
      .forget(chance.nowMs() - limits.retentionMs)
      .catch((error: unknown) => log.error('old profiles cannot be forgotten', { error }))
  }, FORGET_EVERY_MS).unref()
  return {
    ports: opened.map(({ port }) => port),
    deliver: () => courier.deliver(),
    sessionCount: () => sessions.count,
    async stop() {
      clearInterval(forgetting)
      await Promise.all(opened.map((server) => server.close()))
      await courier.stop()
    },
  }
}

function outsideOf(options: SmdpOptions, pki: Pki, smdpOid: string, atMs: number): Outside {
  const curve = options.listeners.find((at) => at.tls)?.tls
  const own = curve ? tlsPemOf(identityOf(pki, 'dp-tls', curve, atMs)) : {}
  const issuers = options.smdsAuthorities ?? pki.issuers.map(certificatePem)
  const userAgent = 'gesim-smdp'
  return {
    smdpOid,
    smdpAddress: options.smdpAddress,
    toOperators: { ...own, ca: options.operatorAuthorities, userAgent },
    toSmds: { ...own, ca: issuers, userAgent },
  }
}

/** The same state, which tells once a message is written down. */
function watched(state: SmdpState, onMessages: () => void): SmdpState {
  type Decide<T> = (profile: Profile | undefined) => Change<T>
  async function watch<T>(decide: Decide<T>, run: (watchedDecide: Decide<T>) => Promise<T>): Promise<T> {
    let told = false
    const result = await run((profile) => {
      const change = decide(profile)
      told = (change.messages?.length ?? 0) > 0
      return change
    })
    if (told) onMessages()
    return result
  }
  return {
    find: (key) => state.find(key),
    change: (iccid, decide) => watch(decide, (watchedDecide) => state.change(iccid, watchedDecide)),
    changeAvailable: (operator, profileType, decide) =>
      watch(decide, (watchedDecide) => state.changeAvailable(operator, profileType, watchedDecide)),
    dueMessages: (atMs, limit) => state.dueMessages(atMs, limit),
    settleMessage: (id, nextAtMs) => state.settleMessage(id, nextAtMs),
    forget: (endedBeforeMs) => state.forget(endedBeforeMs),
    close: () => state.close(),
  }
}
