import { identityOf, tlsPemOf } from '@gesim/crypto'
import { callFunction, ES12, ES15, eidWithCheckDigits, type Peer, post } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryEvents, startSmds } from './index.ts'
import { MAX_EVENTS_OF_CARD } from './registration.ts'
import { SMDP_ADDRESS, SMDP_OID, startWorld, statusOf, type World } from './testing/world.ts'

// ES12 from SM-DP+s and ES15 between SM-DSs, one row a case, in the manner of SGP.23 section 4.5.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

let last = 10
const freshEid = () => eidWithCheckDigits(`8904903200000000000000000001${last++}`)
const names = async (eid: ReturnType<typeof freshEid>, server = world.smds) =>
  (await world.discover(eid, '', server)).map(({ eventId }) => eventId)

/** Sends JSON of any form as an SM-DP+. */
async function raw(fn: { path: string }, body: unknown, peer: Peer = world.smdp()) {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const answer = await post(peer, fn.path, bytes, 'application/json')
  return { status: answer.status, json: JSON.parse(new TextDecoder().decode(answer.body)) }
}
const header = { functionRequesterIdentifier: SMDP_OID, functionCallIdentifier: '1' }

describe('an event', () => {
  it('is registered, found by its card alone, and deleted; the answers hold a header only', async () => {
    const eid = freshEid()
    const event = { eid, eventId: 'ONE', rspServerAddress: SMDP_ADDRESS, forwardingIndicator: false }
    const done = { header: { functionExecutionStatus: { status: 'Executed-Success' } } }
    expect(await raw(ES12.registerEvent, { header, ...event })).toEqual({ status: 200, json: done })
    expect(await names(eid)).toEqual(['ONE'])
    expect(await names(freshEid())).toEqual([])
    expect(await raw(ES12.deleteEvent, { header, eid, eventId: 'ONE' })).toEqual({ status: 200, json: done })
    expect(await names(eid)).toEqual([])
  })

  it('may have the same identifier as one of another card', async () => {
    const [one, two] = [freshEid(), freshEid()]
    for (const eid of [one, two]) await world.register({ eid, eventId: 'SAME' })
    await world.remove(one, 'SAME')
    expect([await names(one), await names(two)]).toEqual([[], ['SAME']])
  })

  it('expires, and its identifier may be used again', async () => {
    const eid = freshEid()
    await world.register({ eid, eventId: 'SHORT' })
    world.clockMs = 61_000
    expect(await names(eid)).toEqual([])
    world.clockMs = 0
  })

  const refusals: [string, string, (eid: ReturnType<typeof freshEid>) => Promise<string>][] = [
    [
      '8.9.5/3.3',
      'that is registered already',
      async (eid) => {
        await world.register({ eid, eventId: 'TWICE' })
        return statusOf(world.register({ eid, eventId: 'TWICE', rspServerAddress: 'other.example' }))
      },
    ],
    [
      '8.9.5/3.9',
      'that nobody registered, when it shall be deleted',
      (eid) => statusOf(world.remove(eid, 'NEVER')),
    ],
    [
      '8.9.5/3.9',
      'that was deleted already',
      async (eid) => {
        await world.register({ eid, eventId: 'GONE' })
        await world.remove(eid, 'GONE')
        return statusOf(world.remove(eid, 'GONE'))
      },
    ],
    [
      '8.9/4.8',
      'beyond the most that may wait for one card',
      async (eid) => {
        const state = memoryEvents()
        const event = {
          rspServerAddress: SMDP_ADDRESS,
          owner: SMDP_OID,
          forwarded: false,
          expiresAtMs: Date.now() + 60_000,
        }
        for (let at = 0; at < MAX_EVENTS_OF_CARD; at++) await state.add(eid, { ...event, eventId: `E-${at}` })
        const listeners = [{ host: '127.0.0.1', port: 0, tls: 'nist' as const }]
        const full = await startSmds({ pki: world.pki, state, smdsAddress: 'localhost', listeners })
        try {
          return await statusOf(world.register({ eid, eventId: 'ONE-MORE' }, undefined, full))
        } finally {
          await full.stop()
        }
      },
    ],
  ]
  for (const [code, what, run] of refusals)
    it(`${what} is refused by ${code}`, async () => {
      expect(await run(freshEid())).toBe(code)
    })

  const good = {
    header,
    eid: '8'.repeat(32),
    eventId: 'X',
    rspServerAddress: SMDP_ADDRESS,
    forwardingIndicator: false,
  }
  const forms: [string, string, object][] = [
    ['1.3.1/2.2', 'without a header', { ...good, header: undefined }],
    ['1.3.1/2.2', 'without an EID', { ...good, eid: undefined }],
    ['1.3.1/2.1', 'with an EID of 31 digits', { ...good, eid: '8'.repeat(31) }],
    ['1.3.1/2.2', 'without a server', { ...good, rspServerAddress: undefined }],
    ['1.3.1/2.1', 'with a server that is a URL', { ...good, rspServerAddress: 'https://smdp.example/' }],
    ['1.3.1/2.2', 'without an identifier', { ...good, eventId: undefined }],
    ['1.3.1/2.1', 'with an empty identifier', { ...good, eventId: '' }],
    ['1.3.1/2.2', 'that does not say whether it is forwarded', { ...good, forwardingIndicator: undefined }],
    ['1.3.1/2.1', 'with a text for a flag', { ...good, forwardingIndicator: 'no' }],
  ]
  for (const [code, what, body] of forms)
    it(`${what} is refused by ${code}, with HTTP 200`, async () => {
      const { status, json } = await raw(ES12.registerEvent, body)
      const { subjectCode, reasonCode } = json.header.functionExecutionStatus.statusCodeData
      expect([status, `${subjectCode}/${reasonCode}`]).toEqual([200, code])
    })
})

