import { ES2PLUS, eidWithCheckDigits, iccidPadded } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { AURORA, BOREAL, freshIccid, type Json, startWorld, statusOf, type World } from './testing/world.ts'

// ES2+ towards operators, one row a case, in the manner of SGP.23 sections 4.3.1 to 4.3.4.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state, {
    operators: [
      { id: AURORA, name: 'aurora' },
      { id: BOREAL, name: 'boreal', profileTypes: ['boreal-only'] },
    ],
  })
})
afterAll(() => world.stop())

const EID = eidWithCheckDigits('890490320000000000000000000141')
const OTHER = eidWithCheckDigits('890490320000000000000000000142')
type AnIccid = ReturnType<typeof freshIccid>
const stateOf = async (iccid: AnIccid) => (await state.find({ iccid }))?.state

async function uploaded(profileType = 'data'): Promise<AnIccid> {
  const iccid = freshIccid()
  await world.upload(iccid, 300, profileType)
  return iccid
}
async function allocated(eid?: typeof EID): Promise<AnIccid> {
  const iccid = await uploaded()
  await world.es2('downloadOrder', { iccid, ...(eid ? { eid } : {}) })
  return iccid
}

async function takenAway(): Promise<AnIccid> {
  const iccid = await allocated()
  await world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: 'Unavailable' })
  return iccid
}

let calls = 0
const header = (rest: object = {}) => ({
  functionRequesterIdentifier: AURORA,
  functionCallIdentifier: `raw-${++calls}`,
  ...rest,
})
/** ES2+ as JSON of any form. */
const raw = (
  name: keyof typeof ES2PLUS,
  body: object,
  id = AURORA,
): Promise<{ status: number; json: Json }> => world.operatorCall('POST', ES2PLUS[name].path, body, id)
const codeOf = ({ json }: { json: Json }) => {
  const { status, statusCodeData } = json.header.functionExecutionStatus
  return status === 'Executed-Success' ? 'ok' : `${statusCodeData.subjectCode}/${statusCodeData.reasonCode}`
}

describe('the answers of ES2+', () => {
  it('hold exactly the members of the specification', async () => {
    const iccid = await uploaded()
    const ordered = await raw('downloadOrder', { header: header(), iccid: iccidPadded(iccid) })
    expect(Object.keys(ordered.json)).toEqual(['header', 'iccid'])
    expect(ordered.json.iccid).toBe(iccidPadded(iccid))
    expect(ordered.json.header).toEqual({ functionExecutionStatus: { status: 'Executed-Success' } })
    const confirmed = await raw('confirmOrder', { header: header(), iccid, releaseFlag: false })
    expect(Object.keys(confirmed.json)).toEqual(['header', 'matchingId', 'smdpAddress'])
    const released = await raw('releaseProfile', { header: header(), iccid })
    expect(released.json).toEqual({ header: { functionExecutionStatus: { status: 'Executed-Success' } } })
    const body = { header: header(), iccid, finalProfileStatusIndicator: 'Available' }
    expect((await raw('cancelOrder', body)).json).toEqual(released.json)
  })

  it('name the EID where the order does', async () => {
    const iccid = await allocated(EID)
    const { json } = await raw('confirmOrder', { header: header(), iccid, releaseFlag: true })
    expect(Object.keys(json)).toEqual(['header', 'eid', 'matchingId', 'smdpAddress'])
    expect(json.eid).toBe(EID)
  })

  it('take an ICCID with and without its padding, in either case', async () => {
    for (const form of [(i: string) => i, (i: string) => `${i}F`, (i: string) => `${i}f`]) {
      const iccid = await uploaded()
      expect(codeOf(await raw('downloadOrder', { header: header(), iccid: form(iccid) }))).toBe('ok')
    }
  })
})

