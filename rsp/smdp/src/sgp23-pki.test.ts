import { createPublicKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { toHex } from '@gesim/base'
import {
  type CertificateAuthority,
  CURVES,
  identityOf,
  KEY_USAGE,
  loadPki,
  makeTestPki,
  NAME,
  privateKeyPem,
  readCertificate,
  serverOidOf,
  serverTlsOf,
  TEST_EID,
  toPem,
  writeCertificate,
  writeRevocationList,
} from '@gesim/crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState, startSmdp } from './index.ts'
import { cardWith, forgeEuicc, forgeEum, issuerOf } from './testing/forge.ts'
import { packageOf, startWorld, statusOf, type World } from './testing/world.ts'

// Certificates of the server's side: both curves at once, foreign directories, revocation lists.

const DAY_MS = 86_400_000

describe('listeners', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(memoryState(), {
      listeners: [
        { host: '127.0.0.1', port: 0, tls: 'nist' },
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port: 0, tls: 'brainpool' },
      ],
    })
  })
  afterAll(() => world.stop())

  for (const [at, what] of ['NIST TLS', 'plain HTTP', 'Brainpool TLS'].entries())
    for (const curve of CURVES)
      it(`of ${what} serves a card on ${curve}`, async () => {
        const { iccid, matchingId } = await world.order({}, 5000)
        const scheme = at === 1 ? 'http' : 'https'
        const peer = { ...world.phone, url: `${scheme}://localhost:${world.smdp.ports[at]}` }
        const opened = await world.card(TEST_EID, curve).over(peer).download(matchingId)
        expect(toHex(opened.profile)).toBe(toHex(packageOf(iccid, 5000)))
      })

  for (const [at, curve, protocol] of [
    [0, 'nist', 'TLSv1.3'],
    [2, 'brainpool', 'TLSv1.2'],
  ] as const)
    it(`on ${curve} show CERT.DPtls of this curve, speak ${protocol} and ask for a certificate without needing one`, async () => {
      const shown = await new Promise<{ der: Uint8Array; protocol: string | null }>((resolve, reject) => {
        const socket = connect(
          {
            port: world.smdp.ports[at]!,
            host: '127.0.0.1',
            rejectUnauthorized: false,
            ecdhCurve: 'X25519:prime256v1:brainpoolP256r1',
            checkServerIdentity: () => undefined,
          },
          () => {
            const der = Uint8Array.from(socket.getPeerX509Certificate()!.raw)
            const seen = { der, protocol: socket.getProtocol() }
            socket.destroy()
            resolve(seen)
          },
        )
        Object.defineProperty(socket, 'getPeerCertificate', { value: () => ({}) })
        socket.on('error', reject)
      })
      expect(readCertificate(shown.der)).toMatchObject({ role: 'dp-tls', curve, registeredId: '2.999.10' })
      expect(shown.protocol).toBe(protocol)
    })
})