describe('who may register', () => {
  const eid = freshEid()
  const event = { eid, eventId: 'WHO', rspServerAddress: SMDP_ADDRESS, forwardingIndicator: false }
  const as = (role: 'dp-tls' | 'ds-tls' | 'dp-auth'): Peer => ({
    ...world.phone(),
    ...tlsPemOf(identityOf(world.pki, role, 'nist')),
  })
  const callers: [string, string, () => Peer, typeof ES12.registerEvent, string][] = [
    ['1.1/1.1', 'somebody without a certificate', () => world.phone(), ES12.registerEvent, SMDP_OID],
    ['1.1/1.1', 'an SM-DS on ES12', () => as('ds-tls'), ES12.registerEvent, '2.999.15'],
    ['1.1/1.1', 'an SM-DP+ on ES15', () => as('dp-tls'), ES15.registerEvent as never, SMDP_OID],
    ['1.1/1.1', 'an SM-DP+ with a certificate for cards', () => as('dp-auth'), ES12.registerEvent, SMDP_OID],
    ['1.1/1.2', 'an SM-DP+ that names another', () => as('dp-tls'), ES12.registerEvent, '2.999.11'],
  ]
  for (const [code, who, peer, fn, requester] of callers)
    it(`is not ${who}: ${code}`, async () => {
      const call = { ...header, functionRequesterIdentifier: requester }
      expect(await statusOf(callFunction(peer(), fn, event, call))).toBe(code)
      expect(await names(eid)).toEqual([])
    })

  it('is an SM-DP+ that calls itself by a name, for its certificate says who it is', async () => {
    const named = { ...header, functionRequesterIdentifier: 'Aurora SM-DP+' }
    const own = { ...event, eid: freshEid() }
    expect(await statusOf(callFunction(as('dp-tls'), ES12.registerEvent, own, named))).toBe('ok')
  })

  it('is not somebody over plain HTTP', async () => {
    const plain = { url: `http://127.0.0.1:${world.smds.ports[1]}` }
    expect(await statusOf(callFunction(plain, ES12.registerEvent, event, header))).toBe('1.1/1.1')
  })

  it('deletes only what it registered itself', async () => {
    const own = freshEid()
    const lower = { ...header, functionRequesterIdentifier: '2.999.15' }
    await world.register({ eid: own, eventId: 'OWN' })
    const theirs = callFunction(as('ds-tls'), ES15.deleteEvent, { eid: own, eventId: 'OWN' }, lower)
    expect(await statusOf(theirs)).toBe('8.9.5/3.9')
    expect(await names(own)).toEqual(['OWN'])
  })
})

describe('the cascade to the root', () => {
  it('is asked for by the event: the root sends the card down, and forgets with the lower one', async () => {
    const eid = freshEid()
    await world.register({ eid, eventId: 'UP', forwardingIndicator: true })
    expect(await world.discover(eid, '', world.root)).toEqual([
      { eventId: 'UP', rspServerAddress: 'localhost' },
    ])
    expect(await world.discover(eid, 'UP')).toEqual([{ eventId: 'UP', rspServerAddress: SMDP_ADDRESS }])
    await world.remove(eid, 'UP')
    expect([await names(eid, world.root), await names(eid)]).toEqual([[], []])
  })

  it('is not made without being asked for', async () => {
    const eid = freshEid()
    await world.register({ eid, eventId: 'DOWN' })
    expect(await names(eid, world.root)).toEqual([])
  })

  it('does not go above the root', async () => {
    const eid = freshEid()
    await world.register({ eid, eventId: 'TOP', forwardingIndicator: true }, undefined, world.root)
    expect(await names(eid, world.root)).toEqual(['TOP'])
  })

  it('that the root refuses is told by 8.9/4.2, a root that is away by 8.9/5.1, and nothing is kept', async () => {
    const eid = freshEid()
    await world.register({ eid, eventId: 'BOTH', forwardingIndicator: true }, undefined, world.root)
    // The root has an event of this identifier from somebody else.
    const clash = { eid, eventId: 'CLASH', forwardingIndicator: true }
    await world.register(clash, undefined, world.root)
    expect(await statusOf(world.register(clash))).toBe('8.9/4.2')
    expect(await names(eid)).toEqual([])
    const listeners = [{ host: '127.0.0.1', port: 0, tls: 'nist' as const }]
    const state = memoryEvents()
    const lonely = await startSmds({
      pki: world.pki,
      state,
      smdsAddress: 'localhost',
      listeners,
      rootAddress: 'localhost:1',
    })
    try {
      const alone = { eid, eventId: 'ALONE', forwardingIndicator: true }
      expect(await statusOf(world.register(alone, undefined, lonely))).toBe('8.9/5.1')
      expect(await state.list(eid, Date.now())).toEqual([])
    } finally {
      await lonely.stop()
    }
  })
})