describe('an order', () => {
  it('goes Available, Allocated, Confirmed, Released, and a repeated step changes nothing', async () => {
    const iccid = await uploaded()
    const seen = [await stateOf(iccid)]
    const step = async (run: () => Promise<unknown>) => {
      await run()
      seen.push(await stateOf(iccid))
    }
    const callId = 'steps-1'
    await step(() => world.es2('downloadOrder', { iccid }, callId))
    await step(() => world.es2('downloadOrder', { iccid }, callId))
    await step(() => world.es2('confirmOrder', { iccid, releaseFlag: false }))
    await step(() => world.es2('confirmOrder', { iccid, releaseFlag: false }))
    await step(() => world.es2('releaseProfile', { iccid }))
    await step(() => world.es2('releaseProfile', { iccid }))
    expect(seen).toEqual([
      'Available',
      'Allocated',
      'Allocated',
      'Confirmed',
      'Confirmed',
      'Released',
      'Released',
    ])
  })

  it('for an EID goes over Linked, and may be released by its confirmation', async () => {
    const iccid = await allocated(EID)
    expect(await stateOf(iccid)).toBe('Linked')
    await world.es2('confirmOrder', { iccid, releaseFlag: true })
    expect(await stateOf(iccid)).toBe('Released')
  })

  it('by profile type takes any available profile of the operator, and none twice', async () => {
    for (const _ of [1, 2]) await uploaded('rare')
    const ordered = await Promise.all([1, 2].map(() => world.es2('downloadOrder', { profileType: 'rare' })))
    expect(new Set(ordered.map(({ iccid }) => iccid)).size).toBe(2)
  })

  it('of a profile that anybody may order is the operator’s, and anybody’s again when it is given back', async () => {
    const iccid = await uploaded('pool')
    const own = (await state.find({ iccid }))!
    await state.change(iccid, () => ({ result: undefined, profile: { ...own, operator: '*' } }))
    expect((await world.es2('downloadOrder', { profileType: 'pool' })).iccid).toBe(iccid)
    expect((await state.find({ iccid }))?.operator).toBe(AURORA)
    await world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: 'Available' })
    expect(await state.find({ iccid })).toMatchObject({ operator: '*', state: 'Available' })
    expect((await world.es2('downloadOrder', { iccid })).iccid).toBe(iccid)
  })
})

