import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, fromHex, isFailure, toBase64 } from '@gesim/base'
import {
  CURVES,
  type Curve,
  certificatePem,
  identityOf,
  issueEuicc,
  issueOperator,
  loadPki,
  makeTestPki,
  type Pki,
  TEST_EID,
  tlsPemOf,
} from '@gesim/crypto'
import {
  callFunction,
  createRspListener,
  ES2PLUS,
  endpoint,
  type Iccid,
  type Peer,
  parseIccid,
  post,
  type RequestOf,
  RspAgent,
  writeBody,
} from '@gesim/sgp22'
import { node, textNode, uintNode } from '@gesim/tlv'
import { type Smdp, type SmdpOptions, type SmdpState, startSmdp } from '../index.ts'
import { TestCard } from './card.ts'

export const AURORA = '2.999.20'
export const BOREAL = '2.999.21'

/** A package of the right shape: header with the ICCID, a filler, the end. Its content means nothing. */
export function packageOf(iccid: Iccid, bytes = 3000): Uint8Array {
  const filler = new Uint8Array(bytes).map((_, i) => i)
  const header = [
    uintNode(0x80, 2),
    uintNode(0x81, 3),
    textNode(0x82, 'test'),
    node(0x83, fromHex(iccid.padEnd(20, 'f'))),
  ]
  return Uint8Array.from(
    Buffer.concat([node(0xa0, ...header), node(0xa9, node(0x81, filler)), node(0xaa, node(0xa0))]),
  )
}

let lastIccid = 0

/** An ICCID that no other test uses. */
export function freshIccid(): Iccid {
  lastIccid++
  return parseIccid(`8988300000${String(lastIccid).padStart(9, '0')}`)
}

