import { type Clock, type Log, refuse, type SettingsOf, systemClock } from '@gesim/base'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { type Account, openAccount, Refusal } from './account.ts'
import { PACKAGES } from './catalogue.ts'
import type { esimAccessSettings } from './settings.ts'
import { signatureIsRight, TIMESTAMP_TOLERANCE_MS } from './signature.ts'
import { openState, type Profile, type SmdpStatus, type StateFile } from './state.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

export interface EsimAccessServer {
  readonly url: string
  close(): Promise<void>
}

type Body = Record<string, unknown>

/** Starts the simulator of the eSIM Access interface on loopback. */
export async function startEsimAccess(
  settings: SettingsOf<typeof esimAccessSettings>,
  log: Log,
  clock: Clock = systemClock,
): Promise<EsimAccessServer> {
  const file = openState(settings.stateFile, settings.balance)
  const account = openAccount(file, settings.allocateMs, () => clock.nowMs())
  const webhooks = createWebhooks(file, log)
  const app = fastify({ bodyLimit: 256 * 1024 })

  // The signature covers the body as it was sent, so the text is kept and parsed only afterwards.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) =>
    done(null, text),
  )
  const rateLimit = slidingWindow(settings.requestsPerSecond, clock)

  const handle = (path: string, answer: (body: Body) => unknown): void => {
    app.post(`/api/v1/open/${path}`, async (request) => {
      try {
        if (!rateLimit()) throw new Refusal('900001', 'system is busy')
        const raw = typeof request.body === 'string' ? request.body : ''
        checkAccess(request, raw, settings, clock)
        return { success: true, errorCode: '0', errorMsg: null, obj: (await answer(parse(raw))) ?? {} }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { success: false, errorCode: error.errorCode, errorMsg: error.message, obj: null }
      }
    })
  }

  supplierRoutes(handle, file, account, webhooks, () => clock.nowMs())
  adminRoutes(app, account, webhooks)

  try {
    const url = await app.listen({ host: '127.0.0.1', port: settings.port })
    return {
      url,
      async close() {
        await app.close()
        await webhooks.settled()
      },
    }
  } catch (cause) {
    throw refuse('esim-access.port-taken', { port: settings.port }, cause)
  }
}

function supplierRoutes(
  handle: (path: string, answer: (body: Body) => unknown) => void,
  file: StateFile,
  account: Account,
  webhooks: Webhooks,
  nowMs: () => number,
): void {
  handle('balance/query', () => ({ balance: file.state.balance }))
  handle('location/list', () => ({
    locationList: [...new Set(PACKAGES.map((one) => one.locationCode))].map((code) => ({
      code,
      name: PACKAGES.find((one) => one.locationCode === code)!.locationNetworkList[0]!.locationName,
      type: 1,
      subLocation: null,
    })),
  }))
  handle('package/list', (body) => ({
    packageList: PACKAGES.filter(
      (one) =>
        (!text(body.locationCode) || one.locationCode === body.locationCode) &&
        (!text(body.packageCode) || one.packageCode === body.packageCode) &&
        (!text(body.slug) || one.slug === body.slug),
    ),
  }))
  handle('esim/order', (body) => {
    const transactionId = text(body.transactionId)
    if (!transactionId || transactionId.length > 160)
      throw new Refusal('000105', 'transactionId is mandatory')
    const lines = Array.isArray(body.packageInfoList) ? (body.packageInfoList as Body[]) : []
    if (lines.length === 0 || lines.length > 30) throw new Refusal('000105', 'packageInfoList is mandatory')
    const { orderNo } = account.order(
      transactionId,
      number(body.amount),
      lines.map((line) => ({
        packageCode: text(line.packageCode),
        slug: text(line.slug),
        count: Math.min(Math.max(number(line.count) ?? 1, 1), 30),
        price: number(line.price),
      })),
    )
    webhooks.notify('ORDER_STATUS', { orderNo, transactionId, orderStatus: 'GOT_RESOURCE' })
    return { orderNo, transactionId }
  })
  handle('esim/query', (body) => {
    const found = account.query({
      orderNo: text(body.orderNo),
      iccid: text(body.iccid),
      esimTranNo: text(body.esimTranNo),
    })
    return { esimList: found.map(shown), pager: { pageNum: 1, pageSize: 50, total: found.length } }
  })
  handle('esim/cancel', (body) =>
    account.cancel({ esimTranNo: text(body.esimTranNo), iccid: text(body.iccid) }),
  )
  handle('esim/usage/query', (body) => {
    const list = Array.isArray(body.esimTranNoList) ? body.esimTranNoList.map(String) : []
    if (list.length === 0 || list.length > 10) throw new Refusal('000105', 'esimTranNoList holds 1 to 10')
    return {
      esimUsageList: account.usage(list).map((profile) => ({
        esimTranNo: profile.esimTranNo,
        dataUsage: profile.orderUsage,
        totalData: packageOf(profile).volume,
        lastUpdateTime: supplierTime(nowMs()),
      })),
    }
  })
  handle('webhook/save', async (body) => {
    await webhooks.save(text(body.webhook) ?? '')
  })
  handle('webhook/query', () => ({ webhook: file.state.webhook }))
}

