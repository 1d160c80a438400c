import { createPublicKey } from 'node:crypto'
import { request } from 'node:http'
import { isFailure } from '@gesim/base'
import {
  type CertificateRequest,
  generateKey,
  identityOf,
  KEY_USAGE,
  NAME,
  OneTimeKey,
  privateKeyPem,
  readCertificate,
  writeCertificate,
} from '@gesim/crypto'
import { callFunction, ES2PLUS, ES9PLUS, writeCancelSessionRequest } from '@gesim/sgp22'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { startWorld, statusOf, type World } from './testing/world.ts'

let world: World
const faults: unknown[] = []
beforeAll(async () => {
  const silent = () => {}
  const log = {
    debug: silent,
    info: silent,
    warn: silent,
    error: (_: string, fields?: object) => void faults.push(fields),
    with: () => log,
  }
  world = await startWorld(memoryState(), {
    log,
    limits: { maxDownloadTries: 100_000, maxConfirmationTries: 100_000 },
  })
})
afterAll(() => world.stop())

const REFUSED = /^(8\.1\/6\.1|8\.1\.2\/6\.[13]|8\.1\.3\/6\.[13]|8\.10\.1\/3\.9|8\.11\.1\/3\.9)$/

/** Every n-th bit, and every n-th length. */
function* broken(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let bit = step % 7; bit < bytes.length * 8; bit += step) {
    const changed = Uint8Array.from(bytes)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    yield changed
  }
  for (let length = 0; length < bytes.length; length += step) yield bytes.slice(0, length)
}

describe('a changed or cut message of the card is refused with a code of the specification', () => {
  it('in authenticateServerResponse, and the session is over', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { response } = card.authenticateServerResponse(await card.initiate(), matchingId)
    for (const [at, _] of [...broken(response, 97)].entries()) {
      const opened = await card.initiate()
      const good = card.authenticateServerResponse(opened, matchingId).response
      const changed = [...broken(good, 97)][at] ?? good.slice(1)
      const ask = (authenticateServerResponse: Uint8Array) =>
        callFunction(world.phone, ES9PLUS.authenticateClient, {
          transactionId: opened.transactionId,
          authenticateServerResponse,
        })
      if (changed.length === 0) continue
      expect(await statusOf(ask(changed))).toMatch(REFUSED)
      expect(await statusOf(ask(good))).toBe('8.10.1/3.9')
    }
    expect(await statusOf(card.authenticate(matchingId))).toBe('ok')
  })

  it('in prepareDownloadResponse, and nothing is consumed', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const otpk = OneTimeKey.generate('nist')
    const sample = card.prepareDownloadResponse(await card.authenticate(matchingId), otpk)
    for (let at = 0; at < [...broken(sample, 61)].length; at++) {
      const authenticated = await card.authenticate(matchingId)
      const tamperDownload = (bytes: Uint8Array) => [...broken(bytes, 61)][at] ?? bytes.slice(1)
      if (tamperDownload(sample).length === 0) continue
      expect(await statusOf(card.fetch(authenticated, { otpk, tamperDownload }))).toMatch(REFUSED)
    }
    expect((await card.download(matchingId)).iccid).toBe(iccid)
  })

  it('in cancelSessionResponse, and the order stays', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const good = card.cancelSessionResponse(transactionId, 0)
    for (const changed of broken(good, 23)) {
      if (changed.length === 0) continue
      const body = { transactionId, cancelSessionResponse: changed }
      expect(await statusOf(callFunction(world.phone, ES9PLUS.cancelSession, body))).toMatch(REFUSED)
    }
    expect(await statusOf(card.fetch({ ...(await card.authenticate(matchingId)) }))).toBe('ok')
  })
})

describe('a card is refused', () => {
  const eum = () => identityOf(world.pki, 'eum', 'nist')
  const forge = (changes: Partial<CertificateRequest>) => {
    const authority = { subject: eum().certificate.subject, privateKey: eum().privateKey }
    const request: CertificateRequest = {
      role: 'euicc',
      subject: [
        { oid: NAME.organization, value: 'RSP Test EUM' },
        { oid: NAME.serialNumber, value: '89049032123451234512345678901235' },
      ],
      serialNumber: '4712',
      publicKey: createPublicKey(privateKeyPem(generateKey('nist'))),
      notBeforeMs: Date.now() - 10_000,
      notAfterMs: Date.now() + 100_000,
      keyUsage: [KEY_USAGE.digitalSignature],
      ...changes,
    }
    return readCertificate(writeCertificate(request, authority)).der
  }

  const cases: [string, string, () => { euicc?: Uint8Array; eum?: Uint8Array }][] = [
    ['8.1.3/6.3', 'with an expired certificate', () => ({ euicc: forge({ notAfterMs: Date.now() - 5000 }) })],
    ['8.1.3/6.1', 'with a certificate of another role', () => ({ euicc: forge({ role: 'dp-auth' }) })],
    [
      '8.1.3/6.1',
      'outside of the name constraints',
      () => ({
        euicc: forge({
          subject: [
            { oid: NAME.organization, value: 'RSP Test EUM' },
            { oid: NAME.serialNumber, value: '1'.repeat(32) },
          ],
        }),
      }),
    ],
    ['8.1/6.1', 'that signs with another key than its certificate’s', () => ({ euicc: forge({}) })],
    [
      '8.1.2/6.1',
      'whose manufacturer is no manufacturer',
      () => ({ eum: identityOf(world.pki, 'dp-auth', 'nist').certificate.der }),
    ],
    [
      '8.1.3/6.1',
      'of another manufacturer',
      () => ({ eum: identityOf(world.pki, 'eum', 'brainpool').certificate.der }),
    ],
  ]
  for (const [code, what, oddities] of cases)
    it(`by ${code} ${what}`, async () => {
      const { matchingId } = await world.order()
      expect(await statusOf(world.card().authenticate(matchingId, oddities()))).toBe(code)
    })

  it('by 8.1/6.1 with a one-time key that is compressed, off the curve or all zero', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const good = OneTimeKey.generate('nist')
    const off = Uint8Array.from(good.publicPoint)
    off[64]! ^= 1
    const compressed = Uint8Array.from([2, ...good.publicPoint.slice(1, 33)])
    for (const publicPoint of [off, compressed, new Uint8Array(65), new Uint8Array(), Uint8Array.of(0)]) {
      const otpk = { publicPoint, agree: () => new Uint8Array(32) } as unknown as OneTimeKey
      expect(await statusOf(card.fetch(await card.authenticate(matchingId), { otpk }))).toBe('8.1/6.1')
    }
  })
})

