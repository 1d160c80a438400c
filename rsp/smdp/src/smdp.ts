import { createLog, type Log, systemClock } from '@gesim/base'
import {
  type Curve,
  loadPki,
  type Pki,
  type ServerName,
  serverOidOf,
  systemRandom,
  type Trust,
  watchPki,
  watchRevocations,
} from '@gesim/crypto'
import {
  hostOfAddress,
  type ListenAt,
  type Listening,
  listen,
  memorySessions,
  type SessionLimits,
  type SessionStore,
} from '@gesim/sgp22'
import { Courier, type Outside, smdsOver } from './courier.ts'
import { type Credentials, credentialsOf, type OperatorAuthorities } from './credentials.ts'
import type { EventRegistry } from './es2plus.ts'
import { es9plusHandlers } from './es9plus.ts'
import { Identities, type SignerOf, smdpIdentities } from './identities.ts'
import { operatorRoutes } from './operator-routes.ts'
import { type Operator, Operators } from './operators.ts'
import type { OrderLimits } from './order.ts'
import type { Chance, SmdpState } from './ports.ts'
import { smdpListener } from './server.ts'
import { type Session, Sessions } from './sessions.ts'
import { watched } from './watched-state.ts'

/** How an SM-DP+ is set up. */
export interface SmdpOptions {
  /** Directory of certificates and keys, which is followed while the server runs, or what `loadPki` read from one. */
  readonly pki: string | Pki
  /** How often the files of the directory are looked at. Default every two seconds. */
  readonly filesEveryMs?: number
  readonly state: SmdpState
  /** The address that activation codes name, with a port when it is not 443. */
  readonly smdpAddress: string
  /** Further addresses that phones may ask for. */
  readonly otherAddresses?: readonly string[]
  /** Identifier whose certificates are used, when the directory holds those of several servers. */
  readonly oid?: string
  /** Default: in this process. */
  readonly sessions?: SessionStore<Session>
  readonly listeners: readonly (Omit<ListenAt, 'tls'> & { readonly tls?: Curve })[]
  readonly operatorAuthorities: OperatorAuthorities
  /** Without a list, whoever shows a certificate of the authority is an operator. */
  readonly operators?: readonly Operator[]
  /** Where operators are told of downloads who name no place of their own. */
  readonly notifyUrl?: string
  readonly limits?: Partial<SmdpLimits>
  /** False refuses a package bound to a one-time key that the card lost (8.2/3.7). Default true. */
  readonly rebinding?: boolean
  /** True protects each profile with keys of its own, sent under the session's. Default false. */
  readonly profileKeys?: boolean
  /** Replaces the SM-DS over ES12. */
  readonly events?: EventRegistry
  /** PEM of the issuers of SM-DSs' TLS certificates. Default: the issuers of the directory. */
  readonly smdsAuthorities?: readonly string[]
  /** False keeps events from the root SM-DS, which cards ask first. Default true. */
  readonly forwardEvents?: boolean
  readonly chance?: Partial<Chance>
  readonly signerOf?: SignerOf
  readonly log?: Log
}

