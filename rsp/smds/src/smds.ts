import { createLog, type Log, refuse, systemClock } from '@gesim/base'
import {
  CURVES,
  type Curve,
  certificateIssuers,
  certificatePem,
  certificateReader,
  checkEuicc,
  ecdsaVerify,
  identitiesOf,
  loadPki,
  localSigner,
  type Pki,
  type Random,
  serverOidOf,
  serverTlsOf,
  systemRandom,
  type Trust,
  tlsPemOf,
  watchPki,
  watchRevocations,
} from '@gesim/crypto'
import {
  type AuthenticationPorts,
  asn1Endpoint,
  createRspListener,
  ES11,
  type Es9plusRequest,
  endpoint,
  hostOfAddress,
  type Listening,
  listen,
  memorySessions,
  refusalOfCheck,
  type ServerIdentity,
  statusOfForm,
  writeAsn1Events,
  writeAsn1Response,
} from '@gesim/sgp22'
import { type Discovery, discovery, type Session } from './discovery.ts'
import type { EventState } from './ports.ts'
import { requireRegistrar } from './registrars.ts'
import { registrationEndpoints } from './registration.ts'
import { asn1ErrorOf, statusOf } from './status-of.ts'

/** How an SM-DS is set up. */
export interface SmdsOptions {
  /** Directory of certificates and keys, which is followed while the server runs, or what `loadPki` read from one. */
  readonly pki: string | Pki
  readonly state: EventState
  /** Address as cards know it, with a port when it is not 443. */
  readonly smdsAddress: string
  /** Further addresses that phones may ask for. */
  readonly otherAddresses?: readonly string[]
  readonly listeners: readonly { readonly host: string; readonly port: number; readonly tls?: Curve }[]
  /** Identifier whose certificates are used, when the directory holds those of several servers. */
  readonly oid?: string
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
  /** Ports in the order of the listeners. */
  readonly ports: readonly number[]
  /** Reads certificates and trusted issuers again, as that of an SM-DP+ does. Rejects with what was refused. */
  reload(): Promise<void>
  stop(): Promise<void>
}

const DAY_MS = 86_400_000
const FORGET_EVERY_MS = 600_000

function identities(pki: Pki, oid: string, atMs: number): ServerIdentity[] {
  const found = CURVES.flatMap((curve) => identitiesOf(pki, 'ds-auth', curve, atMs))
  return found.flatMap(({ certificate, privateKey }) => {
    const { authorityKeyId: ciKeyId, registeredId, der } = certificate
    const signer = localSigner(privateKey)
    return ciKeyId && registeredId === oid
      ? [{ ciKeyId, certificate: der, sign: (data: Uint8Array) => signer.sign(data) }]
      : []
  })
}

/**
 * Starts an SM-DS in this process: ES11 for phones, ES12 for SM-DP+s, ES15 for SM-DSs below it. It ends what it
 * started on `stop`, the state apart, which belongs to the caller.
 *
 * ```ts
 * const smds = await startSmds({
 *   pki: 'pki', state: memoryEvents(), smdsAddress: 'localhost:8444',
 *   listeners: [{ host: '127.0.0.1', port: 8444, tls: 'nist' }],
 * })
 * ```
 */
