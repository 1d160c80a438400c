import { fromHex, toBase64, toHex } from '@gesim/base'
import { ecdsaSign, ecdsaVerify, identityOf, readCertificate, verifyEuicc } from '@gesim/crypto'
import {
  callFunction,
  ES9PLUS,
  eidWithCheckDigits,
  readProfileInstallationResult,
  writeCancelSessionResponse,
  writeNotificationMetadata,
  writeOtherSignedNotification,
} from '@gesim/sgp22'
import { node } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { forgeEuicc, forgeEum, turned } from './testing/forge.ts'
import { codeIn, send } from './testing/wire.ts'
import { type freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

// ES9+.CancelSession and ES9+.HandleNotification, one row a case, in the manner of SGP.23 sections 4.3.15 and 4.3.16.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

type AnIccid = ReturnType<typeof freshIccid>
const stateOf = async (iccid: AnIccid) => (await state.find({ iccid }))?.state
const other = () => world.card(eidWithCheckDigits('890490320000000000000000000131'))

describe('cancelSession', () => {
  it('answers a header and nothing else', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const { status, json } = await send(world.smdp.ports[1]!, ES9PLUS.cancelSession.path, {
      transactionId: toHex(transactionId).toLowerCase(),
      cancelSessionResponse: toBase64(card.cancelSessionResponse(transactionId, 1)),
    })
    expect(status).toBe(200)
    expect(json).toEqual({ header: { functionExecutionStatus: { status: 'Executed-Success' } } })
  })

  const reasons: [number, string, 'Released' | 'Error'][] = [
    [0, 'the user refused', 'Error'],
    [1, 'the user postponed', 'Released'],
    [2, 'of a timeout', 'Released'],
    [3, 'a rule is not allowed', 'Error'],
    [4, 'the metadata do not match', 'Error'],
    [5, 'the package cannot be loaded', 'Error'],
    [127, 'of something else', 'Error'],
  ]
  for (const [reason, because, expected] of reasons)
    it(`because ${because} leaves the order ${expected}`, async () => {
      const { iccid, matchingId } = await world.order()
      const card = world.card()
      const { transactionId } = await card.authenticate(matchingId)
      await card.cancel(transactionId, reason as 0)
      expect(await stateOf(iccid)).toBe(expected)
      expect(await statusOf(card.authenticate(matchingId))).toBe(expected === 'Released' ? 'ok' : '8.2.6/3.8')
    })

  it('after the package was handed out ends the order, and a late success of the card still counts', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await card.fetch(authenticated)
    await card.cancel(authenticated.transactionId, 5)
    expect(await stateOf(iccid)).toBe('Error')
    await card.notify(card.installationResult(authenticated.transactionId, { iccid }))
    expect(await stateOf(iccid)).toBe('Installed')
  })

  it('of an order that was made anew meanwhile does not touch it', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    await world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: 'Available' })
    await world.es2('downloadOrder', { iccid })
    await world.es2('confirmOrder', { iccid, releaseFlag: true })
    expect(await statusOf(card.cancel(transactionId, 0))).toBe('ok')
    expect(await stateOf(iccid)).toBe('Released')
  })

  const refusals: [string, string, (transactionId: Uint8Array) => Uint8Array][] = [
    [
      '8.8/3.10',
      'the identifier of another server',
      (id) => world.card().cancelSessionResponse(id, 0, '2.999.11'),
    ],
    [
      '8.8/3.10',
      'the identifier of the extension in place of the server’s',
      (id) => world.card().cancelSessionResponse(id, 0, '2.5.29.17'),
    ],
    ['8.1/6.1', 'the signature of another card', (id) => other().cancelSessionResponse(id, 0)],
    ['8.1/6.1', 'a broken signature', (id) => turned(world.card().cancelSessionResponse(id, 0))],
    ['8.1/6.1', 'an empty element', () => node(0xbf41)],
    [
      '8.10.1/3.9',
      'another transaction than the signed one',
      () => world.card().cancelSessionResponse(new Uint8Array(16), 0),
    ],
    ['8.10.1/3.9', 'the card’s own error', () => writeCancelSessionResponse({ error: 5 })],
  ]
  for (const [code, what, make] of refusals)
    it(`refuses ${what} by ${code}, and the session goes on`, async () => {
      const { iccid, matchingId } = await world.order()
      const authenticated = await world.card().authenticate(matchingId)
      const { transactionId } = authenticated
      const body = { transactionId, cancelSessionResponse: make(transactionId) }
      expect(await statusOf(callFunction(world.phone, ES9PLUS.cancelSession, body))).toBe(code)
      expect(await stateOf(iccid)).toBe('Released')
      expect(await statusOf(world.card().fetch(authenticated))).toBe('ok')
    })

  it('refuses by 8.10.1/3.9 a session that ended, was cancelled or never began', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    await card.cancel(transactionId, 1)
    expect(await statusOf(card.cancel(transactionId, 1))).toBe('8.10.1/3.9')
    expect(await statusOf(card.cancel(new Uint8Array(16), 1))).toBe('8.10.1/3.9')
    const opened = await card.initiate()
    expect(await statusOf(card.cancel(opened.transactionId, 1))).toBe('8.10.1/3.9')
  })

  it('sent twice at once is done once', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const codes = await Promise.all([1, 2].map(() => statusOf(card.cancel(transactionId, 1))))
    expect(codes.sort()).toEqual(['8.10.1/3.9', 'ok'])
  })
})

/** A profile whose package was handed out. */
async function downloaded() {
  const { iccid, matchingId } = await world.order()
  const card = world.card()
  const authenticated = await card.authenticate(matchingId)
  await card.fetch(authenticated)
  return { iccid, card, transactionId: authenticated.transactionId }
}

