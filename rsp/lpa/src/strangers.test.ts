import { isFailure } from '@gesim/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, behind } from './testing/behind.ts'
import { freshProfile, SMDP_ADDRESS, startWorld, type World } from './testing/world.ts'

// Cards and servers of others, which do what the specification leaves open in their own way.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const bytes = (...parts: number[]) => Uint8Array.from(parts)
const isFunction = (apdu: Uint8Array, second: number) =>
  apdu[1] === 0xe2 && apdu[5] === 0xbf && apdu[6] === second

describe('a card', () => {
  it('that asks for its toolkit in the middle of a chain of blocks has taken the block (TS 102 221, 10.2.1.1)', async () => {
    const card = world.card()
    const busy: typeof card = Object.assign(Object.create(card) as typeof card, {
      transmit: async (apdu: Uint8Array) => {
        const answer = await card.transmit(apdu)
        return apdu[1] === 0xe2 && apdu[2] === 0x11 ? bytes(0x91, 0x0b) : answer
      },
    })
    const activationCode = await world.order(freshProfile())
    expect((await world.lpa(busy).download({ activationCode })).notified).toBe(true)
  })

  it('whose EUICCInfo2 has a form of its own is judged by the server, not by the phone', async () => {
    const card = world.card()
    const odd: typeof card = Object.assign(Object.create(card) as typeof card, {
      transmit: async (apdu: Uint8Array) => {
        const answer = await card.transmit(apdu)
        const at = Buffer.from(answer).indexOf(Buffer.from('bf22', 'hex'))
        // The version of the profile package: 81 becomes a tag that nobody knows.
        return answer[0] === 0xbf && answer[1] === 0x38 && at > 0 ? answer.with(at + 4, 0x9e) : answer
      },
    })
    const activationCode = await world.order(freshProfile())
    const failure = await world
      .lpa(odd)
      .download({ activationCode })
      .catch((error: unknown) => error)
    expect(isFailure(failure, 'sgp22.function-failed') && failure.facts).toMatchObject({
      function: 'authenticateClient',
      subject: '8.1',
    })
  })

  it('that has no rules table is asked for it only when the profile has rules (SGP.22, 3.1.3.2)', async () => {
    const card = world.card()
    const without: typeof card = Object.assign(Object.create(card) as typeof card, {
      transmit: async (apdu: Uint8Array) =>
        isFunction(apdu, 0x43) ? bytes(0x6a, 0x88) : card.transmit(apdu),
    })
    const lpa = world.lpa(without)
    const activationCode = await world.order(freshProfile(), { metadata: { policyRules: ['updateControl'] } })
    expect((await lpa.download({ activationCode })).notified).toBe(true)
    const owner = { mccMnc: bytes(0x12, 0xf4, 0x70) }
    const ruled = await world.order(freshProfile(), { metadata: { policyRules: ['ppr1'], owner } })
    const failure = await lpa.download({ activationCode: ruled }).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.card-status') && failure.facts.function).toBe('GetRAT')
  })
})

type Json = Record<string, unknown>

