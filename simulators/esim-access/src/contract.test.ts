import { createLog, isFailure, readSettings } from '@gesim/base'
import { type Carrier, esimAccessCarrier, type OrderReference } from '@gesim/provisioner'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EsimAccessServer, startEsimAccess } from './server.ts'
import { esimAccessSettings } from './settings.ts'

/** The adapter of the provisioner against the simulator, over HTTP: both speak the supplier's interface, apart. */
let server: EsimAccessServer
let supplier: Carrier
const settings = readSettings(esimAccessSettings, { ESIM_ACCESS_SIM_ALLOCATE_MS: '1500' })

function adapter(url: string, secretKey = settings.secretKey): Carrier {
  return esimAccessCarrier(
    {
      kind: 'esim-access',
      book: 3,
      name: 'eSIM Access',
      url,
      packages: { 'es-3gb': 'ES_3_30', gone: 'XX_1_1' },
    },
    { url, accessCode: settings.accessCode, secretKey, timeoutMs: 2000 },
  )
}

beforeAll(async () => {
  server = await startEsimAccess(settings, createLog('test', 'silent'))
  supplier = adapter(server.url)
})
afterAll(() => server.close())

const order = (call: string, planId = 'es-3gb'): OrderReference => ({ call, planId, profileType: 'data' })

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no failure',
    (error) => (isFailure(error) ? `${error.kind} ${error.code}` : String(error)),
  )
}

async function confirmed(call: string) {
  const reservation = await supplier.reserve(order(call))
  expect(await supplier.reserve(order(call))).toEqual(reservation)
  expect(await codeOf(supplier.confirm(order(call), reservation))).toBe(
    'unreachable provisioner.supplier-not-allocated',
  )
  const again = () => codeOf(supplier.confirm(order(call), reservation))
  await expect.poll(again, { timeout: 10_000, interval: 300 }).toBe('no failure')
  return supplier.confirm(order(call), reservation)
}

function move(handle: string, smdpStatus: string): Promise<Response> {
  return fetch(`${server.url}/admin/move`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ esimTranNo: handle.replace('profile:', ''), smdpStatus }),
  })
}

test('an order is repeated without a second profile, is ready once allocated, and can be cancelled', async () => {
  const release = await confirmed('0xaa:3')
  expect(release.activationCode).toMatch(/^LPA:1\$/)
  expect(JSON.stringify(release)).not.toMatch(/iccid|imsi|eid|msisdn|puk/i)
  await supplier.cancel(order('0xaa:3'), release.handle)
  expect(await supplier.progress!(order('0xaa:3'), release.handle)).toBe('over')
})

test('an order that was never confirmed is cancelled by its order number', async () => {
  const { handle } = await supplier.reserve(order('0xbb:3'))
  const cancel = () => codeOf(supplier.cancel(order('0xbb:3'), handle))
  expect(await cancel()).toBe('unreachable provisioner.supplier-not-allocated')
  await expect.poll(cancel, { timeout: 10_000, interval: 300 }).toBe('no failure')
  expect(await codeOf(supplier.cancel(order('0xbb:3'), handle))).toBe('refused provisioner.supplier-status')
})

test('a download is followed by asking, and what was downloaded cannot be cancelled', async () => {
  const { handle } = await confirmed('0xcc:3')
  expect(await supplier.progress!(order('0xcc:3'), handle)).toBe('waiting')
  await move(handle, 'DOWNLOAD')
  expect(await supplier.progress!(order('0xcc:3'), handle)).toBe('downloaded')
  await move(handle, 'ENABLED')
  expect(await supplier.progress!(order('0xcc:3'), handle)).toBe('installed')
  expect(await codeOf(supplier.cancel(order('0xcc:3'), handle))).toBe('refused provisioner.supplier-status')
})

test('a package that is not sold, a plan without package, a wrong secret and nobody there are told apart', async () => {
  expect(await codeOf(supplier.reserve(order('0xdd:3', 'gone')))).toBe('refused provisioner.carrier-refused')
  expect(await codeOf(supplier.reserve(order('0xdd:3', 'other')))).toBe('refused provisioner.carrier-refused')
  expect(await codeOf(adapter(server.url, 'wrong').reserve(order('0xee:3')))).toBe(
    'broken provisioner.supplier-access',
  )
  expect(await codeOf(adapter('http://127.0.0.1:9').reserve(order('0xee:3')))).toBe(
    'unreachable provisioner.supplier-answer',
  )
})

test('twelve calls at once are spread over time, so that hardly one meets the limit of eight a second', async () => {
  const began = Date.now()
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => codeOf(supplier.reserve(order(`0xf${i}:3`)))),
  )
  expect(Date.now() - began).toBeGreaterThan(1000)
  // On a machine under load answers may bunch up; then the supplier is busy, and the stage asks again.
  const busy = answers.filter((answer) => answer === 'unreachable provisioner.carrier-silent')
  expect(busy.length).toBeLessThan(6)
  expect(answers.filter((answer) => answer === 'no failure')).toHaveLength(12 - busy.length)
})
