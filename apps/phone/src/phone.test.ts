import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex, isFailure, sleepMs, toHex } from '@gesim/base'
import { loadPki, makeTestPki } from '@gesim/crypto'
import { milenage, vectorOf } from '@gesim/euicc'
import {
  booksHash,
  chargeMicros,
  digestOf,
  domainOf,
  type IntentTerms,
  intentIdOf,
  type ProvisioningReceipt,
  planCommit,
  receiptToJson,
  termsToJson,
  typedDataOf,
  voucherFromJson,
} from '@gesim/proofs'
import { writeUsimProfile } from '@gesim/saip'
import { parseIccid } from '@gesim/sgp22'
import { memoryState, type Smdp, type SmdpState, startSmdp } from '@gesim/smdp'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Hex, keccak256, recoverTypedDataAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPhone, type Phone, servePhone } from './index.ts'

const SMDP = 'smdp.example.test'
const iccid = '8988211000000000012'
const imsi = '001010000000012'
const ki = fromHex('000102030405060708090a0b0c0d0e0f')
const opc = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
const CODE = 'K7M2QX'
const ESCROW = '0x00000000000000000000000000000000000e5c70'
const domain = domainOf(31337, ESCROW)
const terms: IntentTerms = {
  payer: '0x00000000000000000000000000000000000000a1',
  booksHash: booksHash([1, 2]),
  planCommit: planCommit('es-1gb', keccak256('0x01')),
  pricePerGB: 2_000_000n,
  activationFee: 100_000n,
  includedBytes: 0n,
  blockBytes: 1000n,
  maxDeposit: 200_000n,
  provisionBy: 4_000_000_000,
  deadline: 4_100_000_000,
  flags: 0,
  unsignedCredit: 20_000_000n,
  salt: 7n,
}
const intentId = intentIdOf(terms)

/** The node's and the carrier's side of one purchase, with state of its own: what a phone meets, in small. */
class Twin {
  readonly app: FastifyInstance = Fastify()
  url = ''
  device?: Hex
  bound = true
  service: 'off' | 'on' | 'ended' = 'off'
  receipt?: ProvisioningReceipt
  consent?: { receiptDigest: Hex; validUntil: number; signature: Hex }
  readonly vouchers: { cumBytes: bigint; cumAmount: bigint; seq: number }[] = []
  carrierBytes = 0
  sqn = 64n
  #key?: Uint8Array
  #counter = 0

  async start(): Promise<void> {
    const { app } = this
    app.post('/v1/devices/pairings', async (request, reply) => {
      const { code, device } = request.body as { code: string; device: Hex }
      if (code !== CODE) return reply.code(409).send({ status: 409, code: 'intents.pairing-code-wrong' })
      this.device = device
      return reply.code(201).send({ deviceToken: 'token', intentId, expiresAt: 4_000_000_000 })
    })
    app.get('/v1/devices/intents/:id', async () => ({
      intentId,
      state: 'installed',
      terms: termsToJson(terms),
      book: 1,
      fundedMicros: '200000',
      bound: this.bound,
      ...(this.receipt
        ? {
            receipt: receiptToJson(this.receipt),
            receiptDigest: digestOf('ProvisioningReceipt', domain, this.receipt),
          }
        : {}),
      consentWanted: this.receipt !== undefined && !this.consent,
      radioUrl: `${this.url}/radio`,
      service: this.service,
      chainId: 31337,
      escrow: ESCROW,
    }))
    app.post('/v1/devices/activation-consents', async (request, reply) => {
      this.consent = request.body as Twin['consent']
      this.service = 'on'
      return reply.code(202).send({ accepted: true })
    })
    app.post('/v1/devices/vouchers', async (request) => {
      const { voucher, signature } = request.body as {
        voucher: Parameters<typeof voucherFromJson>[0]
        signature: Hex
      }
      const read = voucherFromJson(voucher)
      const typed = typedDataOf('UsageVoucher', domain, read)
      expect(await recoverTypedDataAddress({ ...typed, signature } as never)).toBe(this.device)
      expect(read.seq).toBe((this.vouchers.at(-1)?.seq ?? 0) + 1)
      expect(read.cumAmount).toBe(chargeMicros(terms, read.cumBytes, true, 200_000n))
      this.vouchers.push(read)
      const exhausted = read.cumAmount >= 200_000n
      return { accepted: true, duplicate: false, billableBytes: '0', amountMicros: '0', exhausted }
    })
    this.#radio()
    this.url = await app.listen({ host: '127.0.0.1', port: 0 })
  }

