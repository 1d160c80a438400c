import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, readSettings } from '@gesim/base'
import { afterEach, expect, test } from 'vitest'
import { type EsimAccessServer, startEsimAccess } from './server.ts'
import { esimAccessSettings } from './settings.ts'
import { signatureIsRight } from './signature.ts'

const running: EsimAccessServer[] = []
afterEach(async () => {
  while (running.length > 0) await running.pop()!.close()
})

async function start(env: Record<string, string> = {}): Promise<EsimAccessServer> {
  const settings = readSettings(esimAccessSettings, {
    ESIM_ACCESS_SIM_ALLOCATE_MS: '0',
    ESIM_ACCESS_SIM_RATE: '1000',
    ...env,
  })
  const server = await startEsimAccess(settings, createLog('test', 'silent'))
  running.push(server)
  return server
}

interface Reply {
  success: boolean
  errorCode: string
  obj: { orderNo: string; balance: number; esimList: { esimTranNo: string }[] }
}

async function ask(server: EsimAccessServer, path: string, body: unknown, spoil = ''): Promise<Reply> {
  const raw = JSON.stringify(body)
  const timestamp = String(Date.now())
  const signature = createHmac('sha256', 'local-secret-key')
    .update(`${timestamp}id-1local-access-code${raw}`)
    .digest('hex')
  const response = await fetch(`${server.url}/api/v1/open/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'RT-AccessCode': 'local-access-code',
      'RT-RequestID': 'id-1',
      'RT-Timestamp': timestamp,
      'RT-Signature': signature,
    },
    body: raw + spoil,
  })
  return (await response.json()) as Reply
}

const oneSpain = (transactionId: string) => ({
  transactionId,
  packageInfoList: [{ slug: 'ES_3_30', count: 1 }],
})

test('the published signature vector verifies, with the secret key and not with the access code', () => {
  const headers = {
    timestamp: '1628670421',
    requestId: '4ce9d9cdac9e4e17b3a2c66c358c1ce2',
    accessCode: '11111',
    signature: '7eb765e27df5373dea2dbc8c41a7d9557743e46c8054750f3d851b3fd01d0835',
  }
  expect(signatureIsRight(headers, '{"imsi":"326543826"}', '1111')).toBe(true)
  expect(signatureIsRight(headers, '{"imsi":"326543826"}', '11111')).toBe(false)
})

test('a body changed after signing is refused with 101003', async () => {
  const server = await start()
  expect(await ask(server, 'balance/query', {}, ' ')).toMatchObject({ success: false, errorCode: '101003' })
})

test('an order takes money once, however often it is repeated', async () => {
  const server = await start()
  const first = await ask(server, 'esim/order', oneSpain('t-1'))
  const again = await ask(server, 'esim/order', oneSpain('t-1'))
  expect(again.obj).toEqual(first.obj)
  expect((await ask(server, 'balance/query', {})).obj.balance).toBe(5_000_000 - 18_000)
})

test('a query answers 200010 while the profile is being allocated', async () => {
  const server = await start({ ESIM_ACCESS_SIM_ALLOCATE_MS: '60000' })
  const { obj } = await ask(server, 'esim/order', oneSpain('t-1'))
  expect((await ask(server, 'esim/query', { orderNo: obj.orderNo })).errorCode).toBe('200010')
})

test('a cancelled order gives its money back, but not once the profile was downloaded', async () => {
  const server = await start()
  const numbers: string[] = []
  for (const id of ['t-1', 't-2']) {
    const { obj } = await ask(server, 'esim/order', oneSpain(id))
    const list = await ask(server, 'esim/query', { orderNo: obj.orderNo })
    numbers.push(list.obj.esimList[0]!.esimTranNo)
  }
  await fetch(`${server.url}/admin/move`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ esimTranNo: numbers[1], smdpStatus: 'DOWNLOAD' }),
  })
  expect((await ask(server, 'esim/cancel', { esimTranNo: numbers[0] })).success).toBe(true)
  expect((await ask(server, 'esim/cancel', { esimTranNo: numbers[1] })).errorCode).toBe('200002')
  expect((await ask(server, 'balance/query', {})).obj.balance).toBe(5_000_000 - 18_000)
})

test('an empty account, an unknown package and a wrong price are refused with the codes of the supplier', async () => {
  const server = await start({ ESIM_ACCESS_SIM_BALANCE: '10' })
  const order = (line: object) => ask(server, 'esim/order', { transactionId: 't', packageInfoList: [line] })
  expect((await order({ slug: 'ES_3_30', count: 1 })).errorCode).toBe('200007')
  expect((await order({ slug: 'XX_1_1', count: 1 })).errorCode).toBe('310241')
  expect((await order({ slug: 'ES_3_30', count: 1, price: 1 })).errorCode).toBe('200005')
})

test('more requests a second than allowed are answered 900001', async () => {
  const server = await start({ ESIM_ACCESS_SIM_RATE: '2' })
  const codes = []
  for (let i = 0; i < 3; i++) codes.push((await ask(server, 'balance/query', {})).errorCode)
  expect(codes).toEqual(['0', '0', '900001'])
})

test('orders, balance and profiles survive a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esim-access-'))
  try {
    const env = { ESIM_ACCESS_SIM_STATE: join(folder, 'state.json') }
    const before = await start(env)
    const { obj } = await ask(before, 'esim/order', oneSpain('t-1'))
    await running.pop()!.close()
    const after = await start(env)
    expect((await ask(after, 'esim/query', { orderNo: obj.orderNo })).obj.esimList).toHaveLength(1)
    expect((await ask(after, 'balance/query', {})).obj.balance).toBe(5_000_000 - 18_000)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a webhook is saved only when it answers, and hears of orders without an ICCID', async () => {
  const heard: { notifyType: string }[] = []
  const listener = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      heard.push(JSON.parse(text))
      response.end()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`
  try {
    const server = await start()
    expect((await ask(server, 'webhook/save', { webhook: 'http://127.0.0.1:1/' })).errorCode).toBe('000107')
    expect((await ask(server, 'webhook/save', { webhook: url })).success).toBe(true)
    await ask(server, 'esim/order', oneSpain('t-1'))
    await running.pop()!.close()
    expect(heard.map((notice) => notice.notifyType)).toEqual(['CHECK_HEALTH', 'ORDER_STATUS'])
    expect(JSON.stringify(heard[1])).not.toContain('iccid')
  } finally {
    await new Promise((resolve) => listener.close(resolve))
  }
})
