import { createHmac, randomUUID } from 'node:crypto'
import { refuse, sleepMs } from '@gesim/base'
import { failureOf, unreadable } from './esim-access-errors.ts'
import type { Carrier, OrderReference, Progress } from './ports.ts'
import type { EsimAccessSetting } from './settings.ts'

/** Where and as whom the supplier is asked. */
export interface EsimAccessAccess {
  readonly url: string
  readonly accessCode: string
  readonly secretKey: string
  readonly timeoutMs: number
}

type Obj = Readonly<Record<string, unknown>>

/** The supplier takes 8 requests a second from an account. A little slower, because the way there does not keep distances. */
const GAP_MS = 150

/**
 * The signature of a request: lower-case hex HMAC-SHA256 of timestamp, request id, access code and body, keyed with
 * the secret key.
 */
export function signatureOf(
  secretKey: string,
  timestamp: string,
  requestId: string,
  accessCode: string,
  body: string,
): string {
  return createHmac('sha256', secretKey)
    .update(timestamp + requestId + accessCode + body)
    .digest('hex')
}

/** Asks the supplier. One at a time at most eight times a second; throws the failure of the supplier's error code. */
function esimAccessClient(access: EsimAccessAccess): (path: string, body: Obj) => Promise<Obj> {
  let nextAtMs = 0
  return async (path, body) => {
    const now = Date.now()
    const atMs = Math.max(now, nextAtMs)
    nextAtMs = atMs + GAP_MS
    if (atMs > now) await sleepMs(atMs - now)
    const raw = JSON.stringify(body)
    const timestamp = String(Date.now())
    const requestId = randomUUID()
    let answer: unknown
    try {
      const response = await fetch(new URL(`/api/v1/open/${path}`, access.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'RT-AccessCode': access.accessCode,
          'RT-RequestID': requestId,
          'RT-Timestamp': timestamp,
          'RT-Signature': signatureOf(access.secretKey, timestamp, requestId, access.accessCode, raw),
        },
        body: raw,
        signal: AbortSignal.timeout(access.timeoutMs),
      })
      answer = await response.json()
    } catch (cause) {
      throw unreadable(path, cause)
    }
    return openEnvelope(path, answer)
  }
}

/**
 * Opens the supplier's envelope. Tolerant where its documents disagree: `success` may be text, the code may be null,
 * the message has two names.
 */
export function openEnvelope(path: string, answer: unknown): Obj {
  if (!isObject(answer)) throw unreadable(path)
  const { success, errorCode, errorMsg, errorMessage, obj } = answer
  if (success === true || success === 'true')
    return isObject(obj) ? obj : Array.isArray(obj) ? { list: obj } : {}
  const code = typeof errorCode === 'string' || typeof errorCode === 'number' ? String(errorCode) : ''
  const says = typeof errorMsg === 'string' ? errorMsg : typeof errorMessage === 'string' ? errorMessage : ''
  throw failureOf(path, code, says.slice(0, 200))
}

/** What is kept of a profile. Everything that names a subscriber or card stays at this edge. */
export interface Profile {
  readonly esimTranNo: string
  readonly activationCode: string
  readonly smdpStatus: string
  readonly esimStatus: string
}

/** Strips a profile of the query's answer down to what we need: IMSI, MSISDN, EID, PIN and PUK end here. */
export function profileOf(path: string, entry: unknown): Profile {
  if (!isObject(entry)) throw unreadable(path)
  const { esimTranNo, ac, smdpStatus, esimStatus } = entry
  if (typeof esimTranNo !== 'string' || typeof ac !== 'string' || !/^LPA:1\$[^$]+\$[^$]+/.test(ac))
    throw unreadable(path)
  return {
    esimTranNo,
    activationCode: ac,
    smdpStatus: String(smdpStatus ?? ''),
    esimStatus: String(esimStatus ?? ''),
  }
}

/** The reseller as a carrier: an order reserves, a query that finds the profile allocated confirms. */
export function esimAccessCarrier(setting: EsimAccessSetting, access: EsimAccessAccess): Carrier {
  const ask = esimAccessClient(access)
  const slugOf = (order: OrderReference): string => {
    const slug = setting.packages[order.planId]
    if (!slug)
      throw refuse('provisioner.carrier-refused', { book: setting.book, says: 'the plan has no package' })
    return slug
  }
  const find = async (by: Obj): Promise<Profile> => {
    const obj = await ask('esim/query', { ...by, pager: { pageNum: 1, pageSize: 10 } })
    const list = Array.isArray(obj.esimList) ? obj.esimList : []
    return profileOf('esim/query', list[0])
  }
  return {
    book: setting.book,
    name: setting.name,
    warms: false,
    async reserve(order) {
      const obj = await ask('esim/order', {
        transactionId: order.call,
        packageInfoList: [{ slug: slugOf(order), count: 1 }],
      })
      if (typeof obj.orderNo !== 'string') throw unreadable('esim/order')
      return { handle: `order:${obj.orderNo}` }
    },
    async confirm(_order, reservation) {
      const profile = await find({ orderNo: reservation.handle.replace(/^order:/, '') })
      return { activationCode: profile.activationCode, handle: `profile:${profile.esimTranNo}` }
    },
    async cancel(_order, handle) {
      const esimTranNo = handle.startsWith('order:')
        ? (await find({ orderNo: handle.slice('order:'.length) })).esimTranNo
        : handle.replace(/^profile:/, '')
      await ask('esim/cancel', { esimTranNo })
    },
    async progress(_order, handle) {
      const profile = await find({ esimTranNo: handle.replace(/^profile:/, '') })
      return progressOf(profile)
    },
  }
}

/** How far a download is, from the two statuses of the supplier. */
export function progressOf(profile: Pick<Profile, 'smdpStatus' | 'esimStatus'>): Progress {
  if (['CANCEL', 'REVOKED', 'USED_EXPIRED', 'UNUSED_EXPIRED'].includes(profile.esimStatus)) return 'over'
  if (['INSTALLATION', 'ENABLED', 'DISABLED'].includes(profile.smdpStatus)) return 'installed'
  if (profile.smdpStatus === 'DOWNLOAD') return 'downloaded'
  return profile.smdpStatus === 'DELETED' ? 'over' : 'waiting'
}

function isObject(value: unknown): value is Obj {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