/** What the server allows at most. */
export interface SmdpLimits extends OrderLimits, SessionLimits {
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
  /** Whether any authority of operators is trusted. */
  readonly hasOperators: boolean
  /** Key identifiers of the issuers whose cards are trusted now. */
  trustedCiKeyIds(): readonly Uint8Array[]
  /** Sessions that are open. */
  sessionCount(): Promise<number>
  /**
   * Reads the directory's certificates, trusted issuers and authorities of operators again, which also happens when they
   * change. Connections and sessions that are open go on. Rejects with what was refused: the earlier ones stay in use.
   */
  reload(): Promise<void>
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
  const { smdpAddress, otherAddresses = [] } = options
  const addresses = [smdpAddress, ...otherAddresses]
  const name: ServerName = { oid: options.oid, hosts: addresses.map(hostOfAddress), atMs: chance.nowMs() }
  const oid = serverOidOf(pki, { tls: 'dp-tls', needed: ['dp-auth', 'dp-pb'] }, name)
  const identitiesIn = (read: Pki) => smdpIdentities(read, oid, chance.nowMs(), options.signerOf)
  const identities = new Identities(identitiesIn(pki), limits.sessionLifeMs, chance.nowMs)
  const wish = {
    name: { ...name, oid },
    curves: options.listeners.flatMap(({ tls }) => tls ?? []),
    operators: options.operatorAuthorities,
  }
  let credentials = credentialsOf(pki, wish)
  const operators = new Operators({
    authorities: credentials.operatorAuthorities,
    operators: options.operators,
    notifyUrl: options.notifyUrl,
    nowMs: chance.nowMs,
  })
  const isTold = (operator: string) => operators.notifyUrlOf(operator) !== undefined
  // Whoever writes a message wakes the courier: nobody waits for its next round.
  const state = watched(options.state, isTold, () => void courier.deliver())
  const outside = outsideOf(options, oid, () => credentials)
  const events = options.events ?? smdsOver(outside)
  const sessions = options.sessions ?? memorySessions<Session>(limits, chance.nowMs)
  const courier = new Courier({ state, operators, events, outside, nowMs: chance.nowMs, log })
  const watch =
    typeof options.pki === 'string'
      ? watchRevocations(options.pki, pki.revocations, options.filesEveryMs)
      : undefined
  const es9plus = es9plusHandlers({
    state,
    sessions: new Sessions(sessions, identities),
    chance,
    limits,
    addresses,
    identities,
    trustNow: (): Trust => ({
      issuers: credentials.issuers,
      revocations: watch?.current() ?? pki.revocations,
      atMs: chance.nowMs(),
    }),
    rebinding: options.rebinding ?? true,
    profileKeys: options.profileKeys ?? false,
    isTold,
    log,
  })
  const listener = smdpListener({
    es9plus,
    es2plus: { state, operators, chance, limits, smdpAddress, events },
    operatorRoutes: operatorRoutes({
      state,
      operators,
      chance,
      smdpAddress,
      maxPackageBytes: limits.maxPackageBytes,
      log,
    }),
    log,
  })
  const opened: Listening[] = []
  for (const { host, port, tls: curve } of options.listeners) {
    const tls = curve && { ...credentials.tls.get(curve)!, curve }
    opened.push(await listen({ host, port, ...(tls ? { tls } : {}) }, listener))
  }
  const certificates =
    typeof options.pki === 'string'
      ? await watchPki({
          directory: options.pki,
          first: pki,
          also: 'path' in options.operatorAuthorities ? [options.operatorAuthorities.path] : [],
          everyMs: options.filesEveryMs,
          take(read) {
            const now = credentialsOf(read, { ...wish, name: { ...wish.name, atMs: chance.nowMs() } })
            identities.replace(identitiesIn(read))
            operators.trust(now.operatorAuthorities)
            for (const [at, { tls: curve }] of options.listeners.entries())
              if (curve) opened[at]!.renew({ ...now.tls.get(curve)!, curve })
            credentials = now
            log.info('the certificates were read again')
          },
          onRefused: (error) =>
            log.error('the certificates were not read again: the earlier ones stay in use', { error }),
        })
      : undefined
  courier.start(COURIER_EVERY_MS)
  const forgetting = setInterval(() => {
    state
      .forget(chance.nowMs() - limits.retentionMs)
      .catch((error: unknown) => log.error('old profiles cannot be forgotten', { error }))
  }, FORGET_EVERY_MS).unref()
  return {
    ports: opened.map(({ port }) => port),
    deliver: () => courier.deliver(),
    get hasOperators() {
      return credentials.operatorAuthorities.length > 0
    },
    trustedCiKeyIds: () => credentials.issuers.flatMap(({ subjectKeyId }) => subjectKeyId ?? []),
    sessionCount: () => sessions.count(),
    reload: async () => certificates?.reload(),
    async stop() {
      clearInterval(forgetting)
      certificates?.stop()
      watch?.stop()
      await Promise.all(opened.map((server) => server.close()))
      await courier.stop()
    },
  }
}

/** How others are reached: with the certificates that are in use when it happens. */
function outsideOf(options: SmdpOptions, smdpOid: string, now: () => Credentials): Outside {
  const userAgent = 'gesim-smdp'
  return {
    smdpOid,
    smdpAddress: options.smdpAddress,
    get toOperators() {
      const { own, operatorAuthorities, issuerPems } = now()
      return { ...own, ca: [...operatorAuthorities, ...(options.smdsAuthorities ?? issuerPems)], userAgent }
    },
    get toSmds() {
      const { own, issuerPems } = now()
      return { ...own, ca: options.smdsAuthorities ?? issuerPems, userAgent }
    },
    forwardEvents: options.forwardEvents ?? true,
  }
}
