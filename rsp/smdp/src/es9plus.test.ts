import { randomBytes } from 'node:crypto'
import { toHex } from '@gesim/base'
import { OneTimeKey } from '@gesim/crypto'
import { callFunction, ES9PLUS, eidWithCheckDigits, readSmdpSigned2, readStoreMetadata } from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { freshIccid, packageOf, startWorld, statusOf, type World } from './testing/world.ts'

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state, { limits: { maxDownloadTries: 3, maxConfirmationTries: 3 } })
})
afterAll(() => world.stop())

const HOUR_MS = 3_600_000
const stateOf = async (iccid: Parameters<typeof packageOf>[0]) => (await state.find({ iccid }))?.state

describe('a download', () => {
  it('gives the card the very package that the operator uploaded, and keeps the signed result', async () => {
    const { iccid, matchingId } = await world.order({}, 12_000)
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    expect(readStoreMetadata(readTlv(authenticated.profileMetadata))).toMatchObject({
      iccid,
      serviceProviderName: 'Aurora',
      profileName: 'Aurora data',
      profileClass: 'operational',
    })
    const opened = await card.fetch(authenticated)
    expect(toHex(opened.profile)).toBe(toHex(packageOf(iccid, 12_000)))
    expect(await stateOf(iccid)).toBe('Downloaded')
    const result = card.installationResult(authenticated.transactionId, { iccid })
    await card.notify(result)
    expect(await stateOf(iccid)).toBe('Installed')
    const kept = await state.find({ iccid })
    expect(kept?.package).toBeUndefined()
    expect(toHex(kept!.evidence!.profileInstallationResult)).toBe(toHex(result))
  })

  it('tells the operator of the download and of the installation, in order', async () => {
    const { iccid, matchingId } = await world.order()
    await world.card().download(matchingId)
    await world.smdp.deliver()
    const told = world.told.filter((message) => message.iccid === iccid)
    expect(told.map(({ notificationPointId }) => notificationPointId)).toEqual([3, 4])
    expect(told[1]).toMatchObject({
      notificationPointStatus: { status: 'Executed-Success' },
      profileType: 'data',
    })
    expect(told[1]!.resultData).toBeDefined()
  })

  it('is found by the card alone when the order has no matching identifier', async () => {
    const eid = eidWithCheckDigits('890490320000000000000000000001')
    const card = world.card(eid)
    expect(await statusOf(card.authenticate(undefined))).toBe('8.2.6/3.8')
    const { iccid } = await world.order({ eid, matchingId: '' })
    expect((await card.download(undefined)).iccid).toBe(iccid)
    expect(await statusOf(card.authenticate(''))).toBe('8.2.6/3.8')
  })

  it('works over plain HTTP and for any case of the transaction identifier and the address', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const plain = card.over({ url: `http://127.0.0.1:${world.smdp.ports[1]}` })
    const opened = await plain.initiate({ smdpAddress: 'LOCALHOST:443' })
    const { response } = plain.authenticateServerResponse(opened, matchingId)
    const answer = await fetch(
      `http://127.0.0.1:${world.smdp.ports[1]}/gsma/rsp2/es9plus/authenticateClient`,
      {
        method: 'POST',
        body: JSON.stringify({
          header: { functionRequesterIdentifier: 'phone', functionCallIdentifier: '1' },
          transactionId: toHex(opened.transactionId).toLowerCase(),
          authenticateServerResponse: Buffer.from(response).toString('base64'),
        }),
      },
    )
    const json = (await answer.json()) as Record<string, unknown>
    expect(json.transactionId).toBe(toHex(opened.transactionId).toUpperCase())
    expect(Object.keys(json)).toEqual([
      'header',
      'transactionId',
      'profileMetadata',
      'smdpSigned2',
      'smdpSignature2',
      'smdpCertificate',
    ])
    expect(json.header).toEqual({ functionExecutionStatus: { status: 'Executed-Success' } })
  })
})