/** Not part of the supplier's interface: moves a profile as a phone would, for tests and demonstrations. */
function adminRoutes(app: FastifyInstance, account: Account, webhooks: Webhooks): void {
  const statuses: readonly SmdpStatus[] = [
    'RELEASED',
    'DOWNLOAD',
    'INSTALLATION',
    'ENABLED',
    'DISABLED',
    'DELETED',
  ]
  app.post('/admin/move', async (request, reply) => {
    const body = parse(typeof request.body === 'string' ? request.body : '')
    const status = statuses.find((one) => one === body.smdpStatus)
    if (!status) return reply.code(400).send({ message: `smdpStatus is one of ${statuses.join(', ')}` })
    try {
      const profile = account.move(text(body.esimTranNo) ?? '', status)
      webhooks.notify('SMDP_EVENT', {
        eid: profile.eid,
        iccid: profile.iccid,
        esimTranNo: profile.esimTranNo,
        smdpStatus: profile.smdpStatus,
      })
      return { smdpStatus: profile.smdpStatus }
    } catch (error) {
      if (error instanceof Refusal) return reply.code(404).send({ message: error.message })
      throw error
    }
  })
}

function checkAccess(
  request: FastifyRequest,
  raw: string,
  settings: SettingsOf<typeof esimAccessSettings>,
  clock: Clock,
): void {
  const header = (name: string): string => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : ''
  }
  if (header('rt-accesscode') !== settings.accessCode) throw new Refusal('000101', 'access code is wrong')
  const signature = header('rt-signature')
  // The real interface also accepts the access code alone (mode a); whoever signs must sign right.
  if (signature === '') return
  const timestamp = header('rt-timestamp')
  if (!(Math.abs(Number(timestamp) - clock.nowMs()) <= TIMESTAMP_TOLERANCE_MS))
    throw new Refusal('101001', 'timestamp expired')
  const signed = { accessCode: settings.accessCode, requestId: header('rt-requestid'), timestamp, signature }
  if (!signatureIsRight(signed, raw, settings.secretKey)) throw new Refusal('101003', 'signature mismatch')
}

/** The profile as `esim/query` sends it: identifiers of the subscriber included, which the adapter must strip. */
function shown(profile: Profile): Record<string, unknown> {
  const sold = packageOf(profile)
  return {
    esimTranNo: profile.esimTranNo,
    orderNo: profile.orderNo,
    transactionId: profile.transactionId,
    imsi: profile.imsi,
    iccid: profile.iccid,
    msisdn: profile.msisdn,
    eid: profile.eid,
    pin: profile.pin,
    puk: profile.puk,
    apn: 'internet',
    ac: profile.ac,
    qrCodeUrl: `https://p.esim-access.invalid/${profile.esimTranNo}.png`,
    smdpStatus: profile.smdpStatus,
    esimStatus: profile.esimStatus,
    activeType: sold.activeType,
    dataType: sold.dataType,
    activateTime: null,
    installationTime: null,
    expiredTime: supplierTime(profile.allocatedAtMs + sold.unusedValidTime * 86_400_000),
    totalVolume: sold.volume,
    totalDuration: sold.duration,
    orderUsage: profile.orderUsage,
    packageList: [
      { packageCode: sold.packageCode, slug: sold.slug, duration: sold.duration, volume: sold.volume },
    ],
  }
}

/** Times as the supplier writes them: `2026-09-27T19:29:36+0000`. */
function supplierTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+0000`
}

function packageOf(profile: Profile) {
  return PACKAGES.find((one) => one.packageCode === profile.packageCode)!
}

function parse(raw: string): Body {
  try {
    const value: unknown = JSON.parse(raw === '' ? '{}' : raw)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body
  } catch {
    // Answered below: what is not JSON and what is no object are the same to the caller.
  }
  throw new Refusal('000104', 'the request body is not a JSON object')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

function slidingWindow(most: number, clock: Clock): () => boolean {
  const taken: number[] = []
  return () => {
    const now = clock.nowMs()
    while (taken.length > 0 && taken[0]! <= now - 1000) taken.shift()
    if (taken.length >= most) return false
    taken.push(now)
    return true
  }
}