async function installed() {
  const { iccid, card, transactionId } = await downloaded()
  await card.notify(card.installationResult(transactionId, { iccid }))
  return { iccid, card, transactionId }
}

describe('handleNotification', () => {
  it('answers 204 without a body', async () => {
    const { iccid, card, transactionId } = await downloaded()
    const pendingNotification = toBase64(card.installationResult(transactionId, { iccid }))
    const answer = await send(world.smdp.ports[1]!, ES9PLUS.handleNotification.path, { pendingNotification })
    expect([answer.status, answer.body.length]).toEqual([204, 0])
    expect(answer.headers['x-admin-protocol']).toMatch(/^gsma\/rsp\/v2/)
    expect(await stateOf(iccid)).toBe('Installed')
  })

  it('keeps a success with the certificates that prove it to a stranger', async () => {
    const { iccid, card } = await installed()
    const { evidence } = (await state.find({ iccid }))!
    const euicc = readCertificate(evidence!.euiccCertificate)
    const eum = readCertificate(evidence!.eumCertificate)
    expect(verifyEuicc(euicc, eum, { issuers: world.pki.issuers, atMs: Date.now() }).eid).toBe(card.eid)
    const { data, signature } = readProfileInstallationResult(evidence!.profileInstallationResult)
    expect(ecdsaVerify(euicc.publicKey, data.raw, signature)).toBe(true)
    expect(data.notification.iccid).toBe(iccid)
  })

  it('takes the result of a card that does not name the server, as the first versions allowed', async () => {
    const { iccid, card, transactionId } = await downloaded()
    await card.notify(card.installationResult(transactionId, { iccid, smdpOid: null }))
    expect(await stateOf(iccid)).toBe('Installed')
  })

  it('keeps a failure with its reason, and the order ended', async () => {
    const { iccid, card, transactionId } = await downloaded()
    await card.notify(card.installationResult(transactionId, { iccid, success: false }))
    expect(await state.find({ iccid })).toMatchObject({ state: 'Error', evidence: { success: false } })
  })

  it('takes the same result again and again, and the first counts', async () => {
    const { iccid, card, transactionId } = await installed()
    const kept = await state.find({ iccid })
    await card.notify(card.installationResult(transactionId, { iccid }))
    await card.notify(card.installationResult(transactionId, { iccid, success: false }))
    expect(await state.find({ iccid })).toEqual(kept)
  })

  type Case = Awaited<ReturnType<typeof downloaded>>
  const ignored: [string, (made: Case) => Uint8Array][] = [
    [
      'another card signed',
      ({ transactionId, iccid }) => other().installationResult(transactionId, { iccid }),
    ],
    [
      'has a broken signature',
      ({ card, transactionId, iccid }) => turned(card.installationResult(transactionId, { iccid })),
    ],
    [
      'names another server',
      ({ card, transactionId, iccid }) =>
        card.installationResult(transactionId, { iccid, smdpOid: '2.999.11' }),
    ],
    [
      'names another profile',
      ({ card, transactionId }) => card.installationResult(transactionId, { iccid: '8988300000999999999' }),
    ],
    [
      'names an unknown transaction',
      ({ card, iccid }) => card.installationResult(new Uint8Array(16), { iccid }),
    ],
    ['is no notification', () => fromHex('3003020101')],
    ['is of indefinite length', () => Uint8Array.of(0xbf, 0x37, 0x80, 0, 0)],
  ]
  for (const [what, make] of ignored)
    it(`answers 204 to what ${what}, and nothing changes`, async () => {
      const made = await downloaded()
      expect(await statusOf(made.card.notify(make(made)))).toBe('ok')
      expect(await stateOf(made.iccid)).toBe('Downloaded')
    })

  it('answers a member that is missing by 1.3.1/2.2', async () => {
    expect(codeIn(await send(world.smdp.ports[1]!, ES9PLUS.handleNotification.path, {}))).toBe('1.3.1/2.2')
  })

  /** A notification of a later event. */
  function event(
    iccid: AnIccid,
    what: 'enable' | 'disable' | 'delete',
    signer = identityOfCard(),
  ): Uint8Array {
    const notification = writeNotificationMetadata({ seqNumber: 9, event: what, address: 'localhost', iccid })
    return writeOtherSignedNotification({
      notification,
      signature: ecdsaSign(signer.privateKey, notification),
      euiccCertificate: signer.certificate.der,
      eumCertificate: identityOf(world.pki, 'eum', 'nist').certificate.der,
    })
  }
  const identityOfCard = () => identityOf(world.pki, 'euicc', 'nist')

  for (const what of ['enable', 'disable', 'delete'] as const)
    it(`notes that the profile was ${what}d`, async () => {
      const { iccid, card } = await installed()
      await card.notify(event(iccid, what))
      expect((await state.find({ iccid }))?.lastEvent).toBe(what)
    })

  it('notes no event that another card or an unknown one tells, nor one before the installation', async () => {
    const { iccid, card } = await installed()
    await card.notify(event(iccid, 'delete', forgeEuicc(forgeEum(world.pki))))
    await card.notify(
      event(iccid, 'delete', forgeEuicc(identityOf(world.pki, 'eum', 'nist'), {}, other().eid)),
    )
    await card.notify(turned(event(iccid, 'delete')))
    expect((await state.find({ iccid }))?.lastEvent).toBeUndefined()
    const early = await downloaded()
    await card.notify(event(early.iccid, 'enable'))
    expect((await state.find({ iccid: early.iccid }))?.lastEvent).toBeUndefined()
  })
})
