import { createPublicKey, X509Certificate } from 'node:crypto'
import { toHex } from '@gesim/base'
import {
  type CertificateRequest,
  certificatePem,
  generateKey,
  type Identity,
  KEY_USAGE,
  loadPki,
  NAME,
  privateKeyPem,
  readCertificate,
  systemRandom,
  writeCertificate,
} from '@gesim/crypto'
import { callFunction, ES2PLUS } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { OperatorTrust } from './operator-chain.ts'
import { freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

// Operators whose certificates come from an authority below the one that is trusted.

const DAY_MS = 86_400_000
let world: World
let root: Identity
beforeAll(async () => {
  world = await startWorld(memoryState(), { operators: undefined })
  const isRoot = ({ certificate }: Identity) => certificate.isAuthority && certificate.role === undefined
  root = loadPki(world.directory).identities.find(isRoot)!
})
afterAll(() => world.stop())

function issuedBy(authority: Identity, name: string, changes: Partial<CertificateRequest>): Identity {
  const privateKey = generateKey('nist')
  const request: CertificateRequest = {
    subject: [{ oid: NAME.commonName, value: name }],
    serialNumber: `41${toHex(systemRandom(8))}`,
    publicKey: createPublicKey(privateKeyPem(privateKey)),
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.now() + DAY_MS,
    keyUsage: [KEY_USAGE.keyCertSign],
    pathLength: null,
    ...changes,
  }
  const signer = { subject: authority.certificate.subject, privateKey: authority.privateKey }
  return { certificate: readCertificate(writeCertificate(request, signer)), privateKey }
}

const authority = (above: Identity, changes: Partial<CertificateRequest> = {}) =>
  issuedBy(above, 'between', changes)
const operator = (above: Identity) =>
  issuedBy(above, 'operator', { keyUsage: [KEY_USAGE.digitalSignature], pathLength: undefined, forTls: true })

/** What releaseProfile of an unknown profile is answered: 8.2.1/3.9 says that the caller was let in. */
function called(identity: Identity, ...sent: Identity[]): Promise<string> {
  const cert = [identity, ...sent].map(({ certificate }) => certificatePem(certificate)).join('')
  const peer = { ...world.phone, agent: undefined, cert, key: privateKeyPem(identity.privateKey) }
  const header = { functionRequesterIdentifier: 'operator', functionCallIdentifier: '1' }
  return statusOf(callFunction(peer, ES2PLUS.releaseProfile, { iccid: freshIccid() }, header))
}
const [LET_IN, REFUSED] = ['8.2.1/3.9', '1.1/1.1']

describe('an operator below an intermediate authority', () => {
  it('is let in with the certificates between, also when its TLS connection is resumed without them', async () => {
    const between = authority(root, { pathLength: 0 })
    const own = operator(between)
    for (let call = 0; call < 3; call++) expect(await called(own, between)).toBe(LET_IN)
  })

  it('is let in below two authorities', async () => {
    const upper = authority(root)
    const lower = issuedBy(upper, 'lower', { pathLength: 0 })
    expect(await called(operator(lower), lower, upper)).toBe(LET_IN)
  })

  const cases: [string, () => Promise<string>][] = [
    ['that it does not show', () => called(operator(authority(root)))],
    [
      'that may have none below itself',
      () => {
        const upper = authority(root, { pathLength: 0 })
        const lower = issuedBy(upper, 'lower', {})
        return called(operator(lower), lower, upper)
      },
    ],
    [
      'that has expired',
      () => {
        const between = authority(root, { notAfterMs: Date.now() - 1000 })
        return called(operator(between), between)
      },
    ],
    [
      'that is none',
      () => {
        const between = issuedBy(root, 'between', { pathLength: undefined })
        return called(operator(between), between)
      },
    ],
    [
      'that may not sign certificates',
      () => {
        const between = authority(root, { keyUsage: [KEY_USAGE.digitalSignature] })
        return called(operator(between), between)
      },
    ],
    [
      'that nobody trusts',
      () => {
        const between = authority({ ...root, privateKey: generateKey('nist') })
        return called(operator(between), between)
      },
    ],
  ]
  for (const [which, run] of cases)
    it(`${which} is refused`, async () => {
      expect(await run()).toBe(REFUSED)
    })
})

describe('the trusted authorities', () => {
  it('can be changed, and what led to an earlier one leads nowhere', () => {
    const between = authority(root)
    const own = new X509Certificate(operator(between).certificate.der)
    const shown = [between.certificate.der]
    const trust = new OperatorTrust([certificatePem(root.certificate)])
    expect(trust.holds(own, shown, Date.now())).toBe(true)
    expect(trust.holds(own, [], Date.now())).toBe(true)
    trust.trust([])
    expect(trust.holds(own, shown, Date.now())).toBe(false)
    // An intermediate authority may itself be the one that is trusted.
    trust.trust([certificatePem(between.certificate)])
    expect(trust.holds(own, [], Date.now())).toBe(true)
  })
})
