import { isFailure } from '@gesim/base'
import { certificatePem } from '@gesim/crypto'
import { iccidOf, readPackage } from '@gesim/saip'
import { type Eid, parseIccid } from '@gesim/sgp22'
import { memoryEvents, type Smds, startSmds } from '@gesim/smds'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behind } from './testing/behind.ts'
import { freshProfile, SMDP_ADDRESS, startWorld, type World } from './testing/world.ts'

const SMDS_ADDRESS = 'localhost'

let world: World
let smds: Smds
const events = memoryEvents()
beforeAll(async () => {
  world = await startWorld()
  const listeners = [{ host: '127.0.0.1', port: 0, tls: 'nist' as const }]
  smds = await startSmds({ pki: world.pki, state: events, smdsAddress: SMDS_ADDRESS, listeners })
})
afterAll(async () => {
  await smds.stop()
  await world.stop()
})

const hosts = () => ({
  [SMDP_ADDRESS]: world.smdpUrl,
  [SMDS_ADDRESS]: `https://127.0.0.1:${smds.ports[0]}`,
})

describe('discovery', () => {
  it('finds what waits for this card at its root SM-DS, and the event leads to the profile', async () => {
    const card = world.card({ rootSmdsAddress: SMDS_ADDRESS })
    const lpa = world.lpa(card, { hosts: hosts() })
    expect(await lpa.discover()).toEqual([])
    const upp = freshProfile()
    await world.order(upp, { matchingId: 'EVENT-1', eid: card.eid })
    await events.add(card.eid as Eid, {
      eventId: 'EVENT-1',
      rspServerAddress: SMDP_ADDRESS,
      owner: '2.999.10',
      forwarded: false,
      expiresAtMs: Date.now() + 60_000,
    })
    const [event] = await lpa.discover()
    expect(event).toEqual({ eventId: 'EVENT-1', rspServerAddress: SMDP_ADDRESS })
    const done = await lpa.download({
      activationCode: {
        smdpAddress: event!.rspServerAddress,
        matchingId: event!.eventId,
        confirmationCodeRequired: false,
      },
    })
    expect(done).toMatchObject({ iccid: iccidOf(readPackage(upp)), notified: true })
  })

  it('follows an event from the root over an alternative SM-DS to the SM-DP+', async () => {
    const ALTERNATIVE = '127.0.0.1'
    const others = memoryEvents()
    const alternative = await startSmds({
      pki: world.pki,
      state: others,
      smdsAddress: ALTERNATIVE,
      listeners: [{ host: '127.0.0.1', port: 0, tls: 'nist' }],
    })
    try {
      const card = world.card({ rootSmdsAddress: SMDS_ADDRESS })
      const all = { ...hosts(), [ALTERNATIVE]: `https://127.0.0.1:${alternative.ports[0]}` }
      const lpa = world.lpa(card, { hosts: all })
      const upp = freshProfile()
      await world.order(upp, { matchingId: 'EVENT-3', eid: card.eid })
      const event = { owner: '2.999.10', forwarded: false, expiresAtMs: Date.now() + 60_000 }
      const eid = card.eid as Eid
      await events.add(eid, { ...event, eventId: 'EVENT-2', rspServerAddress: ALTERNATIVE })
      await others.add(eid, { ...event, eventId: 'EVENT-2', rspServerAddress: SMDP_ADDRESS })
      await others.add(eid, { ...event, eventId: 'EVENT-9', rspServerAddress: 'elsewhere.example.test' })
      const found = (await lpa.discover()).find(({ eventId }) => eventId === 'EVENT-2')
      const activationCode = (matchingId: string) => ({
        smdpAddress: found!.rspServerAddress,
        matchingId,
        confirmationCodeRequired: false,
      })
      // The event of the SM-DS is that of the SM-DP+: an order under another identifier is not its.
      const other = await lpa
        .download({ activationCode: activationCode('EVENT-2') })
        .catch((error: unknown) => error)
      expect(isFailure(other, 'sgp22.function-failed') && other.facts.subject).toBe('8.2.6')
      await others.remove(eid, 'EVENT-2', '2.999.10')
      await others.add(eid, { ...event, eventId: 'EVENT-3', rspServerAddress: SMDP_ADDRESS })
      const steps: string[] = []
      const done = await lpa.download({
        activationCode: activationCode('EVENT-3'),
        onProgress: (progress) => progress.step === 'authenticate' && steps.push(progress.smdpAddress),
      })
      expect(steps).toEqual([ALTERNATIVE, SMDP_ADDRESS])
      expect(done).toMatchObject({ smdpAddress: SMDP_ADDRESS, notified: true })
      const unknown = await lpa
        .download({ activationCode: activationCode('EVENT-4') })
        .catch((error: unknown) => error)
      expect(isFailure(unknown, 'sgp22.function-failed') && unknown.facts.subject).toBe('8.9.5')
    } finally {
      await alternative.stop()
    }
  })

  it('takes "no event record" for nothing that waits, and any other refusal for one', async () => {
    const refusing = (subjectCode: string, reasonCode: string) =>
      behind(hosts()[SMDS_ADDRESS]!, (name, answer) => {
        if (name !== 'authenticateClient') return answer
        const functionExecutionStatus = { status: 'Failed', statusCodeData: { subjectCode, reasonCode } }
        return { status: 200, body: JSON.stringify({ header: { functionExecutionStatus } }) }
      })
    const [none, bad] = [await refusing('8.9.5', '3.9'), await refusing('8.1', '6.1')]
    const card = world.card({ rootSmdsAddress: SMDS_ADDRESS })
    try {
      expect(await world.lpa(card, { hosts: { [SMDS_ADDRESS]: none.url } }).discover()).toEqual([])
      const asked = world.lpa(card, { hosts: { [SMDS_ADDRESS]: bad.url } }).discover()
      const failure = await asked.catch((error: unknown) => error)
      expect(isFailure(failure, 'sgp22.function-failed') && failure.facts.subject).toBe('8.1')
    } finally {
      none.stop()
      bad.stop()
    }
  })

  it('is not asked of an SM-DP+', async () => {
    const lpa = world.lpa(world.card(), { hosts: hosts() })
    const failure = await lpa.discover(SMDP_ADDRESS).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.no-discovery-server')).toBe(true)
  })

  it('without a root SM-DS says so', async () => {
    const failure = await world
      .lpa(world.card())
      .discover()
      .catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.no-server')).toBe(true)
  })
})

