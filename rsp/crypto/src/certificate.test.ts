import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFailure } from '@gesim/base'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type CertificateRequest,
  CURVES,
  eidOfCertificate,
  generateKey,
  identityOf,
  issueEuicc,
  issueOperator,
  KEY_USAGE,
  loadPki,
  makeTestPki,
  NAME,
  privateKeyPem,
  readCertificate,
  readRevocationList,
  TEST_EID,
  verifyChain,
  verifyEuicc,
  verifyRevocationList,
  writeCertificate,
  writeRevocationList,
} from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-pki-'))
afterAll(() => rmSync(directory, { recursive: true }))
makeTestPki(directory, { curves: CURVES })
const operator = issueOperator(directory, { name: 'aurora', registeredId: '2.999.20' })
const pki = loadPki(directory)
const trust = { issuers: pki.issuers, atMs: Date.now() }

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
  return 'accepted'
}

describe('a test PKI', () => {
  for (const curve of CURVES) {
    it(`holds every role on ${curve}, each leading to its issuer`, () => {
      for (const role of ['dp-tls', 'dp-auth', 'dp-pb', 'ds-tls', 'ds-auth'] as const) {
        const { certificate } = identityOf(pki, role, curve)
        expect(verifyChain(certificate, role, trust).curve).toBe(curve)
        expect(certificate.registeredId).toBe(role.startsWith('dp') ? '2.999.10' : '2.999.15')
      }
      expect(identityOf(pki, 'dp-tls', curve).certificate.dnsNames).toEqual(['localhost'])
    })

    it(`has a card whose manufacturer may issue its EID on ${curve}`, () => {
      const eum = identityOf(pki, 'eum', curve).certificate
      const euicc = pki.certificates.find((found) => found.role === 'euicc' && found.curve === curve)!
      expect(eidOfCertificate(euicc)).toBe(TEST_EID)
      expect(verifyEuicc(euicc, eum, trust).eid).toBe(TEST_EID)
      expect(eum.pathLength).toBe(0)
      expect(new Date(euicc.notAfterMs).getUTCFullYear()).toBe(7496)
    })
  }

  it('keeps what is there and renews the TLS certificates', () => {
    makeTestPki(directory, { curves: CURVES })
    const again = loadPki(directory)
    const serialOf = (role: 'dp-auth' | 'dp-tls', from: typeof pki) =>
      identityOf(from, role, 'nist').certificate.serialNumber
    expect(serialOf('dp-auth', again)).toBe(serialOf('dp-auth', pki))
    expect(serialOf('dp-tls', again)).not.toBe(serialOf('dp-tls', pki))
  })

  it('does not count the operators’ authority among the roles of SGP.22', () => {
    expect(operator.certificate.role).toBeUndefined()
    expect(operator.certificate.registeredId).toBe('2.999.20')
    expect(codeOf(() => verifyChain(operator.certificate, 'dp-auth', trust))).toBe('crypto.certificate-role')
  })
})

