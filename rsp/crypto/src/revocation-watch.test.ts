import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  certificateIssuers,
  checkEuicc,
  identityOf,
  loadPki,
  makeTestPki,
  readRevocationList,
  revokes,
  serverOidOf,
  toPem,
  watchRevocations,
  writeRevocationList,
} from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-watch-'))
makeTestPki(directory)
const pki = loadPki(directory)
afterAll(() => rmSync(directory, { recursive: true }))

const issuer = pki.identities.find(({ certificate }) => certificate.role === 'ci')!
const eum = identityOf(pki, 'eum', 'nist')
const euicc = identityOf(pki, 'euicc', 'nist')
const listOf = (serials: readonly string[], signer = issuer, subject = issuer.certificate.subject) =>
  writeRevocationList(
    {
      number: 2,
      thisUpdateMs: Date.now() - 60_000,
      nextUpdateMs: Date.now() + 60_000,
      revoked: serials.map((serialNumber) => ({ serialNumber, atMs: Date.now() })),
    },
    { subject, privateKey: signer.privateKey },
  )

describe('the revocation lists of a directory', () => {
  it('are those read first until the files were looked at, and follow them then', async () => {
    const folder = join(directory, 'lists')
    mkdirSync(folder)
    const watch = watchRevocations(folder, pki.revocations)
    try {
      expect(watch.current()).toEqual(pki.revocations)
      await watch.refresh()
      expect(watch.current()).toEqual([])
      writeFileSync(join(folder, 'a.crl'), listOf(['01']))
      writeFileSync(
        join(folder, 'b.pem'),
        toPem('X509 CRL', listOf(['02'])) + toPem('X509 CRL', listOf(['03'])),
      )
      writeFileSync(join(folder, 'c.txt'), 'no list')
      await watch.refresh()
      const revoked = () => watch.current().flatMap((list) => [...list.revoked])
      expect(revoked()).toEqual(['01', '02', '03'])
      writeFileSync(join(folder, 'a.crl'), listOf(['04', '05']).slice(0, 50))
      await watch.refresh()
      expect(revoked()).toEqual(['01', '02', '03'])
      writeFileSync(join(folder, 'a.crl'), listOf(['04', '05']))
      unlinkSync(join(folder, 'b.pem'))
      await watch.refresh()
      expect(revoked()).toEqual(['04', '05'])
      rmSync(folder, { recursive: true })
      await watch.refresh()
      expect(revoked()).toEqual(['04', '05'])
    } finally {
      watch.stop()
    }
  })

  it('revoke what their own issuer signed, and nothing by a stranger’s hand', () => {
    const { serialNumber } = eum.certificate
    const good = readRevocationList(listOf([serialNumber]))
    expect(revokes(good, eum.certificate, issuer.certificate)).toBe(true)
    expect(revokes(good, euicc.certificate, eum.certificate)).toBe(false)
    const forged = readRevocationList(listOf([serialNumber], eum))
    expect(revokes(forged, eum.certificate, issuer.certificate)).toBe(false)
  })

  it('of a manufacturer reach its cards', () => {
    const list = readRevocationList(listOf([euicc.certificate.serialNumber], eum, eum.certificate.subject))
    const shown = { euicc: euicc.certificate.der, eum: eum.certificate.der }
    const trust = { issuers: certificateIssuers(pki.issuers), atMs: Date.now() }
    expect(checkEuicc(shown, trust).issuer).toBe(issuer.certificate)
    expect(() => checkEuicc(shown, { ...trust, revocations: [list] })).toThrow('crypto.certificate-revoked')
  })
})

describe('a directory with authorities of several kinds', () => {
  it('has as issuers those that say so', () => {
    expect(pki.issuers.length).toBeGreaterThan(1)
    expect(certificateIssuers(pki.issuers)).toEqual([issuer.certificate])
    const nameless = pki.issuers.filter(({ role }) => role === undefined)
    expect(certificateIssuers(nameless)).toEqual(nameless)
  })

  it('names the servers that it has certificates for, and refuses others', () => {
    const name = { hosts: ['localhost'], atMs: Date.now() }
    expect(serverOidOf(pki, { tls: 'dp-tls', needed: ['dp-auth', 'dp-pb'] }, name)).toBe('2.999.10')
    expect(serverOidOf(pki, { tls: 'ds-tls', needed: ['ds-auth'] }, name)).toBe('2.999.15')
    const unknown = { ...name, oid: '2.999.15' }
    expect(() => serverOidOf(pki, { tls: 'dp-tls', needed: ['dp-auth'] }, unknown)).toThrow(
      'crypto.pki-incomplete',
    )
  })
})
