import { connect } from 'node:tls'
import { eidWithCheckDigits } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { BOREAL, freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

let world: World
const state = memoryState()
const registered: string[] = []
let smdsWorks = true
beforeAll(async () => {
  const { refuse } = await import('@gesim/base')
  world = await startWorld(state, {
    events: {
      registerEvent: async (address, { eventId }) => {
        if (!smdsWorks) throw refuse('smdp.smds-unavailable')
        registered.push(`+${address} ${eventId}`)
      },
      deleteEvent: async (address, { eventId }) => void registered.push(`-${address} ${eventId}`),
    },
  })
})
afterAll(() => world.stop())

const EID = eidWithCheckDigits('890490320000000000000000000011')
const OTHER = eidWithCheckDigits('890490320000000000000000000012')
async function uploaded() {
  const iccid = freshIccid()
  await world.upload(iccid)
  return iccid
}
const stateOf = async (iccid: Awaited<ReturnType<typeof uploaded>>) => (await state.find({ iccid }))?.state

describe('an order', () => {
  it('goes from Available over Allocated and Confirmed to Released', async () => {
    const iccid = await uploaded()
    expect(await stateOf(iccid)).toBe('Available')
    expect(await world.es2('downloadOrder', { iccid })).toMatchObject({ iccid })
    expect(await stateOf(iccid)).toBe('Allocated')
    const confirmed = await world.es2('confirmOrder', { iccid, releaseFlag: false })
    expect(confirmed).toMatchObject({ smdpAddress: 'localhost' })
    expect(confirmed.matchingId).toMatch(/^([A-Z0-9]{5}-){3}[A-Z0-9]{5}$/)
    expect(await stateOf(iccid)).toBe('Confirmed')
    await world.es2('releaseProfile', { iccid })
    expect(await stateOf(iccid)).toBe('Released')
    await world.es2('releaseProfile', { iccid })
  })

  it('is Linked when it names a card', async () => {
    const iccid = await uploaded()
    await world.es2('downloadOrder', { iccid, eid: EID })
    expect(await stateOf(iccid)).toBe('Linked')
    expect(await statusOf(world.es2('confirmOrder', { iccid, eid: OTHER, releaseFlag: true }))).toBe(
      '8.1.1/3.10',
    )
    expect(await world.es2('confirmOrder', { iccid, eid: EID, releaseFlag: true })).toMatchObject({
      eid: EID,
    })
  })

  it('by profile type takes any available profile of the operator, and none twice', async () => {
    for (const _ of [1, 2]) await world.upload(freshIccid(), 300, 'rare')
    const ordered = await Promise.all([1, 2].map(() => world.es2('downloadOrder', { profileType: 'rare' })))
    expect(new Set(ordered.map(({ iccid }) => iccid)).size).toBe(2)
    expect(await statusOf(world.es2('downloadOrder', { profileType: 'rare' }))).toBe('8.2.5/3.7')
    expect(await statusOf(world.es2('downloadOrder', { profileType: 'data' }, 'x', BOREAL))).toBe('8.2.5/3.7')
    expect(await statusOf(world.es2('downloadOrder', {}))).toBe('1.3.1/2.2')
  })

  it('sent twice with one identifier is one order', async () => {
    await world.upload(freshIccid(), 300, 'twice')
    await world.upload(freshIccid(), 300, 'twice')
    const first = await world.es2('downloadOrder', { profileType: 'twice' }, 'the-same')
    const again = await world.es2('downloadOrder', { profileType: 'twice' }, 'the-same')
    expect(again.iccid).toBe(first.iccid)
    for (const _ of [1, 2, 3]) await world.upload(freshIccid(), 300, 'at-once')
    const atOnce = await Promise.all(
      [1, 2, 3].map(() => world.es2('downloadOrder', { profileType: 'at-once' }, 'once')),
    )
    expect(new Set(atOnce.map(({ iccid }) => iccid)).size).toBe(1)
    const confirm = { iccid: first.iccid!, releaseFlag: true }
    const one = await world.es2('confirmOrder', confirm)
    expect(await world.es2('confirmOrder', confirm)).toEqual(one)
  })

  it('refuses unknown profiles, those in use and those of another operator', async () => {
    const iccid = await uploaded()
    expect(await statusOf(world.es2('downloadOrder', { iccid: freshIccid() }))).toBe('8.2.1/3.9')
    expect(await statusOf(world.es2('downloadOrder', { iccid }, 'y', BOREAL))).toBe('8.2.1/3.9')
    expect(await statusOf(world.es2('confirmOrder', { iccid, releaseFlag: true }))).toBe('8.2.1/3.3')
    await world.es2('downloadOrder', { iccid })
    expect(await statusOf(world.es2('downloadOrder', { iccid }))).toBe('8.2.1/3.3')
    expect(await statusOf(world.es2('releaseProfile', { iccid }))).toBe('8.2.1/3.3')
  })

  it('refuses a matching identifier that is taken, and nothing is confirmed', async () => {
    const [one, two] = [await uploaded(), await uploaded()]
    for (const iccid of [one, two]) await world.es2('downloadOrder', { iccid })
    await world.es2('confirmOrder', { iccid: one, matchingId: 'MINE', releaseFlag: true })
    expect(
      await statusOf(world.es2('confirmOrder', { iccid: two, matchingId: 'MINE', releaseFlag: true })),
    ).toBe('8.2.6/3.3')
    expect(await stateOf(two)).toBe('Allocated')
    expect(await statusOf(world.es2('confirmOrder', { iccid: two, matchingId: '', releaseFlag: true }))).toBe(
      '8.1.1/2.2',
    )
  })
})

describe('cancelOrder', () => {
  it('gives the profile back or takes it away', async () => {
    const { iccid, matchingId } = await world.order({ eid: EID })
    const cancel = (rest: object, indicator = 'Available') =>
      statusOf(world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: indicator, ...rest }))
    expect(await cancel({ eid: OTHER })).toBe('8.1.1/3.10')
    expect(await cancel({ matchingId: 'WRONG' })).toBe('8.2.6/3.10')
    expect(await cancel({}, 'Whatever')).toBe('1.3.1/2.1')
    expect(await cancel({ eid: EID, matchingId })).toBe('ok')
    expect(await stateOf(iccid)).toBe('Available')
    expect(await statusOf(world.card(EID).authenticate(matchingId))).toBe('8.2.6/3.8')
    await world.es2('downloadOrder', { iccid })
    expect(await cancel({}, 'Unavailable')).toBe('ok')
    expect(await stateOf(iccid)).toBe('Unavailable')
    expect(await statusOf(world.es2('downloadOrder', { iccid }))).toBe('8.2.1/3.9')
  })

  it('does not sell a package again that left the house, and comes too late after the installation', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await card.fetch(authenticated)
    const cancel = (indicator: string) =>
      statusOf(world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: indicator }))
    expect(await cancel('Available')).toBe('8.2.1/1.2')
    await card.notify(card.installationResult(authenticated.transactionId, { iccid }))
    expect(await cancel('Unavailable')).toBe('8.2.1/1.2')
  })
})

