import { fromBase64, toBase64 } from '@gesim/base'
import { ecdsaVerify, readCertificate, verifyEuicc } from '@gesim/crypto'
import { readProfileInstallationResult } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { BOREAL, freshIccid, packageOf, startWorld, type World } from './testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld(memoryState(), { limits: { maxPackageBytes: 20_000 } })
})
afterAll(() => world.stop())

const metadata = { serviceProviderName: 'Aurora', profileName: 'Aurora data' }
const put = (iccid: string, body: object, id?: string) =>
  world.operatorCall('PUT', `/operator/v1/profiles/${iccid}`, body, id)

describe('the operators’ interface', () => {
  it('takes a profile, shows it, takes it again unchanged, and forgets it while it is available', async () => {
    const iccid = freshIccid()
    const body = { profileType: 'data', package: toBase64(packageOf(iccid)), metadata }
    expect((await put(iccid, body)).status).toBe(201)
    expect((await put(iccid, body)).status).toBe(200)
    const path = `/operator/v1/profiles/${iccid}`
    expect(await world.operatorCall('GET', path)).toEqual({
      status: 200,
      json: { iccid, profileType: 'data', state: 'Available' },
    })
    expect((await world.operatorCall('DELETE', path)).status).toBe(204)
    expect((await world.operatorCall('GET', path)).status).toBe(404)
  })

  it('gives the evidence of an installation, which anyone can check to the issuer', async () => {
    const { iccid, matchingId } = await world.order()
    const path = `/operator/v1/profiles/${iccid}/evidence`
    expect(await world.operatorCall('GET', path)).toMatchObject({
      status: 404,
      json: { code: 'smdp.no-evidence' },
    })
    const card = world.card()
    await card.download(matchingId)
    const { status, json } = await world.operatorCall('GET', path)
    expect(status).toBe(200)
    expect(json).toMatchObject({ iccid, success: true, eid: card.eid })
    const euicc = readCertificate(fromBase64(json.euiccCertificate))
    const eum = readCertificate(fromBase64(json.eumCertificate))
    expect(verifyEuicc(euicc, eum, { issuers: world.pki.issuers, atMs: Date.now() }).eid).toBe(card.eid)
    const result = readProfileInstallationResult(fromBase64(json.profileInstallationResult))
    expect(ecdsaVerify(euicc.publicKey, result.data.raw, result.signature)).toBe(true)
    expect((await world.operatorCall('GET', path, undefined, BOREAL)).status).toBe(404)
  })

  it('refuses what is not a profile, not the named one, or not the operator’s', async () => {
    const iccid = freshIccid()
    const good = { profileType: 'data', package: toBase64(packageOf(iccid)), metadata }
    const refusals: [object, number, string][] = [
      [{ ...good, package: toBase64(packageOf(freshIccid())) }, 422, 'smdp.bad-profile'],
      [{ ...good, package: toBase64(Uint8Array.of(1, 2, 3)) }, 422, 'smdp.bad-profile'],
      [{ ...good, package: 'not base64!' }, 400, 'sgp22.bad-member'],
      [{ ...good, package: 7 }, 400, 'sgp22.bad-member'],
      [{ ...good, metadata: { ...metadata, profileName: '' } }, 400, 'sgp22.bad-member'],
      [{ ...good, metadata: { ...metadata, policyRules: ['ppr9'] } }, 400, 'sgp22.bad-member'],
      [{ ...good, package: toBase64(packageOf(iccid, 40_000)) }, 413, 'sgp22.body-too-large'],
    ]
    for (const [body, status, code] of refusals)
      expect(await put(iccid, body)).toMatchObject({ status, json: { code } })
    expect((await put(iccid, good)).status).toBe(201)
    expect(await put(iccid, good, BOREAL)).toMatchObject({ status: 409, json: { code: 'smdp.iccid-in-use' } })
    await world.es2('downloadOrder', { iccid })
    expect((await put(iccid, good)).status).toBe(409)
    expect((await world.operatorCall('DELETE', `/operator/v1/profiles/${iccid}`)).status).toBe(409)
  })

  it('refuses callers without an operator’s certificate and methods it does not know', async () => {
    const path = `/operator/v1/profiles/${freshIccid()}`
    const plain = await fetch(`http://127.0.0.1:${world.smdp.ports[1]}${path}`)
    expect(plain.status).toBe(403)
    expect(await plain.json()).toMatchObject({ code: 'smdp.no-operator' })
    expect((await world.operatorCall('PATCH', path, {})).status).toBe(405)
  })
})
