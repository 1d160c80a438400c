import { refuse, unreachable } from '@gesim/base'
import type { CarrierIntent, DownloadProgress, ProvisioningRequest, TelemetrySample } from '@gesim/wire'

/** A signed usage receipt on its way to the node. */
interface UsageRecord {
  readonly receipt: Record<string, unknown>
  readonly book: number
  readonly key: string
  readonly signature: string
}

/** What the node said of each record it did not take. */
interface RefusedRecord {
  readonly position: number
  readonly code: string
}

/** The GeSIM node, as a carrier's systems call it. */
export interface GesimNode {
  intent(intentId: string): Promise<CarrierIntent>
  postReceipt(request: ProvisioningRequest): Promise<void>
  postUsage(records: readonly UsageRecord[]): Promise<readonly RefusedRecord[]>
  postTelemetry(samples: readonly TelemetrySample[]): Promise<void>
  postProgress(progress: DownloadProgress): Promise<void>
}

/** Calls the node with the carrier's API key. Throws `carrier.node-unreachable` and `carrier.node-refused`. */
export function nodeClient(url: string, apiKey: string): GesimNode {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    let status: number
    let text: string
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      })
      status = response.status
      text = await response.text()
    } catch (cause) {
      throw unreachable('carrier.node-unreachable', { path }, cause)
    }
    if (status < 300) return text === '' ? undefined : JSON.parse(text)
    const code = codeOf(text)
    if (status >= 500 || status === 429) throw unreachable('carrier.node-unreachable', { path, status, code })
    throw refuse('carrier.node-refused', { path, status, code })
  }
  return {
    intent: async (intentId) => (await call('GET', `/v1/carrier/intents/${intentId}`)) as CarrierIntent,
    async postReceipt(request) {
      await call('POST', '/v1/carrier/provisioning-receipts', request)
    },
    async postUsage(records) {
      const answer = (await call('POST', '/v1/carrier/usage-records', { records })) as {
        refused?: RefusedRecord[]
      }
      return answer.refused ?? []
    },
    async postTelemetry(samples) {
      await call('POST', '/v1/carrier/telemetry', { samples })
    },
    async postProgress(progress) {
      await call('POST', '/gsma/rsp2/es2plus/handleDownloadProgressInfo', progress)
    },
  }
}

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code ?? '')
  } catch {
    return ''
  }
}