describe('a retry', () => {
  it('offers the card its earlier one-time key and binds the same profile again', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const otpk = OneTimeKey.generate('nist')
    await card.fetch(await card.authenticate(matchingId), { otpk })
    const again = await card.authenticate(matchingId)
    expect(readSmdpSigned2(again.smdpSigned2).bppEuiccOtpk).toEqual(otpk.publicPoint)
    expect(toHex((await card.fetch(again, { otpk })).profile)).toBe(toHex(packageOf(iccid)))
  })

  it('keeps the result of an earlier attempt that comes late', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const first = await card.authenticate(matchingId)
    await card.fetch(first)
    const second = await card.authenticate(matchingId)
    await card.fetch(second)
    await card.notify(card.installationResult(second.transactionId, { iccid, success: false }))
    expect(await stateOf(iccid)).toBe('Error')
    await card.notify(card.installationResult(first.transactionId, { iccid }))
    expect(await stateOf(iccid)).toBe('Installed')
    await card.notify(card.installationResult(second.transactionId, { iccid, success: false }))
    expect(await stateOf(iccid)).toBe('Installed')
  })

  it('is refused by 8.8.5/6.4 when there were too many', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    for (let i = 0; i < 3; i++) await card.fetch(await card.authenticate(matchingId))
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.8.5/6.4')
  })

  it('is refused by 8.2/3.7 where rebinding is not allowed and the card lost its key', async () => {
    const strict = await startWorld(memoryState(), { rebinding: false })
    try {
      const { matchingId } = await strict.order()
      const card = strict.card()
      const otpk = OneTimeKey.generate('nist')
      await card.fetch(await card.authenticate(matchingId), { otpk })
      await card.fetch(await card.authenticate(matchingId), { otpk })
      expect(await statusOf(card.authenticate(matchingId).then((again) => card.fetch(again)))).toBe('8.2/3.7')
    } finally {
      await strict.stop()
    }
  })
})

describe('initiateAuthentication refuses', () => {
  const unknownKey = Uint8Array.from(randomBytes(20))
  const cases = {
    '8.8.1/3.8 another address': { smdpAddress: 'smdp.elsewhere.example' },
    '8.8.3/3.1 another version': { svn: '1.9.0' },
    '8.8.2/3.1 a card of unknown issuers': { signingKeyIds: [unknownKey] },
    '8.8.4/3.7 a card that cannot check our certificates': { verificationKeyIds: [unknownKey] },
  }
  for (const [what, oddities] of Object.entries(cases))
    it(`by ${what}`, async () => {
      expect(await statusOf(world.card().initiate(oddities))).toBe(what.split(' ')[0])
    })

  it('nothing for want of the preferred issuer: the next one is taken', async () => {
    const own = world.pki.issuers.find(({ curve }) => curve === 'nist')!.subjectKeyId!
    const opened = await world.card().initiate({
      signingKeyIds: [unknownKey, own],
      verificationKeyIds: [unknownKey, own],
    })
    expect(opened.euiccCiPKIdToBeUsed).toEqual(own)
  })
})

describe('authenticateClient refuses', () => {
  it('by 8.2.6/3.8 an unknown and a used matching identifier', async () => {
    const { matchingId } = await world.order()
    expect(await statusOf(world.card().authenticate('NOBODYS'))).toBe('8.2.6/3.8')
    await world.card().download(matchingId)
    expect(await statusOf(world.card().authenticate(matchingId))).toBe('8.2.6/3.8')
  })

  it('by 8.1.1/3.8 another card, ordered for or downloaded by', async () => {
    const eid = eidWithCheckDigits('890490320000000000000000000002')
    const bound = await world.order({ eid })
    expect(await statusOf(world.card().authenticate(bound.matchingId))).toBe('8.1.1/3.8')
    const open = await world.order()
    await world.card(eid).fetch(await world.card(eid).authenticate(open.matchingId))
    expect(await statusOf(world.card().authenticate(open.matchingId))).toBe('8.1.1/3.8')
    await world.smdp.deliver()
    expect(world.told.find(({ iccid }) => iccid === bound.iccid)).toMatchObject({ notificationPointId: 1 })
  })

  it('by 8.2/1.2 an order that is not released', async () => {
    const { iccid, matchingId } = await world.order({ releaseFlag: false })
    expect(await statusOf(world.card().authenticate(matchingId))).toBe('8.2/1.2')
    await world.es2('releaseProfile', { iccid })
    expect(await statusOf(world.card().authenticate(matchingId))).toBe('ok')
  })

  it('by 8.2.5/4.3 a card without memory for the profile', async () => {
    const { matchingId } = await world.order({}, 12_000)
    expect(await statusOf(world.card().authenticate(matchingId, { freeBytes: 8000 }))).toBe('8.2.5/4.3')
  })

  it('by 8.8.5/4.10 an order that waited too long', async () => {
    const { matchingId } = await world.order()
    world.clockMs = 31 * 24 * HOUR_MS
    expect(await statusOf(world.card().authenticate(matchingId))).toMatch(/8\.8\.5\/4\.10|certificate/)
    world.clockMs = 0
  })

  it('by 8.1/6.1 another challenge than its own', async () => {
    const { matchingId } = await world.order()
    const serverChallenge = new Uint8Array(16)
    expect(await statusOf(world.card().authenticate(matchingId, { serverChallenge }))).toBe('8.1/6.1')
  })

  it('by 8.10.1/3.9 an unknown, a foreign, a finished and an outdated transaction', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const [one, two] = [await card.initiate(), await card.initiate()]
    const ask = (transactionId: Uint8Array, authenticateServerResponse: Uint8Array) =>
      statusOf(
        callFunction(world.phone, ES9PLUS.authenticateClient, { transactionId, authenticateServerResponse }),
      )
    const ofOne = card.authenticateServerResponse(one, matchingId).response
    expect(await ask(new Uint8Array(16), ofOne)).toBe('8.10.1/3.9')
    expect(await ask(two.transactionId, ofOne)).toBe('8.10.1/3.9')
    expect(await ask(one.transactionId, ofOne)).toBe('ok')
    expect(await ask(one.transactionId, ofOne)).toBe('8.10.1/3.9')
    const late = await card.initiate()
    world.clockMs = HOUR_MS
    expect(await ask(late.transactionId, card.authenticateServerResponse(late, matchingId).response)).toBe(
      '8.10.1/3.9',
    )
    world.clockMs = 0
  })

  it('by 8.10.1/3.9 a package before the authentication', async () => {
    const card = world.card()
    const opened = await card.initiate()
    const { transactionId } = opened
    const asked = callFunction(world.phone, ES9PLUS.getBoundProfilePackage, {
      transactionId,
      prepareDownloadResponse: Uint8Array.of(0xbf, 0x21, 0),
    })
    expect(await statusOf(asked)).toBe('8.10.1/3.9')
  })
})

