import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, toBase64, toHex } from '@gesim/base'
import {
  identityOf,
  loadPki,
  localSigner,
  makeTestPki,
  OneTimeKey,
  systemRandom,
  TEST_EID,
} from '@gesim/crypto'
import { ES9PLUS, parseEid, parseIccid } from '@gesim/sgp22'
import { memoryState, startSmdp } from '../index.ts'
import { TestCard } from './card.ts'
import { type Recording, releasedProfile } from './recording.ts'
import { packageOf } from './world.ts'

/** Makes `fixtures/session.json` anew: `node rsp/smdp/src/testing/record-session.ts`. Needed only when the messages change on purpose. */
async function record(): Promise<Recording> {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-record-'))
  makeTestPki(directory)
  const pki = loadPki(directory)
  rmSync(directory, { recursive: true })
  const atMs = Date.now()
  const draws: string[] = []
  const signatures: string[] = []
  const iccid = parseIccid('8988300000000000017')
  const matchingId = 'RECORDED-SESSION'
  const upp = toBase64(packageOf(iccid, 2500))
  const state = memoryState()
  const profile = releasedProfile({ iccid, matchingId, package: upp, atMs })
  await state.change(iccid, () => ({ result: undefined, profile }))
  const smdp = await startSmdp({
    pki,
    state,
    smdpAddress: 'localhost',
    listeners: [{ host: '127.0.0.1', port: 0 }],
    operatorAuthorities: [],
    log: createLog('record', 'silent'),
    chance: {
      nowMs: () => atMs,
      random: (length) => {
        const draw = systemRandom(length)
        draws.push(toHex(draw))
        return draw
      },
    },
    signerOf: (certificate) => {
      const signer = localSigner(
        pki.identities.find((identity) => identity.certificate === certificate)!.privateKey,
      )
      return {
        sign: async (data) => {
          const signature = await signer.sign(data)
          signatures.push(toHex(signature))
          return signature
        },
      }
    },
  })
  const url = `http://127.0.0.1:${smdp.ports[0]}`
  const steps: Recording['steps'][number][] = []
  const fetchAsIs = globalThis.fetch
  const ask = async (name: keyof typeof ES9PLUS, request: unknown) => {
    const answer = await fetchAsIs(url + ES9PLUS[name].path, {
      method: 'POST',
      body: JSON.stringify(request),
    })
    const response = await answer.text()
    steps.push({ name, request, status: answer.status, response })
    return response ? JSON.parse(response) : undefined
  }
  const [euicc, eum] = [identityOf(pki, 'euicc', 'nist'), identityOf(pki, 'eum', 'nist')]
  return { ...(await run()), ...facts() }

  async function run(): Promise<Pick<Recording, 'euiccOtsk'>> {
    const card = new TestCard({
      identity: euicc,
      eum,
      eid: TEST_EID,
      peer: { url },
      smdpAddress: 'localhost',
    })
    const otpk = OneTimeKey.generate('nist')
    await card.recordDownload(ask, matchingId, otpk)
    await smdp.stop()
    return { euiccOtsk: toHex(otpk.scalar) }
  }

  function facts(): Omit<Recording, 'euiccOtsk'> {
    const der = (role: 'dp-auth' | 'dp-pb') => toBase64(identityOf(pki, role, 'nist').certificate.der)
    return {
      atMs,
      iccid,
      eid: parseEid(TEST_EID),
      matchingId,
      certificates: {
        ci: toBase64(pki.issuers[0]!.der),
        eum: toBase64(eum.certificate.der),
        euicc: toBase64(euicc.certificate.der),
        dpAuth: der('dp-auth'),
        dpPb: der('dp-pb'),
      },
      package: upp,
      draws,
      signatures,
      steps,
    }
  }
}

const recording = await record()
writeFileSync(
  new URL('../../fixtures/session.json', import.meta.url),
  `${JSON.stringify(recording, null, 2)}\n`,
)
