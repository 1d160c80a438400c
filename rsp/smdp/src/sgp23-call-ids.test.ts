import { eidWithCheckDigits } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { freshIccid, startWorld, type World } from './testing/world.ts'

// Which calls of downloadOrder are one order: the call identifier of SGP.22 section 6.5.1.3.

let world: World
beforeAll(async () => {
  world = await startWorld(memoryState())
})
afterAll(() => world.stop())

const EID = eidWithCheckDigits('890490320000000000000000000141')
const OTHER = eidWithCheckDigits('890490320000000000000000000142')

async function uploaded(profileType = 'data') {
  const iccid = freshIccid()
  await world.upload(iccid, 300, profileType)
  return iccid
}

describe('a downloadOrder', () => {
  it('sent again or several times at once under one call identifier is one order', async () => {
    for (const _ of [1, 2, 3]) await uploaded('at-once')
    const send = () => world.es2('downloadOrder', { profileType: 'at-once' }, 'one-call')
    const atOnce = await Promise.all([1, 2, 3].map(send))
    expect(new Set([...atOnce, await send()].map(({ iccid }) => iccid)).size).toBe(1)
    const confirm = { iccid: atOnce[0]!.iccid!, releaseFlag: true }
    const confirmed = await world.es2('confirmOrder', confirm)
    expect(confirmed.matchingId).toMatch(/^([A-Z0-9]{5}-){3}[A-Z0-9]{5}$/)
    expect(await world.es2('confirmOrder', confirm)).toEqual(confirmed)
  })

  it('under a call identifier that its caller uses for everything is one order for each ICCID and each EID', async () => {
    // The example of SGP.22 6.5.1.3 reads like a constant, and clients send it as one.
    const order = (body: object) => world.es2('downloadOrder', body, 'TX-567')
    const [first, second] = [await uploaded(), await uploaded()]
    const atOnce = await Promise.all([first, second].map((iccid) => order({ iccid })))
    expect(atOnce.map(({ iccid }) => iccid)).toEqual([first, second])
    for (const iccid of [first, second, second]) expect((await order({ iccid })).iccid).toBe(iccid)
    for (const _ of [1, 2]) await uploaded('for-cards')
    const forCards = [await order({ profileType: 'for-cards', eid: EID })]
    forCards.push(await order({ profileType: 'for-cards', eid: OTHER }))
    expect(new Set(forCards.map(({ iccid }) => iccid)).size).toBe(2)
  })

  it('that a card fetched is no answer to a new call under the same identifier', async () => {
    for (const _ of [1, 2, 3, 4]) await uploaded('again')
    const order = () => world.es2('downloadOrder', { profileType: 'again' }, 'TX-568')
    const seen: unknown[] = []
    for (const time of [1, 2, 3]) {
      const { iccid } = await order()
      const { matchingId } = await world.es2('confirmOrder', { iccid: iccid!, releaseFlag: true })
      if (time < 3) expect((await order()).iccid).toBe(iccid)
      await world.card().download(matchingId!)
      seen.push(iccid)
    }
    expect(new Set(seen).size).toBe(3)
  })

  it('sent again is the same order, however many there were under its identifier before', async () => {
    for (const type of ['one-type', 'other-type']) for (const _ of [1, 2, 3, 4]) await uploaded(type)
    const order = (profileType: string) => world.es2('downloadOrder', { profileType }, 'TX-569')
    const first = await order('one-type')
    const second = await order('other-type')
    // The first one's identifier is free again; a retry of the second must not take it.
    await world.es2('cancelOrder', { iccid: first.iccid!, finalProfileStatusIndicator: 'Unavailable' })
    expect((await order('other-type')).iccid).toBe(second.iccid)
    const fetched = new Set<unknown>()
    for (let at = 0; at < 3; at++) {
      const atOnce = await Promise.all([order('one-type'), order('one-type')])
      expect(new Set(atOnce.map(({ iccid }) => iccid)).size).toBe(1)
      const { iccid } = await order('one-type')
      const { matchingId } = await world.es2('confirmOrder', { iccid: iccid!, releaseFlag: true })
      await world.card().download(matchingId!)
      fetched.add(iccid)
    }
    expect(fetched.size).toBe(3)
  })
})
