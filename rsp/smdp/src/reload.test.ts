import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { createLog, type Log } from '@gesim/base'
import { certificatePem, issueOperator, loadPki, makeTestPki, tlsPemOf } from '@gesim/crypto'
import { callFunction, ES2PLUS, ES9PLUS, type Peer, parseIccid } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState, type Smdp, startSmdp } from './index.ts'
import { freshCard, releasedProfile } from './testing/service.ts'
import { freshIccid, packageOf, statusOf } from './testing/world.ts'

// Certificates that change while the server runs.

const directory = mkdtempSync(join(tmpdir(), 'gesim-reload-'))
const other = mkdtempSync(join(tmpdir(), 'gesim-reload-'))
const operatorCa = join(directory, 'Operators', 'CERT_CA_OPERATORS.pem')
const tls = (kind: string) => join(directory, 'DPtls', `${kind}_S_SM_DP_TLS_NIST`)
const refused: unknown[] = []
const log: Log = { ...createLog('smdp', 'silent'), error: (_, facts) => refused.push(facts?.error) } as Log
let smdp: Smdp
let slow: Smdp
const state = memoryState()

beforeAll(async () => {
  makeTestPki(directory)
  makeTestPki(other)
  const common = {
    pki: directory,
    smdpAddress: 'localhost',
    operatorAuthorities: { path: operatorCa },
    listeners: [{ host: '127.0.0.1', port: 0, tls: 'nist' as const }],
    log,
  }
  smdp = await startSmdp({ ...common, state: memoryState(), filesEveryMs: 20 })
  slow = await startSmdp({ ...common, state, filesEveryMs: 3_600_000 })
})
afterAll(async () => {
  await smdp.stop()
  await slow.stop()
  for (const each of [directory, other]) rmSync(each, { recursive: true })
})

/** The serial number of the certificate that a server shows to a new connection. */
function shown(server: Smdp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      { port: server.ports[0]!, host: '127.0.0.1', rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerX509Certificate()!.serialNumber)
        socket.destroy()
      },
    ).on('error', reject)
  })
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const peer = (server: Smdp, more: Partial<Peer> = {}): Peer => ({
  url: `https://localhost:${server.ports[0]}`,
  verifyTls: false,
  ...more,
})
const knock = (at: Peer) =>
  statusOf(
    callFunction(at, ES9PLUS.cancelSession, {
      transactionId: new Uint8Array(16),
      cancelSessionResponse: Uint8Array.of(0xbf, 0x41, 0x03, 0x81, 0x01, 0x05),
    }),
  )

describe('the TLS certificate of a server that runs', () => {
  it('is another one once its files changed, and open connections go on', async () => {
    const before = await shown(smdp)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answer = await knock(peer(smdp, { agent }))
    const [socket] = Object.values(agent.freeSockets)[0]!
    makeTestPki(directory)
    await until(async () => (await shown(smdp)) !== before)
    expect(await knock(peer(smdp, { agent }))).toBe(answer)
    expect(Object.values(agent.freeSockets)[0]![0]).toBe(socket)
    agent.destroy()
  })

  it('is another one when it is told to look, as by SIGHUP', async () => {
    const before = await shown(slow)
    expect(await shown(smdp)).not.toBe(before)
    await slow.reload()
    expect(await shown(slow)).toBe(await shown(smdp))
  })

  it.each([
    ['a file that is cut', () => writeFileSync(`${tls('CERT')}.pem`, '-----BEGIN CERTIFICATE-----\nMIIB')],
    [
      'a key of another certificate',
      () => copyFileSync(join(other, 'DPtls', 'SK_S_SM_DP_TLS_NIST.pem'), `${tls('SK')}.pem`),
    ],
    ['authorities of operators that are none', () => writeFileSync(operatorCa, 'nothing')],
  ])('stays when %s comes, which is said once', async (_, spoil) => {
    const before = await shown(smdp)
    const paths = [`${tls('CERT')}.pem`, `${tls('SK')}.pem`, operatorCa]
    const kept = paths.map((path) => readFileSync(path))
    refused.length = 0
    spoil()
    await until(() => refused.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(refused).toEqual([expect.objectContaining({ code: expect.stringMatching(/^crypto\.pki-/) })])
    await expect(slow.reload()).rejects.toThrow('crypto.pki-')
    expect([await shown(smdp), await shown(slow)]).toEqual([before, before])
    for (const [i, path] of paths.entries()) writeFileSync(path, kept[i]!)
    await slow.reload()
  })
})

describe('the certificates with which a server that runs signs', () => {
  const spoil = (folder: string) => {
    for (const file of readdirSync(join(directory, folder))) rmSync(join(directory, folder, file))
  }

  async function ordered(): Promise<string> {
    const iccid = freshIccid()
    await state.change(iccid, () => ({
      result: undefined,
      profile: releasedProfile(packageOf(iccid), iccid),
    }))
    return iccid
  }

  it('are others for new sessions, and the same for those that are open', async () => {
    const card = freshCard(loadPki(directory), peer(slow), 'localhost')
    const [early, late] = [await ordered(), await ordered()]
    const before = await card.authenticate(early)
    const open = await card.initiate()
    spoil('DPauth')
    spoil('DPpb')
    makeTestPki(directory)
    await slow.reload()
    const after = await card.authenticate(late)
    expect(after.smdpCertificate).not.toEqual(before.smdpCertificate)
    expect((await card.initiate()).serverCertificate).not.toEqual(open.serverCertificate)
    // The card opens each package under the certificate that its session was shown.
    expect((await card.fetch(before)).iccid).toBe(early)
    expect((await card.fetch(after)).iccid).toBe(late)
  })

  it('stay when one of the pair is missing, which is said', async () => {
    const card = freshCard(loadPki(directory), peer(slow), 'localhost')
    const before = await card.initiate()
    spoil('DPpb')
    await expect(slow.reload()).rejects.toThrow('crypto.pki-incomplete')
    expect((await card.initiate()).serverCertificate).toEqual(before.serverCertificate)
    makeTestPki(directory)
    await slow.reload()
  })
})

describe('the trust of a server that runs', () => {
  it('follows the authorities of operators', async () => {
    const stranger = issueOperator(other, { name: 'stranger', registeredId: '2.999.77' })
    const header = { functionRequesterIdentifier: '2.999.77', functionCallIdentifier: '1' }
    const iccid = parseIccid('8988399999999999999')
    const call = () =>
      statusOf(callFunction(peer(slow, tlsPemOf(stranger)), ES2PLUS.releaseProfile, { iccid }, header))
    expect(await call()).toBe('1.1/1.1')
    const authorities = join(other, 'Operators', 'CERT_CA_OPERATORS.pem')
    writeFileSync(operatorCa, readFileSync(operatorCa, 'utf8') + readFileSync(authorities, 'utf8'))
    await slow.reload()
    expect(await call()).toBe('8.2.1/3.9')
  })

  it('follows the issuers of cards', async () => {
    const [issuer] = loadPki(other).issuers.filter(({ role }) => role === 'ci')
    const keyId = issuer!.subjectKeyId!
    const known = () => slow.trustedCiKeyIds().some((each) => Buffer.from(each).equals(keyId))
    expect(known()).toBe(false)
    writeFileSync(join(directory, 'CertificateIssuer', 'CERT_CI_OTHER.pem'), certificatePem(issuer!))
    await slow.reload()
    expect(known()).toBe(true)
  })
})