describe('a server', () => {
  const json = (change: (answer: Json) => Json) => (_: string, answer: Answer) =>
    answer.body ? { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Json)) } : answer
  const notified = (status: number, body: string) => (name: string, answer: Answer) =>
    name === 'handleNotification' ? { status, body } : answer
  const broken = (value: unknown) =>
    typeof value === 'string' && value.length > 76 ? `${value.replace(/.{76}/g, '$&\r\n')}\n` : value
  const manners: [string, (name: string, answer: Answer) => Answer][] = [
    [
      'that breaks its base64 into lines, as encoders of MIME do',
      json((answer) => Object.fromEntries(Object.entries(answer).map(([k, v]) => [k, broken(v)]))),
    ],
    [
      'that has its members in another order, and more of them',
      json((answer) => Object.fromEntries(Object.entries({ ...answer, crlList: null, more: {} }).reverse())),
    ],
    [
      'that did it with a warning',
      json((answer) => ({
        ...answer,
        header: { functionExecutionStatus: { status: 'Executed-WithWarning' } },
      })),
    ],
    ['that sends no header', json(({ header: _, ...answer }) => answer)],
    ['that takes a notification by 200 without a body', notified(200, '')],
    ['that takes a notification by 200 and a word', notified(200, 'OK')],
    ['that takes a notification by 202', notified(202, '')],
    [
      'that takes a notification by 200 and a header',
      notified(200, '{"header":{"functionExecutionStatus":{"status":"Executed-Success"}}}'),
    ],
  ]
  it.each(manners)('%s serves a download', async (_, manner) => {
    const server = await behind(world.smdpUrl, manner)
    try {
      const lpa = world.lpa(world.card(), { hosts: { [SMDP_ADDRESS]: server.url } })
      const activationCode = await world.order(freshProfile())
      expect((await lpa.download({ activationCode })).notified).toBe(true)
      expect(await lpa.notifications()).toEqual([])
    } finally {
      server.stop()
    }
  })

  it('that compares transaction identifiers as text is given its own back, in whatever case', async () => {
    const lower = json((answer) =>
      typeof answer.transactionId === 'string'
        ? { ...answer, transactionId: answer.transactionId.toLowerCase() }
        : answer,
    )
    const server = await behind(world.smdpUrl, lower, (body) =>
      body.replace(/"transactionId":"[^"]*[A-F][^"]*"/, '"transactionId":"00"'),
    )
    try {
      const lpa = world.lpa(world.card(), { hosts: { [SMDP_ADDRESS]: server.url } })
      const activationCode = await world.order(freshProfile())
      const later = lpa.download({ activationCode, consent: () => 'later' })
      expect(await later.catch((error: unknown) => isFailure(error, 'lpa.not-wanted'))).toBe(true)
      expect((await lpa.download({ activationCode })).notified).toBe(true)
    } finally {
      server.stop()
    }
  })

  it('that leaves its port out of what it signs is sent the result all the same', async () => {
    const address = `${SMDP_ADDRESS}:8443`
    const server = await behind(
      world.smdpUrl,
      (_, answer) => answer,
      (body) => body.replace(address, SMDP_ADDRESS),
    )
    try {
      const lpa = world.lpa(world.card(), {
        hosts: { [address]: server.url, [SMDP_ADDRESS]: 'https://127.0.0.1:1' },
      })
      const activationCode = (await world.order(freshProfile())).replace(SMDP_ADDRESS, address)
      expect((await lpa.download({ activationCode })).notified).toBe(true)
      expect(await lpa.notifications()).toEqual([])
    } finally {
      server.stop()
    }
  })

  it('with the same host at another port keeps what is its own', async () => {
    const address = `${SMDP_ADDRESS}:8443`
    const server = await behind(
      world.smdpUrl,
      (_, answer) => answer,
      (body) => body.replace(address, SMDP_ADDRESS),
    )
    try {
      // The first profile's server, at 443, does not answer when its result is sent.
      const card = world.card()
      const silent = await behind(world.smdpUrl, notified(500, ''))
      const before = world.lpa(card, { hosts: { [SMDP_ADDRESS]: silent.url } })
      expect((await before.download({ activationCode: await world.order(freshProfile()) })).notified).toBe(
        false,
      )
      silent.stop()
      const lpa = world.lpa(card, {
        hosts: { [address]: server.url, [SMDP_ADDRESS]: 'https://127.0.0.1:1' },
      })
      const activationCode = (await world.order(freshProfile())).replace(SMDP_ADDRESS, address)
      expect((await lpa.download({ activationCode })).notified).toBe(true)
      expect((await lpa.notifications()).map((one) => one.address)).toEqual([SMDP_ADDRESS])
    } finally {
      server.stop()
    }
  })

  it('is asked at a host and a port only, whatever an SM-DS or a profile names', async () => {
    const lpa = world.lpa(world.card())
    for (const named of [
      'victim.example/any/path',
      'victim.example:443/x?y=',
      'me@victim.example',
      '',
      'a b',
    ]) {
      const failure = await lpa.discover(named).catch((error: unknown) => error)
      expect(isFailure(failure) && failure.code).toBe(named ? 'lpa.not-an-address' : 'lpa.no-server')
    }
  })

  it.each([
    ['that fails with 500', 500, ''],
    [
      'that refuses in its header',
      200,
      '{"header":{"functionExecutionStatus":{"status":"Failed","statusCodeData":{"subjectCode":"8.1","reasonCode":"6.1"}}}}',
    ],
  ])('%s has not taken a notification', async (_, status, body) => {
    const server = await behind(world.smdpUrl, notified(status, body))
    try {
      const lpa = world.lpa(world.card(), { hosts: { [SMDP_ADDRESS]: server.url } })
      const activationCode = await world.order(freshProfile())
      expect((await lpa.download({ activationCode })).notified).toBe(false)
      expect(await lpa.notifications()).toHaveLength(1)
    } finally {
      server.stop()
    }
  })
})
