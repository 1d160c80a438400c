import type { IncomingMessage, ServerResponse } from 'node:http'
import { isFailure, type Log, refuse, toBase64 } from '@gesim/base'
import { type Iccid, isObject, parseIccid, pathOf, readRequestBody, sendJson } from '@gesim/sgp22'
import { smdpFailures } from './failures.ts'
import type { Operator, Operators } from './operators.ts'
import { ownProfile } from './order.ts'
import type { Chance, Profile, SmdpState } from './ports.ts'
import { bytesOf, iccidOfPackage, readMetadata, textOf } from './profile-input.ts'

/** What the operators' own interface stands on. */
export interface OperatorRoutesParts {
  readonly state: SmdpState
  readonly operators: Operators
  readonly chance: Chance
  /** Own address: profiles tell it of events unless they name another. */
  readonly smdpAddress: string
  readonly maxPackageBytes: number
  readonly log: Log
}

const PATH = /^\/operator\/v1\/profiles\/(\d{18,20}[Ff]?)(\/evidence)?$/

function readUpload(
  bytes: Uint8Array,
  ownAddress: string,
): Pick<Profile, 'profileType' | 'metadata'> & { package: Uint8Array } {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw refuse('sgp22.bad-body', {}, cause)
  }
  if (!isObject(json)) throw refuse('sgp22.bad-body')
  return {
    profileType: textOf(json.profileType, 255, 'profileType'),
    metadata: readMetadata(json.metadata, ownAddress),
    package: bytesOf(json.package, bytes.length, 'package'),
  }
}

const ENVELOPE_BYTES = 4096

/**
 * The interface by which operators bring personalised profiles and fetch the cards' signed results. It is
 * ours, not of the GSMA, which leaves this to contracts. JSON over mutual TLS; see the README.
 */
export function operatorRoutes(
  parts: OperatorRoutesParts,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const { state, operators, chance } = parts

  async function upload(
    operator: Operator,
    iccid: Iccid,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const maxBytes = Math.ceil((parts.maxPackageBytes * 4) / 3) + ENVELOPE_BYTES
    const body = readUpload(await readRequestBody(request, maxBytes), parts.smdpAddress)
    if (operator.profileTypes && !operator.profileTypes.includes(body.profileType))
      throw refuse('smdp.bad-profile', { why: 'a profile type that is not the operator’s' })
    if (iccidOfPackage(body.package) !== iccid)
      throw refuse('smdp.bad-profile', { why: 'the header holds another ICCID' })
    const created = await state.change(iccid, (had) => {
      // The same upload again is a retry; a profile that was ordered is not changed under the order's feet.
      if (had && had.operator !== operator.id) throw refuse('smdp.iccid-in-use')
      if (had && had.state !== 'Available') throw refuse('smdp.iccid-in-use', { state: had.state })
      return {
        result: !had,
        profile: {
          iccid,
          operator: operator.id,
          state: 'Available' as const,
          downloads: [],
          updatedAtMs: chance.nowMs(),
          ...body,
        },
      }
    })
    sendJson(response, created ? 201 : 200, { iccid, profileType: body.profileType, state: 'Available' })
  }

  async function evidence(operator: Operator, iccid: Iccid, response: ServerResponse) {
    const profile = ownProfile(await state.find({ iccid }), operator.id)
    const found = profile.evidence
    if (!found) throw refuse('smdp.no-evidence')
    sendJson(response, 200, {
      iccid,
      success: found.success,
      eid: found.eid,
      at: new Date(found.atMs).toISOString(),
      profileInstallationResult: toBase64(found.profileInstallationResult),
      euiccCertificate: toBase64(found.euiccCertificate),
      eumCertificate: toBase64(found.eumCertificate),
    })
  }

  async function remove(operator: Operator, iccid: Iccid, response: ServerResponse) {
    await state.change(iccid, (profile) => {
      const own = ownProfile(profile, operator.id)
      if (own.state !== 'Available') throw refuse('smdp.iccid-in-use', { state: own.state })
      const updatedAtMs = chance.nowMs()
      return {
        result: undefined,
        profile: { ...own, state: 'Unavailable' as const, package: undefined, updatedAtMs },
      }
    })
    sendJson(response, 204)
  }

  async function answer(request: IncomingMessage, response: ServerResponse, match: RegExpExecArray) {
    const operator = operators.requireCertificate(request)
    const iccid = parseIccid(match[1]!)
    const wantsEvidence = match[2] !== undefined
    if (request.method === 'PUT' && !wantsEvidence) return upload(operator, iccid, request, response)
    if (request.method === 'DELETE' && !wantsEvidence) return remove(operator, iccid, response)
    if (request.method !== 'GET') {
      response.setHeader('allow', wantsEvidence ? 'GET' : 'GET, PUT, DELETE')
      throw refuse('smdp.no-such-method')
    }
    if (wantsEvidence) return evidence(operator, iccid, response)
    const { profileType, state: now, lastEvent } = ownProfile(await state.find({ iccid }), operator.id)
    sendJson(response, 200, { iccid, profileType, state: now, ...(lastEvent ? { lastEvent } : {}) })
  }

  return async (request, response) => {
    const match = PATH.exec(pathOf(request))
    if (!match) return false
    try {
      await answer(request, response, match)
    } catch (error) {
      sendFailure(response, error, parts.log)
    }
    return true
  }
}

function sendFailure(response: ServerResponse, error: unknown, log: Log): void {
  if (!isFailure(error) || error.kind === 'broken') {
    log.error('the operators’ interface failed', { error })
    sendJson(response, 500, {
      status: 500,
      code: isFailure(error) ? error.code : 'smdp.at-fault',
      message: 'The server is at fault.',
    })
    return
  }
  const text = (
    smdpFailures as Readonly<Record<string, { says: string; remedy: string; httpStatus?: number }>>
  )[error.code]
  const tooLarge = error.code === 'sgp22.body-too-large'
  const status = text?.httpStatus ?? (text ? 409 : tooLarge ? 413 : 400)
  const message = text?.says ?? error.message
  sendJson(response, status, { status, code: error.code, message, remedy: text?.remedy })
}
