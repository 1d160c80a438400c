import { unreachable } from '@gesim/base'
import { eidWithCheckDigits } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { BOREAL, freshIccid, startWorld, statusOf, type World } from './testing/world.ts'

// ES2+.CancelOrder, and the SM-DS that an order is announced at; one row a case.

let world: World
const state = memoryState()
const events: string[] = []
let smdsWorks = true
beforeAll(async () => {
  const registry = (sign: string) => async (address: string, event: { eid: string; eventId: string }) => {
    if (!smdsWorks) throw unreachable('smdp.smds-unavailable')
    events.push(`${sign}${address} ${event.eventId}`)
  }
  world = await startWorld(state, { events: { registerEvent: registry('+'), deleteEvent: registry('-') } })
})
afterAll(() => world.stop())

const EID = eidWithCheckDigits('890490320000000000000000000141')
const OTHER = eidWithCheckDigits('890490320000000000000000000142')
type AnIccid = ReturnType<typeof freshIccid>
const stateOf = async (iccid: AnIccid) => (await state.find({ iccid }))?.state

async function uploaded(): Promise<AnIccid> {
  const iccid = freshIccid()
  await world.upload(iccid, 300)
  return iccid
}
async function allocated(eid?: typeof EID): Promise<AnIccid> {
  const iccid = await uploaded()
  await world.es2('downloadOrder', { iccid, ...(eid ? { eid } : {}) })
  return iccid
}

describe('cancelOrder', () => {
  type Indicator = 'Available' | 'Unavailable'
  const cancel = (iccid: AnIccid, indicator: Indicator, rest: object = {}, callId?: string) =>
    statusOf(world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: indicator, ...rest }, callId))

  for (const [from, make] of [
    ['Allocated', () => allocated()],
    ['Linked', () => allocated(EID)],
    ['Confirmed', async () => (await world.order({ releaseFlag: false })).iccid],
    ['Released', async () => (await world.order()).iccid],
  ] as const)
    for (const to of ['Available', 'Unavailable'] as const)
      it(`brings a profile from ${from} to ${to}`, async () => {
        const iccid = await make()
        expect(await stateOf(iccid)).toBe(from)
        expect(await cancel(iccid, to)).toBe('ok')
        expect(await stateOf(iccid)).toBe(to)
        expect(await statusOf(world.es2('downloadOrder', { iccid }))).toBe(
          to === 'Available' ? 'ok' : '8.2.1/3.3',
        )
      })

  it('of the same call again is a retry', async () => {
    const { iccid } = await world.order()
    for (const _ of [1, 2]) expect(await cancel(iccid, 'Unavailable', {}, 'the-same-cancel')).toBe('ok')
    expect(await cancel(iccid, 'Unavailable')).toBe('8.2.1/3.3')
  })

  it('refuses another EID by 8.2.1/3.10 and another matching identifier by 8.2.6/3.10', async () => {
    const { iccid, matchingId } = await world.order({ eid: EID })
    expect(await cancel(iccid, 'Available', { eid: OTHER })).toBe('8.2.1/3.10')
    expect(await cancel(iccid, 'Available', { matchingId: 'WRONG' })).toBe('8.2.6/3.10')
    expect(await stateOf(iccid)).toBe('Released')
    expect(await cancel(iccid, 'Available', { eid: EID, matchingId })).toBe('ok')
  })

  it('refuses what is not ordered, installed or another’s, and does not sell again what left the house', async () => {
    expect(await cancel(await uploaded(), 'Available')).toBe('8.2.1/3.3')
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await card.fetch(authenticated)
    expect(await cancel(iccid, 'Available')).toBe('8.2.1/3.3')
    await card.notify(card.installationResult(authenticated.transactionId, { iccid }))
    expect(await cancel(iccid, 'Unavailable')).toBe('8.2.1/3.3')
    const theirs = world.es2(
      'cancelOrder',
      { iccid: await allocated(), finalProfileStatusIndicator: 'Available' },
      'o-4',
      BOREAL,
    )
    expect(await statusOf(theirs)).toBe('8.2.1/1.2')
  })

  it('takes away a profile whose installation failed', async () => {
    const { iccid, matchingId } = await world.order()
    await world.card().download(matchingId, { fails: true })
    expect(await cancel(iccid, 'Unavailable')).toBe('ok')
  })
})

describe('an SM-DS', () => {
  it('is told when the order is released, at its confirmation or later, and once it is over', async () => {
    const now = await world.order({ eid: EID, smdsAddress: 'smds.example:8444' })
    expect(events).toContain(`+smds.example:8444 ${now.matchingId}`)
    const later = await world.order({ eid: EID, smdsAddress: 'smds.example', releaseFlag: false })
    expect(events).not.toContain(`+smds.example ${later.matchingId}`)
    await world.es2('releaseProfile', { iccid: later.iccid })
    expect(events).toContain(`+smds.example ${later.matchingId}`)
    await world.es2('cancelOrder', { iccid: later.iccid, finalProfileStatusIndicator: 'Unavailable' })
    await world.card(EID).download(now.matchingId)
    await world.smdp.deliver()
    for (const [address, { matchingId }] of [
      ['smds.example:8444', now],
      ['smds.example', later],
    ] as const)
      expect(events).toContain(`-${address} ${matchingId}`)
  })

  it('that cannot be reached is told by 8.9/5.1, nothing is released, and a retry works', async () => {
    const iccid = await allocated(EID)
    const confirm = { iccid, smdsAddress: 'smds.example', matchingId: 'SMDS-1', releaseFlag: true }
    smdsWorks = false
    expect(await statusOf(world.es2('confirmOrder', confirm))).toBe('8.9/5.1')
    expect(await stateOf(iccid)).toBe('Confirmed')
    expect(await statusOf(world.es2('releaseProfile', { iccid }))).toBe('8.9/5.1')
    smdsWorks = true
    expect(await statusOf(world.es2('confirmOrder', confirm))).toBe('ok')
    expect(await stateOf(iccid)).toBe('Released')
  })
})
