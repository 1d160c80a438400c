import { bytesEqual, createLog, isFailure, type Log, refuse, systemClock, unreachable } from '@gesim/base'
import {
  CURVES,
  type Curve,
  certificatePem,
  ecdsaVerify,
  type Identity,
  identitiesOf,
  identityOf,
  loadPki,
  localSigner,
  type Pki,
  type Random,
  readCertificate,
  systemRandom,
  type Trust,
  tlsPemOf,
  verifyEuicc,
  verifyRevocationList,
} from '@gesim/crypto'
import {
  type AuthenticationPorts,
  type AuthenticationSession,
  authenticateClient,
  authenticationStatus,
  type Caller,
  callFunction,
  createRspListener,
  type Endpoint,
  ES11,
  ES12,
  ES15,
  endpoint,
  initiateAuthentication,
  type Listening,
  listen,
  type RequestOf,
  refusalOfCheck,
  type ServerIdentity,
  type StatusCode,
  transactionKey,
} from '@gesim/sgp22'
import type { smdsFailures } from './failures.ts'
import type { EventState } from './ports.ts'
import { requireRegistrar } from './registrars.ts'

/** How an SM-DS is set up. */
export interface SmdsOptions {
  readonly pki: string | Pki
  readonly state: EventState
  /** Address as cards know it, with a port when it is not 443. */
  readonly smdsAddress: string
  readonly listeners: readonly { readonly host: string; readonly port: number; readonly tls?: Curve }[]
  /** Address of the root SM-DS, which is told of events that ask for it. */
  readonly rootAddress?: string
  readonly eventLifeMs?: number
  readonly sessionLifeMs?: number
  readonly maxSessions?: number
  readonly random?: Random
  readonly nowMs?: () => number
  readonly log?: Log
}

/** A running SM-DS. */
export interface Smds {
  readonly ports: readonly number[]
  stop(): Promise<void>
}

type Told = Exclude<keyof typeof smdsFailures, 'smds.data-key-missing'>

const STATUS: Readonly<Record<Told, StatusCode>> = {
  'smds.event-exists': '8.9.5/3.3',
  'smds.no-event': '8.9.5/3.9',
  'smds.no-server': '1.1/3.9',
  'smds.not-the-server': '1.1/1.2',
  'smds.root-refused': '8.9/4.2',
}

/** The status code of a refusal, as the SM-DS tells it. */
export function statusOf(error: unknown): StatusCode | undefined {
  if (!isFailure(error)) return undefined
  if (error.code.startsWith('tlv.')) return '1.3.1/2.1'
  const table: Readonly<Record<string, StatusCode>> = { ...authenticationStatus('8.9'), ...STATUS }
  return table[error.code]
}

const DAY_MS = 86_400_000
const FORGET_EVERY_MS = 600_000

interface Session {
  readonly authentication: AuthenticationSession<ServerIdentity>
  readonly startedAtMs: number
}

function identities(pki: Pki, atMs: number): ServerIdentity[] {
  const found = CURVES.flatMap((curve) => identitiesOf(pki, 'ds-auth', curve, atMs))
  if (found.length === 0) throw refuse('crypto.pki-incomplete', { role: 'ds-auth' })
  return found.flatMap(({ certificate, privateKey }: Identity) => {
    const signer = localSigner(privateKey)
    const { authorityKeyId: ciKeyId } = certificate
    return ciKeyId
      ? [{ ciKeyId, certificate: certificate.der, sign: (data: Uint8Array) => signer.sign(data) }]
      : []
  })
}

/**
 * Starts an SM-DS in this process: ES11 for phones, ES12 for SM-DP+s, ES15 for SM-DSs below it.
 *
 * ```ts
 * const smds = await startSmds({
 *   pki: 'pki', state: memoryEvents(), smdsAddress: 'localhost:8444',
 *   listeners: [{ host: '127.0.0.1', port: 8444, tls: 'nist' }],
 * })
 * ```
 */