export interface World {
  readonly directory: string
  readonly pki: Pki
  readonly smdp: Smdp
  readonly smdpAddress: string
  readonly phone: Peer
  /** What operator aurora was told, the oldest first. */
  readonly told: RequestOf<typeof ES2PLUS.handleDownloadProgressInfo>[]
  /** The same as JSON, whether it was taken or not. */
  readonly raw: Json[]
  /** Where aurora is told. */
  readonly notifyUrl: string
  /** While true, aurora's server refuses what it is told. */
  deaf: boolean
  clockMs: number
  operator(id?: string): Peer
  card(eid?: string, curve?: Curve): TestCard
  /** ES2+ as an operator; each call has a new identifier unless one is given. */
  es2<Name extends 'downloadOrder' | 'confirmOrder' | 'cancelOrder' | 'releaseProfile'>(
    name: Name,
    body: RequestOf<(typeof ES2PLUS)[Name]>,
    callId?: string,
    id?: string,
  ): Promise<{ iccid?: Iccid; matchingId?: string; smdpAddress?: string; eid?: string }>
  /** The operators' interface; gives status and JSON. */
  operatorCall(
    method: string,
    path: string,
    body?: unknown,
    id?: string,
  ): Promise<{ status: number; json: Json }>
  upload(iccid: Iccid, bytes?: number, profileType?: string, metadata?: object): Promise<void>
  /** Uploads, orders, confirms and releases; gives the matching identifier. */
  order(
    confirm?: Partial<RequestOf<typeof ES2PLUS.confirmOrder>>,
    bytes?: number,
    metadata?: object,
  ): Promise<{ iccid: Iccid; matchingId: string }>
  stop(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape are looked into by tests
export type Json = any

/** What is known before the SM-DP+ of a world starts. */
export interface WorldFacts {
  /** Directory of the certificates. */
  readonly directory: string
  /** Where aurora is told. */
  readonly notifyUrl: string
}

/** Starts an SM-DP+ with two operators on free ports. */
export async function startWorld(
  state: SmdpState,
  wanted: Partial<SmdpOptions> | ((facts: WorldFacts) => Partial<SmdpOptions>) = {},
): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-smdp-'))
  makeTestPki(directory, { curves: CURVES })
  const names: Record<string, string> = { [AURORA]: 'aurora', [BOREAL]: 'boreal' }
  const operators = Object.fromEntries(
    Object.entries(names).map(([registeredId, name]) => [
      registeredId,
      issueOperator(directory, { name, registeredId }),
    ]),
  )
  const authority = loadPki(directory).certificates.find(
    ({ isAuthority, role }) => isAuthority && role === undefined,
  )!
  const pki = loadPki(directory)
  const told: World['told'] = []
  const raw: Json[] = []
  const world = { deaf: false, clockMs: 0 }
  const notified = createServer(
    { ...tlsPemOf(operators[AURORA]!), requestCert: true, rejectUnauthorized: false },
    createRspListener({
      endpoints: [
        endpoint(ES2PLUS.handleDownloadProgressInfo, async (body, { header }) => {
          raw.push({ header, ...writeBody(ES2PLUS.handleDownloadProgressInfo.request, body) })
          if (world.deaf) throw new Error('deaf')
          told.push(body)
          return {}
        }),
      ],
      statusOf: () => undefined,
      onFault: () => {},
    }),
  )
  await new Promise<void>((resolve) => notified.listen(0, '127.0.0.1', resolve))
  const notifyUrl = `https://127.0.0.1:${(notified.address() as AddressInfo).port}`
  const options = typeof wanted === 'function' ? wanted({ directory, notifyUrl }) : wanted
  const smdpAddress = 'localhost'
  const smdp = await startSmdp({
    pki,
    state,
    smdpAddress,
    listeners: [
      { host: '127.0.0.1', port: 0, tls: 'nist' },
      { host: '127.0.0.1', port: 0 },
    ],
    operatorAuthorities: [certificatePem(authority)],
    operators: [
      { id: AURORA, name: 'aurora', notifyUrl },
      { id: BOREAL, name: 'boreal' },
    ],
    chance: { nowMs: () => Date.now() + world.clockMs },
    log: createLog('smdp', 'silent'),
    ...options,
  })
  const url = `https://localhost:${smdp.ports[0]}`
  // Connections are kept: a handshake for each of thousands of requests is not what these tests are about.
  const agent = new RspAgent({ keepAlive: true })
  const phone: Peer = { url, ca: pki.issuers.map(certificatePem), agent }
  const operator = (id = AURORA): Peer => ({ ...phone, ...tlsPemOf(operators[id]!) })
  let calls = 0

  const self: World = Object.assign(world, {
    directory,
    pki,
    smdp,
    smdpAddress,
    phone,
    told,
    raw,
    notifyUrl,
    operator,
    card(eid: string = TEST_EID, curve: Curve = 'nist') {
      const identity = issueEuicc(directory, { eid, curve })
      return new TestCard({ identity, eum: identityOf(pki, 'eum', curve), eid, peer: phone, smdpAddress })
    },
    es2(name, body, callId = `call-${++calls}`, id = AURORA) {
      const header = { functionRequesterIdentifier: id, functionCallIdentifier: callId }
      return callFunction(operator(id), ES2PLUS[name], body as never, header) as never
    },
    async operatorCall(method, path, body, id = AURORA) {
      const bytes = new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body))
      const answer = await post(operator(id), path, bytes, 'application/json', method)
      const text = new TextDecoder().decode(answer.body)
      return { status: answer.status, json: text ? JSON.parse(text) : undefined }
    },
    async upload(iccid, bytes, profileType = 'data', metadata = {}) {
      const { status, json } = await self.operatorCall('PUT', `/operator/v1/profiles/${iccid}`, {
        profileType,
        package: toBase64(packageOf(iccid, bytes)),
        metadata: { serviceProviderName: 'Aurora', profileName: 'Aurora data', ...metadata },
      })
      if (status !== 201) throw new Error(JSON.stringify(json))
    },
    async order(confirm = {}, bytes, metadata) {
      const iccid = freshIccid()
      await self.upload(iccid, bytes, 'data', metadata)
      await self.es2('downloadOrder', { iccid })
      const { matchingId } = await self.es2('confirmOrder', { iccid, releaseFlag: true, ...confirm })
      return { iccid, matchingId: matchingId! }
    },
    async stop() {
      agent.destroy()
      await smdp.stop()
      await state.close()
      notified.closeAllConnections()
      await new Promise((resolve) => notified.close(resolve))
      rmSync(directory, { recursive: true, force: true })
    },
  } satisfies Omit<World, 'deaf' | 'clockMs'>)
  return self
}

/** The status code of a refused function, `ok` when it was not refused. */
export async function statusOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (isFailure(error, 'sgp22.function-failed')) return `${error.facts.subject}/${error.facts.reason}`
    return isFailure(error) ? error.message : String(error)
  }
}
