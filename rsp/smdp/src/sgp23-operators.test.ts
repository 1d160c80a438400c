import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import {
  type CertificateRequest,
  certificatePem,
  generateKey,
  type Identity,
  identityOf,
  KEY_USAGE,
  loadPki,
  makeTestPki,
  NAME,
  privateKeyPem,
  readCertificate,
  tlsPemOf,
  writeCertificate,
} from '@gesim/crypto'
import { callFunction, ES2PLUS } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { parseOperators } from './operators.ts'
import { AURORA, freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

// Who may call ES2+: mutual TLS, judged by the certificate; one row a case.

const DAY_MS = 86_400_000
const stranger = mkdtempSync(join(tmpdir(), 'gesim-operators-'))
let open: World
let listed: World
beforeAll(async () => {
  makeTestPki(stranger)
  const both = (directory: string) =>
    [directory, stranger].map((each) => certificatePem(caOf(each).certificate)).join('')
  open = await startWorld(memoryState(), ({ directory }) => ({
    operators: undefined,
    operatorAuthorities: [both(directory)],
  }))
  listed = await startWorld(memoryState(), {
    operators: [
      { id: 'named only', name: 'x' },
      { id: AURORA, name: 'aurora' },
    ],
  })
})
afterAll(async () => {
  await open.stop()
  await listed.stop()
  rmSync(stranger, { recursive: true })
})

/** The authority of operators in a directory. */
function caOf(directory: string): Identity {
  return loadPki(directory).identities.find(
    ({ certificate }) => certificate.isAuthority && !certificate.role,
  )!
}

function operatorOf(authority: Identity, changes: Partial<CertificateRequest> = {}): Identity {
  const privateKey = generateKey('nist')
  const request: CertificateRequest = {
    subject: [{ oid: NAME.commonName, value: 'named only' }],
    serialNumber: '4712',
    publicKey: createPublicKey(privateKeyPem(privateKey)),
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.now() + DAY_MS,
    keyUsage: [KEY_USAGE.digitalSignature],
    forTls: true,
    ...changes,
  }
  const signer = { subject: authority.certificate.subject, privateKey: authority.privateKey }
  return { certificate: readCertificate(writeCertificate(request, signer)), privateKey }
}

/** What releaseProfile of an unknown profile is answered: 8.2.1/3.9 says that the caller was let in. */
function called(world: World, identity: Identity, requester: string): Promise<string> {
  const header = { functionRequesterIdentifier: requester, functionCallIdentifier: '1' }
  const peer = { ...world.phone, agent: undefined, ...tlsPemOf(identity) }
  return statusOf(callFunction(peer, ES2PLUS.releaseProfile, { iccid: freshIccid() }, header))
}
const LET_IN = '8.2.1/3.9'

describe('an operator is', () => {
  const cases: [string, string, () => Promise<string>][] = [
    [
      LET_IN,
      'whoever has a certificate with an identifier, and names it',
      () => called(open, operatorOf(caOf(open.directory), { registeredId: '2.999.77' }), '2.999.77'),
    ],
    [
      '1.1/1.2',
      'nobody who names another identifier than that of the certificate',
      () => called(open, operatorOf(caOf(open.directory), { registeredId: '2.999.77' }), '2.999.78'),
    ],
    [
      LET_IN,
      'whoever has a certificate with an identifier and calls itself by a name',
      () => called(open, operatorOf(caOf(open.directory), { registeredId: '2.999.77' }), 'Aurora Mobile'),
    ],
    [
      LET_IN,
      'whoever has a certificate with a name only, under any identifier',
      () => called(open, operatorOf(caOf(open.directory)), '1.3.6.1.4.1.55555'),
    ],
    [
      LET_IN,
      'whoever has a certificate of the second authority of the file',
      () => called(open, operatorOf(caOf(stranger)), '1.2.3'),
    ],
    [
      '1.1/1.1',
      'nobody whose certificate another authority signed',
      () => called(listed, operatorOf(caOf(stranger)), 'x'),
    ],
    [
      '1.1/1.1',
      'nobody whose certificate has expired',
      () => called(open, operatorOf(caOf(open.directory), { notAfterMs: Date.now() - 1000 }), 'x'),
    ],
    [
      '1.1/1.1',
      'nobody whose certificate is not valid yet',
      () => called(open, operatorOf(caOf(open.directory), { notBeforeMs: Date.now() + DAY_MS }), 'x'),
    ],
    [
      '1.1/1.1',
      'nobody whose certificate has neither identifier nor name',
      () =>
        called(
          open,
          operatorOf(caOf(open.directory), { subject: [{ oid: NAME.organization, value: 'x' }] }),
          'x',
        ),
    ],
    [
      '1.1/1.1',
      'no SM-DP+ and no card',
      () => called(open, identityOf(open.pki, 'dp-tls', 'nist'), '2.999.10'),
    ],
    [
      LET_IN,
      'whom the list names, by the name in the certificate',
      () => called(listed, operatorOf(caOf(listed.directory)), '1.2.3'),
    ],
    [
      '1.1/1.1',
      'nobody whom the list does not name',
      () => called(listed, operatorOf(caOf(listed.directory), { registeredId: '2.999.99' }), '2.999.99'),
    ],
  ]
  for (const [code, who, run] of cases)
    it(`${who}: ${code}`, async () => {
      expect(await run()).toBe(code)
    })
})

describe('a stranger', () => {
  it('cannot crash the server with a Brainpool certificate', async () => {
    const tls = tlsPemOf(identityOf(open.pki, 'dp-tls', 'brainpool'))
    const options = { port: open.smdp.ports[0]!, host: '127.0.0.1', ...tls, rejectUnauthorized: false }
    await new Promise<void>((resolve) => {
      const socket = connect({ ...options, checkServerIdentity: () => undefined }, () => {
        const line = 'GET /operator/v1/profiles/8988300000000000001 HTTP/1.1'
        socket.write(`${line}\r\nhost: x\r\nconnection: close\r\n\r\n`)
      })
      socket.on('data', () => {})
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
    })
    expect(await statusOf(open.card().initiate())).toBe('ok')
  })
})

describe('the list of operators', () => {
  const bad: [string, string][] = [
    ['no list', '{}'],
    ['an entry without an id', '[{"name":"x"}]'],
    ['an address that is no URL', '[{"id":"1","name":"x","notifyUrl":"here"}]'],
    ['types that are no list', '[{"id":"1","name":"x","profileTypes":"all"}]'],
    ['no JSON', 'x'],
  ]
  for (const [what, text] of bad)
    it(`is refused with ${what}`, () => {
      expect(() => parseOperators(text)).toThrow()
    })

  it('names identifier, name, place for notices and types', () => {
    const operator = {
      id: '2.999.20',
      name: 'aurora',
      notifyUrl: 'https://localhost:9443',
      profileTypes: ['a'],
    }
    expect(parseOperators(JSON.stringify([operator]))).toEqual([operator])
  })
})
