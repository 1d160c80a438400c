import { ecdsaVerify, OneTimeKey, readCertificate } from '@gesim/crypto'
import {
  ASN1_PATH,
  ASN1_TYPE,
  type Es9plusAnswer,
  type Es9plusFunction,
  type Es9plusRequest,
  post,
  readAsn1Response,
  writeAsn1Request,
  writeEuiccInfo1,
} from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

async function ask<Name extends Es9plusFunction>(
  name: Name,
  body: Extract<Es9plusRequest, { function: Name }>['body'],
): Promise<Extract<Es9plusAnswer, { function: Name }>> {
  const bytes = writeAsn1Request({ function: name, body } as Es9plusRequest)
  const answer = await post(world.phone, ASN1_PATH, bytes, ASN1_TYPE)
  if (answer.status === 204) return { function: name, body: {} } as never
  expect(answer.status).toBe(200)
  return readAsn1Response(answer.body, name) as never
}

const initiate = (smdpAddress: string) => {
  const keyIds = [world.pki.issuers.find(({ curve }) => curve === 'nist')!.subjectKeyId!]
  return ask('initiateAuthentication', {
    euiccChallenge: new Uint8Array(16),
    euiccInfo1: writeEuiccInfo1({ svn: '2.5.0', verificationKeyIds: keyIds, signingKeyIds: keyIds }),
    smdpAddress,
  })
}

describe('the ASN.1 binding', () => {
  it('carries a whole download', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const opened = (await initiate('localhost')).body!
    const { transactionId } = opened
    const { response } = card.authenticateServerResponse(opened, matchingId)
    const client = (await ask('authenticateClient', { transactionId, authenticateServerResponse: response }))
      .body!
    const otpk = OneTimeKey.generate('nist')
    const bound = await ask('getBoundProfilePackage', {
      transactionId,
      prepareDownloadResponse: card.prepareDownloadResponse(client, otpk),
    })
    expect(card.open(bound.body!.boundProfilePackage, client, otpk).iccid).toBe(iccid)
    await ask('handleNotification', {
      pendingNotification: card.installationResult(transactionId, { iccid }),
    })
    expect((await state.find({ iccid }))?.state).toBe('Installed')
    const key = readCertificate(opened.serverCertificate).publicKey
    expect(ecdsaVerify(key, opened.serverSigned1, opened.serverSignature1)).toBe(true)
  })

  it('cancels a session', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const cancelSessionResponse = card.cancelSessionResponse(transactionId, 1)
    expect(await ask('cancelSession', { transactionId, cancelSessionResponse })).toEqual({
      function: 'cancelSession',
      body: {},
    })
    expect((await state.find({ iccid }))?.state).toBe('Released')
    expect((await ask('cancelSession', { transactionId, cancelSessionResponse })).error).toBe(1)
  })

  it('tells refusals by the numbers of the functions', async () => {
    expect((await initiate('elsewhere.example')).error).toBe(1)
    const card = world.card()
    const opened = (await initiate('localhost')).body!
    const { transactionId } = opened
    const { response } = card.authenticateServerResponse(opened, 'NOBODYS')
    expect(
      (await ask('authenticateClient', { transactionId, authenticateServerResponse: response })).error,
    ).toBe(6)
    expect(
      (await ask('authenticateClient', { transactionId, authenticateServerResponse: response })).error,
    ).toBe(10)
    const prepareDownloadResponse = Uint8Array.of(0xbf, 0x21, 0)
    expect((await ask('getBoundProfilePackage', { transactionId, prepareDownloadResponse })).error).toBe(95)
  })
})