describe('a chain', () => {
  const eum = identityOf(pki, 'eum', 'nist')
  const ci = identityOf(pki, 'dp-auth', 'nist').certificate
  const dpAuth = identityOf(pki, 'dp-auth', 'nist').certificate
  const euicc = issueEuicc(directory, { eid: TEST_EID }).certificate

  it('is refused for another role', () => {
    expect(codeOf(() => verifyChain(dpAuth, 'dp-pb', trust))).toBe('crypto.certificate-role')
    expect(codeOf(() => verifyEuicc(dpAuth, eum.certificate, trust))).toBe('crypto.certificate-role')
    expect(codeOf(() => verifyEuicc(euicc, ci, trust))).toMatch(/^crypto\.certificate-(role|usage)$/)
  })

  it('is refused outside of its time', () => {
    expect(codeOf(() => verifyChain(dpAuth, 'dp-auth', { ...trust, atMs: 0 }))).toBe(
      'crypto.certificate-expired',
    )
    const late = Date.UTC(2300, 0)
    expect(codeOf(() => verifyChain(dpAuth, 'dp-auth', { ...trust, atMs: late }))).toBe(
      'crypto.certificate-expired',
    )
  })

  it('is refused without a trusted issuer', () => {
    expect(codeOf(() => verifyChain(dpAuth, 'dp-auth', { ...trust, issuers: [] }))).toBe(
      'crypto.issuer-unknown',
    )
  })

  it('is refused when any bit of the certificate changes', () => {
    for (let at = 0; at < dpAuth.der.length; at++) {
      const changed = Uint8Array.from(dpAuth.der)
      changed[at]! ^= 1 << (at % 8)
      expect(codeOf(() => verifyChain(readCertificate(changed), 'dp-auth', trust))).toMatch(/^crypto\./)
    }
  })

  it('is refused for every prefix of the certificate', () => {
    for (let length = 0; length < euicc.der.length; length++)
      expect(codeOf(() => readCertificate(euicc.der.subarray(0, length)))).toBe(
        'crypto.certificate-malformed',
      )
  })

  it('is refused outside of the manufacturer’s name constraints', () => {
    const authority = { subject: eum.certificate.subject, privateKey: eum.privateKey }
    const cardOf = (eid: string, organization: string) => {
      const request: CertificateRequest = {
        role: 'euicc',
        subject: [
          { oid: NAME.organization, value: organization },
          { oid: NAME.serialNumber, value: eid },
        ],
        serialNumber: '4711',
        publicKey: createPublicKey(privateKeyPem(generateKey('nist'))),
        notBeforeMs: Date.now() - 60_000,
        notAfterMs: Date.now() + 100_000,
        keyUsage: [KEY_USAGE.digitalSignature],
      }
      return readCertificate(writeCertificate(request, authority))
    }
    const check = (card: ReturnType<typeof cardOf>) => codeOf(() => verifyEuicc(card, eum.certificate, trust))
    expect(check(cardOf(TEST_EID, 'RSP Test EUM'))).toBe('accepted')
    expect(check(cardOf('89033023123451234512345678901235', 'RSP Test EUM'))).toBe('crypto.name-constraint')
    expect(check(cardOf(TEST_EID, 'Another manufacturer'))).toBe('crypto.name-constraint')
  })

  it('is refused once its issuer revoked the certificate', () => {
    const issuer = pki.identities.find(
      (found) => found.certificate.role === 'ci' && found.certificate.curve === 'nist',
    )!
    const request = {
      number: 2,
      thisUpdateMs: Date.now() - 60_000,
      nextUpdateMs: Date.now() + 100_000,
      revoked: [{ serialNumber: dpAuth.serialNumber, atMs: Date.now() }],
    }
    const authority = { subject: issuer.certificate.subject, privateKey: issuer.privateKey }
    const list = readRevocationList(writeRevocationList(request, authority))
    expect(list.number).toBe(2n)
    expect(verifyRevocationList(list, pki.issuers, trust.atMs)).toBe(
      pki.issuers.find((found) => found.curve === 'nist'),
    )
    const revocations = [list]
    expect(codeOf(() => verifyChain(dpAuth, 'dp-auth', { ...trust, revocations }))).toBe(
      'crypto.certificate-revoked',
    )
    const other = identityOf(pki, 'dp-pb', 'nist').certificate
    expect(codeOf(() => verifyChain(other, 'dp-pb', { ...trust, revocations }))).toBe('accepted')
    const broken = Uint8Array.from(list.der)
    broken[broken.length - 1]! ^= 1
    expect(codeOf(() => verifyRevocationList(readRevocationList(broken), pki.issuers, trust.atMs))).toBe(
      'crypto.certificate-signature',
    )
  })

  it('reads the revocation lists of the directory', () => {
    expect(pki.revocations).toHaveLength(2)
    for (const list of pki.revocations) verifyRevocationList(list, pki.issuers, trust.atMs)
  })
})