export async function startSmds(options: SmdsOptions): Promise<Smds> {
  const { state, smdsAddress, otherAddresses = [], rootAddress } = options
  const log = options.log ?? createLog('smds')
  const nowMs = options.nowMs ?? (() => systemClock.nowMs())
  const pki = typeof options.pki === 'string' ? loadPki(options.pki) : options.pki
  const { eventLifeMs = 90 * DAY_MS, sessionLifeMs = 300_000, maxSessions = 10_000 } = options
  const serverAddresses = [smdsAddress, ...otherAddresses]
  const name = { oid: options.oid, hosts: serverAddresses.map(hostOfAddress), atMs: nowMs() }
  const oid = serverOidOf(pki, { tls: 'ds-tls', needed: ['ds-auth'] }, name)
  const curves = [...new Set(options.listeners.flatMap(({ tls }) => tls ?? []))]
  const rootCurve = curves[0] ?? 'nist'
  const identitiesIn = (read: Pki): ServerIdentity[] => {
    const found = identities(read, oid, nowMs())
    if (found.length === 0) throw refuse('crypto.pki-incomplete', { role: 'ds-auth', oid })
    return found
  }
  const credentialsOf = (read: Pki) => {
    const tlsOf = (curve: Curve) =>
      tlsPemOf(serverTlsOf(read, 'ds-tls', curve, { ...name, oid, atMs: nowMs() }))
    const wanted = rootAddress ? [...new Set([rootCurve, ...curves])] : curves
    return {
      issuers: certificateIssuers(read.issuers),
      identities: identitiesIn(read),
      tls: new Map(wanted.map((curve) => [curve, tlsOf(curve)])),
    }
  }
  let credentials = credentialsOf(pki)
  const watch = typeof options.pki === 'string' ? watchRevocations(options.pki, pki.revocations) : undefined
  const trustNow = (): Trust => ({
    issuers: credentials.issuers,
    revocations: watch?.current() ?? pki.revocations,
    atMs: nowMs(),
  })
  const found = discovery({
    state,
    nowMs,
    sessions: memorySessions<Session>({ maxSessions, sessionLifeMs }, nowMs),
    authentication: authenticationPorts(() => credentials.identities, serverAddresses, trustNow, options),
  })
  const root = rootAddress && {
    get peer() {
      const ca = credentials.issuers.map(certificatePem)
      return { url: `https://${rootAddress}`, ...credentials.tls.get(rootCurve), ca }
    },
    oid,
  }
  const onFault = (error: unknown, path: string) => log.error('a function failed', { route: path, error })
  const listener = createRspListener({
    endpoints: [
      endpoint(ES11.initiateAuthentication, found.initiateAuthentication),
      endpoint(ES11.authenticateClient, found.authenticateClient),
      ...registrationEndpoints({
        state,
        require: (caller, role) => requireRegistrar(caller, role, trustNow()),
        smdsAddress,
        ...(root ? { root } : {}),
        eventLifeMs,
        nowMs,
        log,
      }),
    ],
    statusOf,
    onFault,
    otherwise: asn1Endpoint((asked) => runAsn1(found, asked, onFault)),
  })
  const opened: Listening[] = []
  for (const { host, port, tls } of options.listeners)
    opened.push(
      await listen(
        { host, port, ...(tls ? { tls: { ...credentials.tls.get(tls)!, curve: tls } } : {}) },
        listener,
      ),
    )
  const certificates =
    typeof options.pki === 'string'
      ? await watchPki({
          directory: options.pki,
          first: pki,
          take(read) {
            const now = credentialsOf(read)
            for (const [at, { tls: curve }] of options.listeners.entries())
              if (curve) opened[at]!.renew({ ...now.tls.get(curve)!, curve })
            credentials = now
            log.info('the certificates were read again')
          },
          onRefused: (error) =>
            log.error('the certificates were not read again: the earlier ones stay in use', { error }),
        })
      : undefined
  const forgetting = setInterval(() => {
    state
      .forget(nowMs())
      .catch((error: unknown) => log.error('expired events cannot be forgotten', { error }))
  }, FORGET_EVERY_MS).unref()
  return {
    ports: opened.map(({ port }) => port),
    reload: async () => certificates?.reload(),
    async stop() {
      clearInterval(forgetting)
      certificates?.stop()
      watch?.stop()
      await Promise.all(opened.map((server) => server.close()))
    },
  }
}

function authenticationPorts(
  own: () => readonly ServerIdentity[],
  serverAddresses: readonly string[],
  trustNow: () => Trust,
  options: SmdsOptions,
): AuthenticationPorts {
  const readKnown = certificateReader()
  return {
    get identities() {
      return own()
    },
    get trustedCiKeyIds() {
      return trustNow().issuers.flatMap((issuer) => issuer.subjectKeyId ?? [])
    },
    serverAddresses,
    random: options.random ?? systemRandom,
    verifyEuicc: (euiccDer, eumDer) => {
      try {
        const { issuer, eid, euicc } = checkEuicc({ euicc: euiccDer, eum: eumDer }, trustNow(), readKnown)
        return {
          eid,
          ciKeyId: issuer.subjectKeyId!,
          verify: (data, signature) => ecdsaVerify(euicc.publicKey, data, signature),
        }
      } catch (error) {
        throw refusalOfCheck(error)
      }
    },
  }
}

/** The ASN.1 binding: an SM-DS has two of its functions, and answers the second one in a type of its own. */
async function runAsn1(
  found: Discovery,
  asked: Es9plusRequest,
  onFault: (error: unknown, path: string) => void,
): Promise<Uint8Array | undefined> {
  try {
    if (asked.function === 'initiateAuthentication')
      return writeAsn1Response({
        function: asked.function,
        body: await found.initiateAuthentication(asked.body),
      })
    if (asked.function === 'authenticateClient')
      return writeAsn1Events({ ok: await found.authenticateClient(asked.body) })
    return asked.function === 'handleNotification'
      ? undefined
      : writeAsn1Response({ function: asked.function, error: 127 })
  } catch (error) {
    const code = statusOf(error) ?? statusOfForm(error)
    if (!code) onFault(error, 'ASN.1')
    const isFirst = asked.function === 'initiateAuthentication'
    const number = code ? asn1ErrorOf(isFirst ? 'initiateAuthentication' : 'authenticateClient', code) : 127
    return isFirst
      ? writeAsn1Response({ function: 'initiateAuthentication', error: number })
      : writeAsn1Events({ error: number })
  }
}