/** Sends bytes as they are; gives the status and the text. */
function send(
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  method = 'POST',
) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: world.smdp.ports[1], path, method, headers }
    const sent = request(options, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const path = '/gsma/rsp2/es9plus/initiateAuthentication'
const codeIn = (text: string) => {
  const { statusCodeData } = JSON.parse(text).header.functionExecutionStatus
  return `${statusCodeData.subjectCode}/${statusCodeData.reasonCode}`
}

describe('a body', () => {
  it('that is no JSON, not UTF-8 or empty is 400', async () => {
    for (const body of ['', '{', 'null,', Uint8Array.of(0x22, 0xff, 0x22)]) {
      const { status, text } = await send(path, body)
      expect([status, codeIn(text)]).toEqual([400, '1.3.1/2.1'])
    }
  })

  it('with missing members, or members of another type, says so by 1.3.1', async () => {
    const good = {
      euiccChallenge: Buffer.alloc(16).toString('base64'),
      euiccInfo1: 'vyAA',
      smdpAddress: 'localhost',
    }
    for (const [name, value, code] of [
      ['euiccChallenge', undefined, '1.3.1/2.2'],
      ['euiccChallenge', null, '1.3.1/2.2'],
      ['euiccChallenge', 'AAAA', '1.3.1/2.1'],
      ['euiccInfo1', 'not base64', '1.3.1/2.1'],
      ['euiccInfo1', 'vyAA', '1.3.1/2.1'],
      ['smdpAddress', 17, '1.3.1/2.1'],
      ['smdpAddress', 'x'.repeat(300), '1.3.1/2.1'],
    ] as const) {
      const { status, text } = await send(path, JSON.stringify({ ...good, [name]: value }))
      expect([status, codeIn(text)]).toEqual([200, code])
    }
    for (const body of ['null', '7', '[]', '"x"'])
      expect(codeIn((await send(path, body)).text)).toBe('1.3.1/2.1')
  })

  it('over the limit is 413, announced or not', async () => {
    const big = 'x'.repeat(300_000)
    const outcomes = [await send(path, big), await send(path, big, { 'transfer-encoding': 'chunked' })]
    expect(outcomes.map(({ status }) => status)).toEqual([413, 413])
  })

  it('on an unknown path is 404 and under another method 405', async () => {
    expect((await send('/gsma/rsp2/es9plus/nothing', '{}')).status).toBe(404)
    expect((await send('/', '')).status).toBe(404)
    expect((await send(path, '', {}, 'GET')).status).toBe(405)
  })

  it('of any bytes, on any path, never is HTTP 500', async () => {
    const paths = [...Object.values(ES9PLUS), ...Object.values(ES2PLUS)].map((fn) => fn.path)
    const value = fc.oneof(
      fc.jsonValue(),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc.constant(
        Buffer.from(writeCancelSessionRequest({ transactionId: new Uint8Array(16), reason: 0 })).toString(
          'base64',
        ),
      ),
    )
    const names = [
      'transactionId',
      'euiccChallenge',
      'euiccInfo1',
      'smdpAddress',
      'authenticateServerResponse',
    ]
    names.push('prepareDownloadResponse', 'pendingNotification', 'cancelSessionResponse', 'iccid', 'header')
    const body = fc.dictionary(fc.constantFrom(...names), value).map((json) => JSON.stringify(json))
    const before = faults.length
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths, '/gsma/rsp2/asn1'),
        fc.oneof(body, fc.string()),
        async (to, sent) => {
          expect((await send(to, sent)).status).toBeLessThan(500)
        },
      ),
      { numRuns: 400 },
    )
    expect(faults.slice(before)).toEqual([])
  })

  it('of any elements in the ASN.1 binding never is HTTP 500', async () => {
    const tags = [0xa2, 0xbf, 0x39, 0x3b, 0x3a, 0x41, 0x3d, 0x80, 0x81, 0x30, 0x5f, 0x37, 0x10, 0x03, 0]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...tags), { maxLength: 40 }), async (bytes) => {
        expect(
          (await send('/gsma/rsp2/asn1', Uint8Array.from([0xa2, bytes.length, ...bytes]))).status,
        ).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
  })
})

describe('failures', () => {
  it('are all documented', async () => {
    const { smdpFailures } = await import('./failures.ts')
    const { readdirSync, readFileSync } = await import('node:fs')
    for (const file of readdirSync(new URL('.', import.meta.url)).filter((name) =>
      /^[a-z0-9-]+\.ts$/.test(name),
    ))
      for (const [, code] of readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(
        /'(smdp\.[a-z-]+)'/g,
      ))
        expect(smdpFailures).toHaveProperty([code!])
    expect(isFailure(new Error('x'))).toBe(false)
  })
})