describe('the default SM-DP+', () => {
  it('gives the profile that waits for this card without any code', async () => {
    const card = world.card()
    const lpa = world.lpa(card)
    const upp = freshProfile()
    await world.order(upp, { matchingId: '', eid: card.eid })
    await lpa.setDefaultSmdp(SMDP_ADDRESS)
    expect(await lpa.addresses()).toMatchObject({ defaultSmdpAddress: SMDP_ADDRESS })
    expect((await lpa.download({})).iccid).toBe(iccidOf(readPackage(upp)))
    await lpa.reset(['resetDefaultSmdpAddress', 'deleteOperationalProfiles'])
    expect(await lpa.profiles()).toEqual([])
    expect((await lpa.addresses()).defaultSmdpAddress).toBeUndefined()
  })
})

describe('a download that is cut', () => {
  /** A card that dies after so many commands, until it is powered again. */
  function mortal(card: ReturnType<World['card']>) {
    let left = Number.POSITIVE_INFINITY
    return {
      dieAfter: (commands: number) => {
        left = commands
      },
      revive: () => {
        left = Number.POSITIVE_INFINITY
        card.reset()
      },
      transmit: (apdu: Uint8Array) => {
        if (--left < 0) return Promise.reject(new Error('no power'))
        return card.transmit(apdu)
      },
    }
  }

  it('anywhere, is done by trying again, and the profile is installed once', async () => {
    const card = world.card()
    const fragile = mortal(card)
    const lpa = world.lpa(fragile as never)
    for (const commands of [3, 5, 6, 9, 12, 14, 18, 25, 40, 55]) {
      const upp = freshProfile()
      const iccid = iccidOf(readPackage(upp))
      const activationCode = await world.order(upp)
      fragile.dieAfter(commands)
      const first = await lpa.download({ activationCode }).catch((error: unknown) => error)
      fragile.revive()
      if (isFailure(first)) {
        const installed = (await lpa.profiles()).some((profile) => profile.iccid === iccid)
        // The card may have died after its last word: then the result only has to be told.
        if (installed) await lpa.sendNotifications()
        else await lpa.download({ activationCode })
      }
      expect((await lpa.profiles()).filter((profile) => profile.iccid === iccid)).toHaveLength(1)
      expect((await world.state.find({ iccid: parseIccid(iccid) }))!.state).toBe('Installed')
    }
  })

  it('by the user before the package came leaves the order open', async () => {
    const lpa = world.lpa(world.card())
    const upp = freshProfile()
    const activationCode = await world.order(upp)
    const controller = new AbortController()
    const cut = lpa.download({
      activationCode,
      signal: controller.signal,
      onProgress: ({ step }) => step === 'fetch' && controller.abort(),
    })
    const failure = await cut.catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.not-wanted')).toBe(true)
    expect((await lpa.download({ activationCode })).notified).toBe(true)
  })
})

describe('a card of another issuer', () => {
  it('is refused by the server, which has no certificate that it could check', async () => {
    const other = await startWorld()
    try {
      const ca = [...world.pki.issuers, ...other.pki.issuers].map(certificatePem)
      const lpa = world.lpa(other.card(), { ca })
      const activationCode = await world.order(freshProfile())
      const failure = await lpa.download({ activationCode }).catch((error: unknown) => error)
      expect(isFailure(failure, 'sgp22.function-failed') && failure.facts.subject).toBe('8.8.2')
    } finally {
      await other.stop()
    }
  })
})