describe('ES2+ refuses', () => {
  const cases: [string, string, () => Promise<string>][] = [
    [
      '8.2.1/3.9',
      'an order of an ICCID that nobody uploaded',
      () => statusOf(world.es2('downloadOrder', { iccid: freshIccid() })),
    ],
    [
      '8.2.1/1.2',
      'an order of another operator’s ICCID',
      async () => statusOf(world.es2('downloadOrder', { iccid: await uploaded() }, 'o-1', BOREAL)),
    ],
    [
      '8.2.1/3.3',
      'an order of an ICCID that is ordered',
      async () => statusOf(world.es2('downloadOrder', { iccid: await allocated() })),
    ],
    [
      '8.2.5/3.9',
      'an order of a type that the operator never had',
      () => statusOf(world.es2('downloadOrder', { profileType: 'never' })),
    ],
    [
      '8.2.5/3.7',
      'an order of a type that is sold out',
      async () => {
        await uploaded('one')
        await world.es2('downloadOrder', { profileType: 'one' })
        return statusOf(world.es2('downloadOrder', { profileType: 'one' }))
      },
    ],
    [
      '8.2.5/3.8',
      'an ICCID together with another type',
      async () => statusOf(world.es2('downloadOrder', { iccid: await uploaded(), profileType: 'other' })),
    ],
    [
      '8.2.5/1.2',
      'a type that the operator may not order',
      () => statusOf(world.es2('downloadOrder', { profileType: 'data' }, 'o-2', BOREAL)),
    ],
    [
      '1.3.1/2.2',
      'an order that names neither ICCID nor type',
      () => statusOf(world.es2('downloadOrder', {})),
    ],
    [
      '8.2.1/3.9',
      'to confirm an unknown ICCID',
      () => statusOf(world.es2('confirmOrder', { iccid: freshIccid(), releaseFlag: true })),
    ],
    [
      '8.2.1/3.3',
      'to confirm what is not ordered',
      async () => statusOf(world.es2('confirmOrder', { iccid: await uploaded(), releaseFlag: true })),
    ],
    [
      '8.1.1/3.10',
      'to confirm for another EID',
      async () =>
        statusOf(world.es2('confirmOrder', { iccid: await allocated(EID), eid: OTHER, releaseFlag: true })),
    ],
    [
      '8.1.1/2.2',
      'to confirm without matching identifier and EID',
      async () =>
        statusOf(world.es2('confirmOrder', { iccid: await allocated(), matchingId: '', releaseFlag: true })),
    ],
    [
      '8.1.1/2.2',
      'to confirm with an SM-DS and without an EID',
      async () =>
        statusOf(
          world.es2('confirmOrder', {
            iccid: await allocated(),
            smdsAddress: 'smds.example',
            releaseFlag: true,
          }),
        ),
    ],
    [
      '8.2.6/3.3',
      'to confirm under a matching identifier that is taken',
      async () => {
        await world.es2('confirmOrder', {
          iccid: await allocated(),
          matchingId: 'TAKEN-1',
          releaseFlag: true,
        })
        return statusOf(
          world.es2('confirmOrder', { iccid: await allocated(), matchingId: 'TAKEN-1', releaseFlag: true }),
        )
      },
    ],
    [
      '8.2.1/3.3',
      'to confirm otherwise what is confirmed',
      async () => {
        const iccid = await allocated()
        await world.es2('confirmOrder', { iccid, releaseFlag: true })
        return statusOf(world.es2('confirmOrder', { iccid, matchingId: 'ANOTHER-ONE', releaseFlag: true }))
      },
    ],
    [
      '8.2.1/3.5',
      'to release what is not confirmed',
      async () => statusOf(world.es2('releaseProfile', { iccid: await allocated() })),
    ],
    [
      '8.2.1/3.9',
      'to release an unknown ICCID',
      () => statusOf(world.es2('releaseProfile', { iccid: freshIccid() })),
    ],
    [
      '8.2.1/1.2',
      'to confirm another operator’s order',
      async () =>
        statusOf(world.es2('confirmOrder', { iccid: await allocated(), releaseFlag: true }, 'o-5', BOREAL)),
    ],
    [
      '8.2.1/3.3',
      'an order of an ICCID that was taken away',
      async () => statusOf(world.es2('downloadOrder', { iccid: await takenAway() })),
    ],
    [
      '8.2.1/3.5',
      'to release what was taken away',
      async () => statusOf(world.es2('releaseProfile', { iccid: await takenAway() })),
    ],
    [
      '8.2.1/3.5',
      'to release what anybody may order and nobody did',
      async () => {
        const iccid = await uploaded()
        const own = (await state.find({ iccid }))!
        await state.change(iccid, () => ({ result: undefined, profile: { ...own, operator: '*' } }))
        return statusOf(world.es2('releaseProfile', { iccid }))
      },
    ],
    [
      '8.2.1/1.2',
      'to release what is ordered, and by nobody who is an operator',
      async () => {
        const iccid = await allocated()
        const own = (await state.find({ iccid }))!
        await state.change(iccid, () => ({ result: undefined, profile: { ...own, operator: '*' } }))
        return statusOf(world.es2('releaseProfile', { iccid }))
      },
    ],
    [
      '8.2.1/1.2',
      'to release another operator’s profile',
      async () => statusOf(world.es2('releaseProfile', { iccid: await allocated() }, 'o-3', BOREAL)),
    ],
  ]
  for (const [code, what, run] of cases)
    it(`${what} by ${code}`, async () => {
      expect(await run()).toBe(code)
    })

  const forms: [string, string, keyof typeof ES2PLUS, () => object][] = [
    ['1.3.1/2.2', 'a call without a header', 'releaseProfile', () => ({ iccid: freshIccid() })],
    [
      '1.3.1/2.2',
      'a header without an identifier of the call',
      'releaseProfile',
      () => ({ header: { functionRequesterIdentifier: AURORA }, iccid: freshIccid() }),
    ],
    [
      '1.3.1/2.1',
      'a header of another type',
      'releaseProfile',
      () => ({ header: header({ functionCallIdentifier: 7 }), iccid: freshIccid() }),
    ],
    ['1.3.1/2.2', 'a call without an ICCID', 'releaseProfile', () => ({ header: header() })],
    [
      '1.3.1/2.1',
      'an ICCID of letters',
      'releaseProfile',
      () => ({ header: header(), iccid: 'abcdefghijklmnopqrst' }),
    ],
    [
      '1.3.1/2.1',
      'an EID of 31 digits',
      'downloadOrder',
      () => ({ header: header(), eid: EID.slice(1), profileType: 'data' }),
    ],
    [
      '1.3.1/2.2',
      'a confirmation without a release flag',
      'confirmOrder',
      () => ({ header: header(), iccid: freshIccid() }),
    ],
    [
      '1.3.1/2.1',
      'a release flag in quotes',
      'confirmOrder',
      () => ({ header: header(), iccid: freshIccid(), releaseFlag: 'true' }),
    ],
    [
      '1.3.1/2.1',
      'a matching identifier in small letters',
      'confirmOrder',
      () => ({ header: header(), iccid: freshIccid(), releaseFlag: true, matchingId: 'abc' }),
    ],
    [
      '1.3.1/2.1',
      'an SM-DS address with a path',
      'confirmOrder',
      () => ({ header: header(), iccid: freshIccid(), releaseFlag: true, smdsAddress: 'smds/../x' }),
    ],
    [
      '1.3.1/2.2',
      'to cancel without saying what becomes of the profile',
      'cancelOrder',
      () => ({ header: header(), iccid: freshIccid() }),
    ],
    [
      '1.3.1/2.1',
      'to cancel into an unknown state',
      'cancelOrder',
      () => ({ header: header(), iccid: freshIccid(), finalProfileStatusIndicator: 'Gone' }),
    ],
  ]
  for (const [code, what, name, body] of forms)
    it(`${what} by ${code}, with HTTP 200`, async () => {
      const answer = await raw(name, body())
      expect([answer.status, codeOf(answer)]).toEqual([200, code])
    })

  it('an operator that names another by 1.1/1.2', async () => {
    const answer = await raw('releaseProfile', {
      header: header({ functionRequesterIdentifier: BOREAL }),
      iccid: freshIccid(),
    })
    expect(codeOf(answer)).toBe('1.1/1.2')
  })
})