describe('a revocation list', () => {
  let world: World
  let directory: string
  beforeAll(async () => {
    world = await startWorld(memoryState(), (facts) => {
      directory = facts.directory
      return { pki: facts.directory, filesEveryMs: 50 }
    })
  })
  afterAll(() => world.stop())

  const authorityOf = (): CertificateAuthority => {
    const { certificate, privateKey } = issuerOf(world.pki)
    return { subject: certificate.subject, privateKey }
  }
  let number = 100
  const listOf = (serials: readonly string[], authority: CertificateAuthority, ageMs = 0) =>
    writeRevocationList(
      {
        number: ++number,
        thisUpdateMs: Date.now() - DAY_MS - ageMs,
        nextUpdateMs: Date.now() + DAY_MS - ageMs,
        revoked: serials.map((serialNumber) => ({ serialNumber, atMs: Date.now() - DAY_MS })),
      },
      authority,
    )
  const put = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(directory, 'CRL', `${name}.new`), bytes)
    renameSync(join(directory, 'CRL', `${name}.new`), join(directory, 'CRL', name))
  }
  const idOf = () => [issuerOf(world.pki).certificate.subjectKeyId!]
  const asks = async (euicc: ReturnType<typeof forgeEuicc>, eum: ReturnType<typeof forgeEum>) => {
    const { matchingId } = await world.order()
    const oddities = { signingKeyIds: idOf(), verificationKeyIds: idOf() }
    return statusOf(cardWith(world, euicc, eum).authenticate(matchingId, oddities))
  }
  /** Waits until the server has seen the files; it looks by itself. */
  const until = async (code: string, ask: () => Promise<string>) => {
    const endMs = Date.now() + 15_000
    let last = ''
    while (Date.now() < endMs) {
      last = await ask()
      if (last === code) return code
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return last
  }

  it('that comes while the server runs refuses the manufacturer by 8.1.2/6.1, and lets go when it is replaced', async () => {
    const eum = forgeEum(world.pki)
    const euicc = forgeEuicc(eum)
    expect(await asks(euicc, eum)).toBe('ok')
    put('CRL_EUM.crl', listOf([eum.certificate.serialNumber], authorityOf()))
    expect(await until('8.1.2/6.1', () => asks(euicc, eum))).toBe('8.1.2/6.1')
    const other = forgeEum(world.pki)
    expect(await asks(forgeEuicc(other), other)).toBe('ok')
    put('CRL_EUM.crl', listOf([], authorityOf()))
    expect(await until('ok', () => asks(euicc, eum))).toBe('ok')
  })

  it('in PEM, and past its next update, still refuses what it revokes', async () => {
    const eum = forgeEum(world.pki)
    put('CRL_OLD.pem', toPem('X509 CRL', listOf([eum.certificate.serialNumber], authorityOf(), 30 * DAY_MS)))
    expect(await until('8.1.2/6.1', () => asks(forgeEuicc(eum), eum))).toBe('8.1.2/6.1')
  })

  it('of the manufacturer itself refuses its card by 8.1.3/6.1', async () => {
    const eum = forgeEum(world.pki)
    const [bad, good] = [forgeEuicc(eum), forgeEuicc(eum)]
    const authority = { subject: eum.certificate.subject, privateKey: eum.privateKey }
    put('CRL_OF_EUM.crl', listOf([bad.certificate.serialNumber], authority))
    expect(await until('8.1.3/6.1', () => asks(bad, eum))).toBe('8.1.3/6.1')
    expect(await asks(good, eum)).toBe('ok')
  })

  it('that a stranger signed, or that is being written, changes nothing', async () => {
    const eum = forgeEum(world.pki)
    const stranger = forgeEum(world.pki)
    const forgery = { subject: authorityOf().subject, privateKey: stranger.privateKey }
    put('CRL_STRANGER.crl', listOf([eum.certificate.serialNumber], forgery))
    put('CRL_HALF.crl', listOf([eum.certificate.serialNumber], authorityOf()).slice(0, 60))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await asks(forgeEuicc(eum), eum)).toBe('ok')
  })
})