describe('a confirmation code', () => {
  it('is asked for, refused by 2.2 and 3.8, and taken', async () => {
    const { matchingId } = await world.order({ confirmationCode: '4711' })
    const card = world.card()
    const withCode = async (confirmationCode?: string) => {
      const authenticated = await card.authenticate(matchingId)
      expect(readSmdpSigned2(authenticated.smdpSigned2).confirmationCodeRequired).toBe(true)
      return statusOf(card.fetch(authenticated, { confirmationCode }))
    }
    expect(await withCode()).toBe('8.2.7/2.2')
    expect(await withCode('0815')).toBe('8.2.7/3.8')
    expect(await withCode('4711')).toBe('ok')
  })

  it('ends the order by 8.2.7/6.4 when it was wrong too often', async () => {
    const { iccid, matchingId } = await world.order({ confirmationCode: '4711' })
    const card = world.card()
    const seen: string[] = []
    for (let i = 0; i < 3; i++)
      seen.push(await statusOf(card.fetch(await card.authenticate(matchingId), { confirmationCode: 'no' })))
    expect(seen).toEqual(['8.2.7/3.8', '8.2.7/3.8', '8.2.7/6.4'])
    expect(await stateOf(iccid)).toBe('Error')
    expect(await statusOf(card.authenticate(matchingId))).toBe('8.2.6/3.8')
    await world.smdp.deliver()
    const points = world.told.filter((told) => told.iccid === iccid).map((told) => told.notificationPointId)
    expect(points).toEqual([2, 2, 2])
  })
})

describe('cancelSession', () => {
  it('keeps a postponed order and ends a rejected one', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const postponed = await card.authenticate(matchingId)
    await card.cancel(postponed.transactionId, 1)
    expect(await stateOf(iccid)).toBe('Released')
    expect(await statusOf(card.cancel(postponed.transactionId, 1))).toBe('8.10.1/3.9')
    const rejected = await card.authenticate(matchingId)
    await card.cancel(rejected.transactionId, 0)
    expect(await stateOf(iccid)).toBe('Error')
  })

  it('refuses by 8.8/3.10 another server’s identifier and by 8.1/6.1 another card’s signature', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    expect(await statusOf(card.cancel(transactionId, 1, '2.999.11'))).toBe('8.8/3.10')
    const other = world.card(eidWithCheckDigits('890490320000000000000000000003'))
    expect(await statusOf(other.cancel(transactionId, 0))).toBe('8.1/6.1')
    expect(await statusOf(card.cancel(transactionId, 1))).toBe('ok')
  })
})

describe('a notification', () => {
  it('of a forged, foreign or unknown result changes nothing and is taken all the same', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    const { transactionId } = authenticated
    await card.fetch(authenticated)
    const other = world.card(eidWithCheckDigits('890490320000000000000000000004'))
    await other.notify(other.installationResult(transactionId, { iccid }))
    await card.notify(card.installationResult(transactionId, { iccid, smdpOid: '2.999.11' }))
    await card.notify(card.installationResult(transactionId, { iccid: freshIccid() }))
    await card.notify(card.installationResult(new Uint8Array(16), { iccid }))
    await card.notify(Uint8Array.of(1, 2, 3))
    expect(await stateOf(iccid)).toBe('Downloaded')
    const result = card.installationResult(transactionId, { iccid })
    for (let bit = 0; bit < result.length * 8; bit += 61) {
      const changed = Uint8Array.from(result)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      await card.notify(changed)
      expect(await stateOf(iccid)).toBe('Downloaded')
    }
    await card.notify(result)
    expect(await stateOf(iccid)).toBe('Installed')
  })
})