export async function startSmds(options: SmdsOptions): Promise<Smds> {
  const { state, smdsAddress, rootAddress } = options
  const log = options.log ?? createLog('smds')
  const nowMs = options.nowMs ?? (() => systemClock.nowMs())
  const pki = typeof options.pki === 'string' ? loadPki(options.pki) : options.pki
  const { eventLifeMs = 90 * DAY_MS, sessionLifeMs = 300_000, maxSessions = 10_000 } = options
  const own = identities(pki, nowMs())
  const oid = readCertificate(own[0]!.certificate).registeredId ?? ''
  const revocations = pki.revocations.filter((list) => {
    try {
      return verifyRevocationList(list, pki.issuers, nowMs())
    } catch {
      return false
    }
  })
  const trustNow = (): Trust => ({ issuers: pki.issuers, revocations, atMs: nowMs() })
  const sessions = new Map<string, Session>()
  const ports: AuthenticationPorts<ServerIdentity> = {
    identities: own,
    trustedCiKeyIds: pki.issuers.flatMap((issuer) => issuer.subjectKeyId ?? []),
    serverAddress: smdsAddress,
    random: options.random ?? systemRandom,
    verifyEuicc: (euiccDer, eumDer) => {
      try {
        const euicc = readCertificate(euiccDer)
        const { issuer, eid } = verifyEuicc(euicc, readCertificate(eumDer), trustNow())
        return {
          eid,
          ciKeyId: issuer.subjectKeyId!,
          verify: (data, sig) => ecdsaVerify(euicc.publicKey, data, sig),
        }
      } catch (error) {
        throw refusalOfCheck(error)
      }
    },
  }
  const tlsOf = (curve: Curve) => tlsPemOf(identityOf(pki, 'ds-tls', curve, nowMs()))

  async function forward(what: 'registerEvent' | 'deleteEvent', body: RequestOf<typeof ES12.registerEvent>) {
    if (!rootAddress) return
    const curve = options.listeners.find((at) => at.tls)?.tls ?? 'nist'
    const peer = { url: `https://${rootAddress}`, ...tlsOf(curve), ca: pki.issuers.map(certificatePem) }
    const header = { functionRequesterIdentifier: oid, functionCallIdentifier: `${body.eventId}-${what}` }
    try {
      if (what === 'deleteEvent') await callFunction(peer, ES15.deleteEvent, body, header)
      else
        await callFunction(
          peer,
          ES15.registerEvent,
          { ...body, rspServerAddress: smdsAddress, forwardingIndicator: false },
          header,
        )
    } catch (error) {
      throw unreachable('smds.root-refused', {}, error)
    }
  }

  async function register(owner: string, body: RequestOf<typeof ES12.registerEvent>): Promise<object> {
    const { eid, eventId, rspServerAddress } = body
    const forwarded = body.forwardingIndicator && rootAddress !== undefined
    const event = { eventId, rspServerAddress, owner, forwarded, expiresAtMs: nowMs() + eventLifeMs }
    if (!(await state.add(eid, event))) throw refuse('smds.event-exists')
    try {
      if (forwarded) await forward('registerEvent', body)
    } catch (error) {
      // Nothing is kept of an event that the root does not know: the caller may try again.
      await state.remove(eid, eventId, owner)
      throw error
    }
    return {}
  }

  async function remove(owner: string, body: RequestOf<typeof ES12.deleteEvent>): Promise<object> {
    const removed = await state.remove(body.eid, body.eventId, owner)
    if (!removed) throw refuse('smds.no-event')
    const { rspServerAddress, forwarded } = removed
    if (forwarded)
      await forward('deleteEvent', { ...body, rspServerAddress, forwardingIndicator: true }).catch(
        (error: unknown) => log.warn('the root SM-DS keeps an event that is gone', { error }),
      )
    return {}
  }

  const by = (role: 'dp-tls' | 'ds-tls') => (caller: Caller) => requireRegistrar(caller, role, trustNow())
  const endpoints: Endpoint[] = [
    endpoint(ES11.initiateAuthentication, async (body) => {
      const { session, response } = await initiateAuthentication(ports, body)
      sessions.set(transactionKey(session.transactionId), { authentication: session, startedAtMs: nowMs() })
      for (const [oldest, { startedAtMs }] of sessions) {
        if (sessions.size <= maxSessions && nowMs() - startedAtMs <= sessionLifeMs) break
        sessions.delete(oldest)
      }
      return response
    }),
    endpoint(ES11.authenticateClient, async (body) => {
      const key = transactionKey(body.transactionId)
      const session = sessions.get(key)
      sessions.delete(key)
      if (!session || nowMs() - session.startedAtMs > sessionLifeMs) throw refuse('sgp22.auth-transaction')
      const euicc = authenticateClient(ports, session.authentication, body.authenticateServerResponse)
      if (!bytesEqual(euicc.euiccSigned1.transactionId, body.transactionId))
        throw refuse('sgp22.auth-transaction')
      const wanted = euicc.euiccSigned1.context.matchingId
      const events = (await state.list(euicc.eid, nowMs())).filter(
        ({ eventId }) => !wanted || eventId === wanted,
      )
      if (wanted && events.length === 0) throw refuse('smds.no-event')
      const eventEntries = events.map(({ eventId, rspServerAddress }) => ({ eventId, rspServerAddress }))
      return { transactionId: body.transactionId, eventEntries }
    }),
    endpoint(ES12.registerEvent, async (body, caller) => register(by('dp-tls')(caller), body)),
    endpoint(ES12.deleteEvent, async (body, caller) => remove(by('dp-tls')(caller), body)),
    endpoint(ES15.registerEvent, async (body, caller) => register(by('ds-tls')(caller), body)),
    endpoint(ES15.deleteEvent, async (body, caller) => remove(by('ds-tls')(caller), body)),
  ]
  const listener = createRspListener({
    endpoints,
    statusOf,
    onFault: (error, path) => log.error('a function failed', { route: path, error }),
  })
  const opened: Listening[] = []
  for (const { host, port, tls } of options.listeners)
    opened.push(
      await listen({ host, port, ...(tls ? { tls: { ...tlsOf(tls), curve: tls } } : {}) }, listener),
    )
  const forgetting = setInterval(() => {
    state
      .forget(nowMs())
      .catch((error: unknown) => log.error('expired events cannot be forgotten', { error }))
  }, FORGET_EVERY_MS).unref()
  return {
    ports: opened.map(({ port }) => port),
    async stop() {
      clearInterval(forgetting)
      await Promise.all(opened.map((server) => server.close()))
    },
  }
}
