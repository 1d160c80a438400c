import { Agent } from 'node:https'
import { isFailure, refuse, toBase64, unreachable, utf8 } from '@gesim/base'
import { callFunction, ES2PLUS, type Iccid, type Peer } from '@gesim/sgp22'
import { request } from './https-json.ts'

/** What the SM-DP+ kept of an installation. */
export interface SmdpEvidence {
  readonly success: boolean
  readonly installationResult: string
  readonly euiccCertificate: string
  readonly eumCertificate: string
}

/** The SM-DP+ as its customer sees it: the operator's interface for packages and evidence, ES2+ for orders. */
export interface Smdp {
  upload(iccid: Iccid, profileType: string, bytes: Uint8Array, name: string): Promise<void>
  downloadOrder(iccid: Iccid): Promise<void>
  confirmOrder(iccid: Iccid): Promise<{ matchingId: string; smdpAddress: string }>
  cancelOrder(iccid: Iccid): Promise<void>
  releaseProfile(iccid: Iccid): Promise<void>
  evidence(iccid: Iccid): Promise<SmdpEvidence | undefined>
}

export function smdpClient(options: {
  url: string
  id: string
  ca: string
  cert: string
  key: string
}): Smdp {
  const { url, id, ca, cert, key } = options
  const peer: Peer = {
    url,
    ca,
    cert,
    key,
    agent: new Agent({ keepAlive: true, maxSockets: 8, ca, cert, key }),
    userAgent: 'gesim-carrier-simulator',
    timeoutMs: 10_000,
  }
  // One order a profile and one call a step: the same identifier over any number of attempts.
  const header = (iccid: Iccid, step: string) => ({
    functionRequesterIdentifier: id,
    functionCallIdentifier: `${iccid}:${step}`,
  })
  const asked = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      if (!isFailure(error, 'sgp22.function-failed')) throw unreachable('carrier.smdp-unreachable', {}, error)
      const { subject, reason, says } = error.facts
      throw refuse('carrier.smdp-refused', { subject, reason, says }, error)
    }
  }
  const operator = async (method: string, path: string, body?: unknown) => {
    try {
      const content = body === undefined ? undefined : utf8(JSON.stringify(body))
      return await request(new URL(path, url), { method, ca, cert, key, agent: peer.agent }, content)
    } catch (error) {
      throw unreachable('carrier.smdp-unreachable', {}, error)
    }
  }
  return {
    async upload(iccid, profileType, bytes, name) {
      const answer = await operator('PUT', `/operator/v1/profiles/${iccid}`, {
        profileType,
        package: toBase64(bytes),
        metadata: { serviceProviderName: name.slice(0, 32), profileName: `${name} data`.slice(0, 64) },
      })
      if (answer.status >= 500) throw unreachable('carrier.smdp-unreachable', { status: answer.status })
      if (answer.status >= 300)
        throw refuse('carrier.smdp-refused', { status: answer.status, says: answer.text })
    },
    async downloadOrder(iccid) {
      await asked(callFunction(peer, ES2PLUS.downloadOrder, { iccid }, header(iccid, 'downloadOrder')))
    },
    async confirmOrder(iccid) {
      const body = { iccid, releaseFlag: true }
      const answer = await asked(
        callFunction(peer, ES2PLUS.confirmOrder, body, header(iccid, 'confirmOrder')),
      )
      if (!answer.matchingId || !answer.smdpAddress)
        throw refuse('carrier.smdp-refused', { says: 'no matching id or address' })
      return { matchingId: answer.matchingId, smdpAddress: answer.smdpAddress }
    },
    async cancelOrder(iccid) {
      const body = { iccid, finalProfileStatusIndicator: 'Unavailable' }
      await asked(callFunction(peer, ES2PLUS.cancelOrder, body, header(iccid, 'cancelOrder')))
    },
    async releaseProfile(iccid) {
      await asked(callFunction(peer, ES2PLUS.releaseProfile, { iccid }, header(iccid, 'releaseProfile')))
    },
    async evidence(iccid) {
      const answer = await operator('GET', `/operator/v1/profiles/${iccid}/evidence`)
      if (answer.status === 404) return undefined
      if (answer.status !== 200) throw unreachable('carrier.smdp-unreachable', { status: answer.status })
      const json = JSON.parse(answer.text) as Record<string, unknown>
      return {
        success: json.success === true,
        installationResult: String(json.profileInstallationResult),
        euiccCertificate: String(json.euiccCertificate),
        eumCertificate: String(json.eumCertificate),
      }
    },
  }
}
