import { createLog } from '@gesim/base'
import { certificatePem, issueOperator, loadPki, tlsPemOf } from '@gesim/crypto'
import { callFunction, ES2PLUS, eidWithCheckDigits, type Peer, parseIccid } from '@gesim/sgp22'
import { memoryState, type Smdp, startSmdp } from '@gesim/smdp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorld, type World } from './testing/world.ts'

let world: World
let smdp: Smdp
let operator: Peer
const state = memoryState()
const OPERATOR = '2.999.20'
const SMDP_ADDRESS = 'smdp.example.test'
const EID = eidWithCheckDigits('890490320000000000000000000201')
const ICCID = parseIccid('8988211000000000401')

beforeAll(async () => {
  world = await startWorld()
  const { certificate, privateKey } = issueOperator(world.directory, {
    name: 'aurora',
    registeredId: OPERATOR,
  })
  const pki = loadPki(world.directory)
  const authority = pki.issuers.find(({ role }) => role === undefined)!
  smdp = await startSmdp({
    pki,
    state,
    smdpAddress: SMDP_ADDRESS,
    listeners: [{ host: '127.0.0.1', port: 0, tls: 'nist' }],
    operatorAuthorities: [certificatePem(authority)],
    log: createLog('smdp', 'silent'),
  })
  operator = {
    url: `https://127.0.0.1:${smdp.ports[0]}`,
    ca: world.pki.issuers.map(certificatePem),
    ...tlsPemOf({ certificate, privateKey }),
  }
  await state.change(ICCID, () => ({
    result: undefined,
    profile: {
      iccid: ICCID,
      operator: OPERATOR,
      profileType: 'data',
      state: 'Available',
      metadata: { serviceProviderName: 'Aurora', profileName: 'Data' },
      package: Uint8Array.of(0xa0, 0, 0xaa, 0),
      downloads: [],
      updatedAtMs: Date.now(),
    },
  }))
})
afterAll(async () => {
  await smdp.stop()
  await world.stop()
})

const header = (call: string) => ({ functionRequesterIdentifier: OPERATOR, functionCallIdentifier: call })

describe('an order with an SM-DS', () => {
  it('is found by its card from the root down, released, and forgotten everywhere once it is cancelled', async () => {
    const smdsAddress = `localhost:${world.smds.ports[0]}`
    await callFunction(operator, ES2PLUS.downloadOrder, { iccid: ICCID, eid: EID }, header('order'))
    const confirm = { iccid: ICCID, smdsAddress, matchingId: 'EVENT-1', releaseFlag: true }
    await callFunction(operator, ES2PLUS.confirmOrder, confirm, header('confirm'))
    expect((await state.find({ iccid: ICCID }))?.state).toBe('Released')

    const [up] = await world.discover(EID, '', world.root)
    expect(up).toEqual({ eventId: 'EVENT-1', rspServerAddress: 'localhost' })
    expect(await world.discover(EID, up!.eventId)).toEqual([
      { eventId: 'EVENT-1', rspServerAddress: SMDP_ADDRESS },
    ])

    const cancel = { iccid: ICCID, finalProfileStatusIndicator: 'Available' }
    await callFunction(operator, ES2PLUS.cancelOrder, cancel, header('cancel'))
    await smdp.deliver()
    expect([await world.discover(EID), await world.discover(EID, '', world.root)]).toEqual([[], []])
  })
})