describe('a foreign directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-foreign-'))
  afterAll(() => rmSync(directory, { recursive: true }))

  /** Certificates of a second server under the same issuers, as SGP.26 has them, with names that sort first. */
  function addSecondServer(): void {
    const pki = loadPki(directory)
    const authority = issuerOf(pki)
    for (const [role, stem] of [
      ['dp-auth', 'S_SM_DP2auth_ECDSA_NIST'],
      ['dp-pb', 'S_SM_DP2pb_ECDSA_NIST'],
      ['dp-tls', 'S_SM_DP2_TLS_NIST'],
    ] as const) {
      const { certificate } = identityOf(pki, role, 'nist')
      const key = forgeEum(pki).privateKey
      const der = writeCertificate(
        {
          role,
          subject: [{ oid: NAME.commonName, value: `second ${role}` }],
          serialNumber: toHex(certificate.subjectKeyId!.slice(0, 8)),
          publicKey: createPublicKey(privateKeyPem(key)),
          notBeforeMs: Date.now() - DAY_MS,
          notAfterMs: Date.now() + DAY_MS,
          registeredId: '2.999.12',
          keyUsage: [KEY_USAGE.digitalSignature],
          ...(role === 'dp-tls' ? { dnsNames: ['second.example.test'], forTls: true } : {}),
        },
        { subject: authority.certificate.subject, privateKey: authority.privateKey },
      )
      const folder = join(directory, 'SM-DP+', 'Valid Test Cases')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `CERT_${stem}.der`), der)
      // As OpenSSL's `ecparam -genkey` writes keys: the parameters first.
      const parameters = toPem('EC PARAMETERS', Uint8Array.from(Buffer.from('06082a8648ce3d030107', 'hex')))
      writeFileSync(
        join(folder, `SK_${stem}.pem`),
        `${parameters}${key.export({ format: 'pem', type: 'sec1' }) as string}`,
      )
    }
    writeFileSync(join(directory, 'readme.txt'), 'not a certificate')
    writeFileSync(join(directory, 'broken.der'), Uint8Array.of(0x30, 0x03, 1))
    writeFileSync(
      join(directory, 'broken.pem'),
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    )
  }

  it('with several servers, spaces, other key forms and rubbish gives each server its own certificates', () => {
    makeTestPki(directory, { curves: CURVES })
    addSecondServer()
    const pki = loadPki(directory)
    const chosen = (hosts: string[], oid?: string) =>
      serverOidOf(pki, { tls: 'dp-tls', needed: ['dp-auth', 'dp-pb'] }, { hosts, atMs: Date.now(), oid })
    expect(chosen(['unknown.example'])).toBe('2.999.10')
    expect(chosen(['Second.Example.test'])).toBe('2.999.12')
    expect(chosen(['unknown.example'], '2.999.12')).toBe('2.999.12')
    expect(() => chosen([], '2.999.99')).toThrow('crypto.pki-incomplete')
    const tls = serverTlsOf(pki, 'dp-tls', 'nist', {
      hosts: ['second.example.test'],
      oid: '2.999.12',
      atMs: Date.now(),
    })
    expect(tls.certificate.registeredId).toBe('2.999.12')
  })

  it('serves both: each under its own identifier, in all of its signatures', async () => {
    for (const [smdpAddress, oid] of [
      ['localhost', '2.999.10'],
      ['second.example.test', '2.999.12'],
    ] as const) {
      const world = await startWorld(memoryState(), {
        pki: directory,
        smdpAddress,
        listeners: [
          { host: '127.0.0.1', port: 0, tls: 'nist' },
          { host: '127.0.0.1', port: 0 },
        ],
      })
      try {
        const pki = loadPki(directory)
        const card = cardWith(world, identityOf(pki, 'euicc', 'nist'), identityOf(pki, 'eum', 'nist'))
        const phone = card.over({ url: `http://127.0.0.1:${world.smdp.ports[1]}` })
        const opened = await phone.initiate({ smdpAddress })
        expect(readCertificate(opened.serverCertificate).registeredId).toBe(oid)
      } finally {
        await world.stop()
      }
    }
  })

  it('without operators opens all the same, and nobody is one', async () => {
    rmSync(join(directory, 'Operators'), { recursive: true })
    const { optionsOf, smdpSettings } = await import('./settings.ts')
    const { readSettings } = await import('@gesim/base')
    const options = optionsOf(readSettings(smdpSettings, { SMDP_PKI_DIR: directory }))
    const smdp = await startSmdp({ ...options, listeners: [], state: memoryState(), oid: '2.999.10' })
    expect(smdp.hasOperators).toBe(false)
    await smdp.stop()
  })
})