  #radio(): void {
    const functions = milenage(ki, opc)
    const rand = new Uint8Array(16).fill(5)
    const challenge = () => {
      const vector = vectorOf(functions, rand, this.sqn)
      this.sqn += 32n
      return vector
    }
    let expected = challenge()
    this.app.post('/radio/attach', async (request, reply) => {
      if ((request.body as { imsi: string }).imsi !== imsi)
        return reply.code(403).send({ code: 'carrier.unknown' })
      expected = challenge()
      return reply.code(201).send({ attachId: 'one', rand: toHex(rand), autn: toHex(expected.autn) })
    })
    this.app.post('/radio/attach/one/answer', async (request, reply) => {
      const { res } = request.body as { res?: string }
      if (res !== toHex(expected.xres)) return reply.code(403).send({ code: 'carrier.authentication-failed' })
      this.#key = Uint8Array.from([...expected.ck, ...expected.ik])
      this.#counter = 0
      return { sessionId: 'ab'.repeat(16), plmn: '001-01', rat: 'LTE', service: this.service }
    })
    this.app.addHook('preHandler', async (request, reply) => {
      if (!/^\/radio\/(?:down|session|detach)/.test(request.url)) return
      const [, n, mac] = String(request.headers['x-radio']).split('.')
      const wanted = createHmac('sha256', this.#key ?? '')
        .update(`${request.method} ${request.url} ${n}`)
        .digest('hex')
      if (mac !== wanted || Number(n) <= this.#counter)
        return reply.code(403).send({ code: 'carrier.authentication-failed' })
      this.#counter = Number(n)
    })
    const telemetry = { rsrpDbm: -85, throughputMbps: 40, latencyMs: 35, lossRatio: 0 }
    this.app.get('/radio/session', async () => ({
      service: this.service,
      cumBytes: this.carrierBytes,
      telemetry,
    }))
    this.app.post('/radio/detach', async (_request, reply) => reply.code(204).send())
    this.app.get('/radio/down', async (request, reply) => {
      const asked = Number((request.query as { bytes: string }).bytes)
      if (this.service !== 'on') return reply.code(403).send({ code: 'carrier.service-off' })
      const vouched = Number(this.vouchers.at(-1)?.cumBytes ?? 0n)
      const room = Number(terms.unsignedCredit) - (this.carrierBytes - vouched)
      if (room <= 0) return reply.code(429).send({ code: 'carrier.unsigned-credit' })
      const length = Math.min(asked, room)
      this.carrierBytes += length
      return reply.type('application/octet-stream').send(Buffer.alloc(length))
    })
  }
}

let directory: string
let smdp: Smdp
let state: SmdpState
const twin = new Twin()
let phone: Phone

const options = () => ({
  stateDir: join(directory, 'phone'),
  pki: loadPki(join(directory, 'pki')),
  nodeUrl: twin.url,
  hosts: { [SMDP]: `https://127.0.0.1:${smdp.ports[0]}` },
  voucherBytes: 4_000_000,
  pollMs: 50,
})

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-phone-'))
  makeTestPki(join(directory, 'pki'), { smdpHosts: [SMDP] })
  state = memoryState()
  smdp = await startSmdp({
    pki: join(directory, 'pki'),
    state,
    smdpAddress: SMDP,
    operatorAuthorities: [],
    listeners: [{ host: '127.0.0.1', port: 0, tls: 'nist' }],
  })
  await order()
  await twin.start()
  phone = createPhone(options())
})
afterAll(async () => {
  await phone.stop()
  await smdp.stop()
  await twin.app.close()
  rmSync(directory, { recursive: true })
})

async function order(): Promise<void> {
  const upp = writeUsimProfile({ iccid, imsi, ki, opc, serviceProviderName: 'Aurora' })
  await state.change(parseIccid(iccid), () => ({
    result: undefined,
    profile: {
      iccid: parseIccid(iccid),
      operator: '2.999.20',
      profileType: 'test',
      state: 'Released',
      metadata: { serviceProviderName: 'Aurora', profileName: 'Spain 1 GB' },
      package: upp,
      downloads: [],
      updatedAtMs: Date.now(),
      order: {
        callId: 'one',
        matchingId: 'PHONE-1',
        confirmationTries: 0,
        downloadTries: 0,
        expiresAtMs: Date.now() + 3_600_000,
      },
    },
  }))
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (holds()) return
    await sleepMs(25)
  }
  throw new Error(`never: ${what}`)
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )

describe('a phone', () => {
  it('refuses a pairing code that is none, before it downloads anything', async () => {
    const activationCode = `LPA:1$${SMDP}$PHONE-1`
    expect(await codeOf(phone.addProfile({ activationCode, pairingCode: 'AAAAAA' }))).toBe(
      'phone.node-refused',
    )
    expect(phone.state().downloads[0]).toMatchObject({ state: 'failed', step: 'pair' })
    expect(await phone.profiles()).toEqual([])
    expect(await codeOf(phone.useData(1))).toBe('phone.no-line')
  })

  it('takes an activation code and a pairing code and comes back with an eSIM that is on', async () => {
    const steps: string[] = []
    const done = await phone.addProfile({
      activationCode: `LPA:1$${SMDP}$PHONE-1`,
      pairingCode: CODE.toLowerCase(),
      onStep: (step) => steps.push(step),
    })
    expect(done).toMatchObject({ state: 'done', percent: 100, iccid, intentId, profileName: 'Spain 1 GB' })
    expect(steps).toEqual([
      'pair',
      'authenticate',
      'preview',
      'prepare',
      'fetch',
      'install',
      'installed',
      'notify',
      'enable',
      'done',
    ])
    expect(twin.device).toBe(phone.device)
    expect(await phone.profiles()).toMatchObject([{ iccid, enabled: true, name: 'Spain 1 GB' }])
    await until(() => phone.state().line.state === 'attached', 'attached')
    expect(phone.state().line).toMatchObject({ plmn: '001-01', rat: 'LTE' })
  })

  it('does not consent to a receipt about another installation', async () => {
    const wrong = { intentId, book: 1, eidCommit: keccak256('0x01'), iccidCommit: keccak256('0x02') }
    const rest = { profileHash: keccak256('0x03'), evidence: keccak256('0x04'), installedAt: 1_800_000_000 }
    twin.receipt = { ...wrong, ...rest }
    await until(
      () => phone.state().purchase?.failure?.code === 'phone.receipt-not-ours',
      'refused the receipt',
    )
    expect(twin.consent).toBeUndefined()
    const profile = await state.find({ iccid: parseIccid(iccid) })
    const evidence = keccak256(profile!.evidence!.profileInstallationResult)
    twin.receipt = { ...wrong, ...rest, evidence }
    await until(() => twin.consent !== undefined, 'consented')
    const { receiptDigest, validUntil, signature } = twin.consent!
    const message = { intentId, book: 1, receiptDigest, validUntil }
    const typed = typedDataOf('ActivationConsent', domain, message)
    expect(await recoverTypedDataAddress({ ...typed, signature } as never)).toBe(phone.device)
  })

  it('uses data and signs for it as it goes, and its count is that of the carrier', async () => {
    await until(() => phone.state().purchase?.service === 'on', 'service on')
    expect(await phone.useData(10_000_000)).toMatchObject({ state: 'done', doneBytes: 10_000_000 })
    expect(twin.vouchers.length).toBeGreaterThanOrEqual(3)
    expect(twin.vouchers.at(-1)).toMatchObject({ cumBytes: 10_000_000n, cumAmount: 120_000n })
    expect(twin.carrierBytes).toBe(10_000_000)
  })

  it('goes on after a restart where it was', async () => {
    await phone.stop()
    phone = createPhone(options())
    await until(() => phone.state().line.state === 'attached', 'attached again')
    expect(phone.state().purchase).toMatchObject({ usedBytes: '10000000', consent: 'given' })
    await phone.useData(1_000_000)
    expect(twin.vouchers.at(-1)!.cumBytes).toBe(11_000_000n)
  })

  it('stops when the deposit is used up', async () => {
    const traffic = await phone.useData(500_000_000)
    expect(traffic).toMatchObject({ state: 'stopped', why: 'exhausted' })
    expect(twin.vouchers.at(-1)!.cumAmount).toBe(200_000n)
    expect(Number(twin.vouchers.at(-1)!.cumBytes)).toBeLessThan(56_000_000)
  })

  it('closes its account with a last voucher when the service ends', async () => {
    const before = twin.vouchers.length
    twin.service = 'ended'
    await until(() => phone.state().purchase?.over === 'ended', 'over')
    expect(twin.vouchers.length).toBe(before + 1)
    expect(twin.vouchers.at(-1)!.cumBytes).toBe(twin.vouchers.at(-2)!.cumBytes)
    expect(await codeOf(phone.useData(1))).toBe('phone.no-line')
  })

  it('deletes an eSIM that is on', async () => {
    await phone.delete(iccid)
    expect(phone.state()).toMatchObject({ profiles: [], line: { state: 'no-profile' } })
  })
})

describe("the phone's page and interface", () => {
  it('serves the page, the state, events and refusals with a remedy', async () => {
    const { createLog } = await import('@gesim/base')
    const served = await servePhone(phone, { host: '127.0.0.1', port: 0, log: createLog('phone', 'silent') })
    try {
      const page = await fetch(`${served.url}/?carddata=LPA:1$a$b&pair=K7M2QX`)
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(await page.text()).toContain('Add an eSIM')
      expect(await (await fetch(`${served.url}/api/state`)).json()).toMatchObject({ device: phone.device })
      const post = (path: string, body: unknown) =>
        fetch(served.url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      const bad = await post('/api/downloads', { activationCode: '' })
      expect([bad.status, ((await bad.json()) as { code: string }).code]).toEqual([400, 'phone.bad-request'])
      const started = (await (await post('/api/downloads', { activationCode: 'nonsense' })).json()) as {
        id: string
      }
      await until(() => phone.download(started.id).state === 'failed', 'failed')
      const shown = (await (await fetch(`${served.url}/api/downloads/${started.id}`)).json()) as {
        failure: { code: string; remedy: string }
      }
      expect(shown.failure.code).toBe('sgp22.not-activation-code')
      expect(shown.failure.remedy).toContain('LPA:1$')
      expect((await fetch(`${served.url}/api/downloads/none`)).status).toBe(404)
      expect((await post('/api/traffic', { bytes: 1 })).status).toBe(409)
      const events = await fetch(`${served.url}/api/events`)
      const { value } = await events.body!.getReader().read()
      expect(new TextDecoder().decode(value)).toContain('event: state')
    } finally {
      await served.close()
    }
  })
})