describe('an SM-DS', () => {
  it('is told of the event, and told to forget it once the profile is installed', async () => {
    const { matchingId } = await world.order({ eid: EID, smdsAddress: 'smds.example' })
    expect(registered).toContain(`+smds.example ${matchingId}`)
    await world.card(EID).download(matchingId)
    await world.smdp.deliver()
    expect(registered).toContain(`-smds.example ${matchingId}`)
  })

  it('needs the EID, and its failure is told by 8.9/5.1', async () => {
    const iccid = await uploaded()
    await world.es2('downloadOrder', { iccid })
    const confirm = (rest: object) =>
      statusOf(world.es2('confirmOrder', { iccid, smdsAddress: 'smds.example', releaseFlag: true, ...rest }))
    expect(await confirm({})).toBe('8.1.1/2.2')
    smdsWorks = false
    expect(await confirm({ eid: EID })).toBe('8.9/5.1')
    smdsWorks = true
    expect(await confirm({ eid: EID })).toBe('ok')
  })
})

describe('an operator', () => {
  const body = {
    header: { functionRequesterIdentifier: '2.999.20', functionCallIdentifier: '1' },
    iccid: '8',
  }
  const url = (port = 0) => `https://localhost:${world.smdp.ports[port]}/gsma/rsp2/es2plus/downloadOrder`

  it('without a certificate is shown the door before anything is read', async () => {
    const plain = url(1).replace('https', 'http')
    const answer = await fetch(plain, { method: 'POST', body: JSON.stringify(body) })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      header: { functionExecutionStatus: { status: 'Failed', statusCodeData: { subjectCode: '1.1' } } },
    })
  })

  it('may not speak for another one', async () => {
    const { callFunction, ES2PLUS } = await import('@gesim/sgp22')
    const header = { functionRequesterIdentifier: BOREAL, functionCallIdentifier: '1' }
    const iccid = freshIccid()
    expect(await statusOf(callFunction(world.operator(), ES2PLUS.downloadOrder, { iccid }, header))).toBe(
      '1.1/1.2',
    )
    expect(await statusOf(callFunction(world.operator(), ES2PLUS.downloadOrder, { iccid }))).toBe('1.3.1/2.2')
  })

  it('is not somebody with a phone’s or a server’s certificate', async () => {
    const { callFunction, ES2PLUS } = await import('@gesim/sgp22')
    const { identityOf, tlsPemOf } = await import('@gesim/crypto')
    const peer = { ...world.phone, ...tlsPemOf(identityOf(world.pki, 'dp-tls', 'nist')) }
    const header = { functionRequesterIdentifier: '2.999.20', functionCallIdentifier: '1' }
    expect(await statusOf(callFunction(peer, ES2PLUS.releaseProfile, { iccid: freshIccid() }, header))).toBe(
      '1.1/3.9',
    )
  })

  it('cannot crash the server with a brainpool certificate', async () => {
    const { identityOf, tlsPemOf } = await import('@gesim/crypto')
    const tls = tlsPemOf(identityOf(world.pki, 'dp-tls', 'brainpool'))
    const options = { port: world.smdp.ports[0]!, host: '127.0.0.1', ...tls, rejectUnauthorized: false }
    await new Promise<void>((resolve) => {
      const socket = connect({ ...options, checkServerIdentity: () => undefined }, () => {
        socket.write(
          'GET /operator/v1/profiles/8988300000000000001 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
        )
      })
      socket.on('data', () => {})
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
    })
    expect(await statusOf(world.card().initiate())).toBe('ok')
  })
})

describe('what an operator is told', () => {
  it('is told again until it listens, in order', async () => {
    world.deaf = true
    const { iccid, matchingId } = await world.order()
    await world.card().download(matchingId)
    await world.smdp.deliver()
    const points = () =>
      world.told.filter((told) => told.iccid === iccid).map((told) => told.notificationPointId)
    expect(points()).toEqual([])
    world.deaf = false
    world.clockMs = 60_000
    await world.smdp.deliver()
    world.clockMs = 0
    expect(points()).toEqual([3, 4])
  })
})
