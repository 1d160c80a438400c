import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isFailure, toHex } from '@gesim/base'
import { ecdsaVerify } from '@gesim/crypto'
import { ISDR_AID, type SoftwareCard } from '@gesim/euicc'
import { iccidOf, readPackage } from '@gesim/saip'
import { eidWithCheckDigits, parseIccid, readProfileInstallationResult } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from './index.ts'
import { freshProfile, SMDP_ADDRESS, startWorld, type World } from './testing/world.ts'

const TS48 = new URL('../../../../shared/data/rsp/ts48-v7/', import.meta.url)
const samples = existsSync(TS48) ? readdirSync(TS48).filter((name) => name.endsWith('.der')) : []

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const profileOf = async (iccid: string) => (await world.state.find({ iccid: parseIccid(iccid) }))!
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (!isFailure(error)) throw error
    return error.code === 'sgp22.function-failed'
      ? `${error.facts.subject}/${error.facts.reason}`
      : error.code
  }
}

/** The whole life of a profile on a card. */
async function liveThrough(card: SoftwareCard, upp: Uint8Array): Promise<number> {
  const lpa = world.lpa(card)
  const activationCode = await world.order(upp)
  const steps: string[] = []
  const startMs = performance.now()
  const done = await lpa.download({ activationCode, onProgress: ({ step }: Progress) => steps.push(step) })
  const tookMs = performance.now() - startMs
  expect([...new Set(steps)]).toEqual([
    'authenticate',
    'preview',
    'prepare',
    'fetch',
    'install',
    'installed',
    'notify',
  ])
  expect(done.notified).toBe(true)
  expect(done.iccid).toBe(iccidOf(readPackage(upp)))
  const result = readProfileInstallationResult(done.installationResult)
  const euicc = world.pki.identities.find(({ certificate }) => certificate.role === 'euicc')!
  expect(ecdsaVerify(euicc.certificate.publicKey, result.data.raw, result.signature)).toBe(true)
  const installed = await profileOf(done.iccid)
  expect(installed.state).toBe('Installed')
  expect(toHex(installed.evidence!.profileInstallationResult)).toBe(toHex(done.installationResult))

  await lpa.enable(done.iccid)
  expect(await lpa.profiles()).toMatchObject([{ iccid: done.iccid, enabled: true }])
  await lpa.disable(done.iccid)
  await lpa.delete(done.iccid)
  expect(await lpa.profiles()).toEqual([])
  const { sent, kept } = await lpa.sendNotifications()
  expect(sent.map(({ event }) => event)).toEqual(['enable', 'disable', 'delete'])
  expect(kept).toEqual([])
  return tookMs
}

describe('a whole profile, from our SM-DP+ through our LPA onto our card', () => {
  it('of our own writing is downloaded, enabled, disabled, deleted', async () => {
    await liveThrough(world.card(), freshProfile())
  })

  it('works through a reader that passes on small blocks and wants GET RESPONSE', async () => {
    const card = world.card({ replies: 'chained' })
    const lpa = world.lpa(card, { blockBytes: 64 })
    const activationCode = await world.order(freshProfile())
    expect((await lpa.download({ activationCode })).notified).toBe(true)
  })

  it.skipIf(samples.length === 0).each(samples.length ? samples : ['TS.48'])(
    '%s (skipped where the packages are not beside us)',
    async (name) => {
      await liveThrough(world.card(), new Uint8Array(readFileSync(new URL(name, TS48))))
    },
  )

  it('on brainpool curves too', async () => {
    const brainpool = await startWorld('brainpool')
    try {
      const lpa = brainpool.lpa(brainpool.card())
      const activationCode = await brainpool.order(freshProfile())
      expect((await lpa.download({ activationCode })).notified).toBe(true)
    } finally {
      await brainpool.stop()
    }
  })
})

describe('the user', () => {
  it('is shown the profile and may say no, or later', async () => {
    const lpa = world.lpa(world.card())
    const upp = freshProfile()
    const iccid = iccidOf(readPackage(upp))
    const activationCode = await world.order(upp)
    const answers = ['later', 'no'] as const
    const states: string[] = []
    for (const answer of answers) {
      const consent = (preview: { metadata: { profileName: string } }) => {
        expect(preview.metadata.profileName).toBe('Test plan')
        return answer
      }
      expect(await codeOf(lpa.download({ activationCode, consent }))).toBe('lpa.not-wanted')
      states.push((await profileOf(iccid)).state)
    }
    expect(states).toEqual(['Released', 'Error'])
  })

  it('who does not answer in time leaves the order open', async () => {
    const lpa = world.lpa(world.card())
    const upp = freshProfile()
    const activationCode = await world.order(upp)
    const consent = () => new Promise<'yes'>(() => undefined)
    expect(await codeOf(lpa.download({ activationCode, consent, consentTimeoutMs: 20 }))).toBe(
      'lpa.not-wanted',
    )
    expect((await profileOf(iccidOf(readPackage(upp)))).state).toBe('Released')
    expect(await codeOf(lpa.download({ activationCode }))).toBe('ok')
  })

  it('gives a confirmation code, which must be right', async () => {
    const lpa = world.lpa(world.card())
    const activationCode = await world.order(freshProfile(), { confirmationCode: '4711' })
    expect(await codeOf(lpa.download({ activationCode }))).toBe('lpa.confirmation-code-missing')
    expect(await codeOf(lpa.download({ activationCode, confirmationCode: '0815' }))).toBe('8.2.7/3.8')
    expect(await codeOf(lpa.download({ activationCode, confirmationCode: async () => '4711' }))).toBe('ok')
  })
})

describe('what goes wrong is said', () => {
  it('by the server: unknown or foreign orders', async () => {
    const lpa = world.lpa(world.card())
    expect(await codeOf(lpa.download({ activationCode: `LPA:1$${SMDP_ADDRESS}$NOBODY` }))).toBe('8.2.6/3.8')
    const eid = eidWithCheckDigits('890490320000000000000000000000')
    const activationCode = await world.order(freshProfile(), { eid })
    expect(await codeOf(lpa.download({ activationCode }))).toBe('8.1.1/3.8')
  })

  it('by the phone: no code, no server, another server', async () => {
    const lpa = world.lpa(world.card())
    expect(await codeOf(lpa.download({ activationCode: 'not a code' }))).toBe('sgp22.not-activation-code')
    expect(await codeOf(lpa.download({}))).toBe('lpa.no-server')
    const upp = freshProfile()
    const code = await world.order(upp)
    expect(await codeOf(lpa.download({ activationCode: `${code}$2.999.77` }))).toBe('lpa.server-identity')
    const foreign = world.lpa(world.card(), {
      hosts: { 'other.example.test': world.smdpUrl },
      insecure: true,
    })
    const activationCode = code.replace(SMDP_ADDRESS, 'other.example.test')
    expect(await codeOf(foreign.download({ activationCode }))).toBe('8.8.1/3.8')
  })

  it('by TLS, unless it is told not to look', async () => {
    const activationCode = await world.order(freshProfile())
    const untrusting = world.lpa(world.card(), { ca: undefined })
    expect(await codeOf(untrusting.download({ activationCode }))).toBe('sgp22.no-answer')
    const insecure = world.lpa(world.card(), { ca: undefined, insecure: true })
    expect(await codeOf(insecure.download({ activationCode }))).toBe('ok')
  })

  it('by the card: with the profile element and its offset', async () => {
    const card = world.card()
    const lpa = world.lpa(card)
    const bad = freshProfile()
    // The tag of the MF element becomes one that no element has.
    const mf = readPackage(bad).elements[1]!
    bad[mf.offset] = 0xaf
    const iccid = iccidOf(readPackage(bad))
    const activationCode = await world.order(bad)
    const failure = await lpa.download({ activationCode }).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.install-failed') && failure.facts).toMatchObject({
      command: 'loadProfileElements (5)',
      reason: 'installFailedDueToPEProcessingError (12)',
      status: 'pe-not-supported (1)',
      offset: mf.offset,
    })
    // The server heard of it.
    expect((await profileOf(iccid)).state).toBe('Error')
    expect(await lpa.notifications()).toEqual([])
  })

  it('by the card: functions that do not fit the state', async () => {
    const lpa = world.lpa(world.card())
    const activationCode = await world.order(freshProfile())
    const { iccid } = await lpa.download({ activationCode })
    const failure = await lpa.disable(iccid).catch((error: unknown) => error)
    expect(isFailure(failure, 'lpa.function-refused') && failure.facts.result).toBe(
      'profileNotInEnabledState',
    )
  })

  it('when there is no eUICC at all', async () => {
    const card = { transmit: async () => Uint8Array.of(0x6a, 0x82) }
    expect(await codeOf(world.lpa(card as unknown as SoftwareCard).eid())).toBe('lpa.no-isdr')
    const gone = { transmit: () => Promise.reject(new Error('unplugged')) }
    expect(await codeOf(world.lpa(gone as unknown as SoftwareCard).eid())).toBe('lpa.card-gone')
    expect(ISDR_AID).toHaveLength(16)
  })
})

describe('notifications', () => {
  it('wait on the card while their server cannot be reached, in order, and go later', async () => {
    const card = world.card()
    const lpa = world.lpa(card)
    const activationCode = await world.order(freshProfile(), {
      metadata: {
        notifications: [
          { events: ['enable', 'disable'], address: SMDP_ADDRESS },
          { events: ['enable'], address: 'nowhere.example.test' },
        ],
      },
    })
    const { iccid } = await lpa.download({ activationCode })
    await lpa.enable(iccid)
    await lpa.disable(iccid)
    const cut = world.lpa(card, {
      hosts: { [SMDP_ADDRESS]: 'https://127.0.0.1:1', 'nowhere.example.test': 'https://127.0.0.1:1' },
    })
    expect((await cut.sendNotifications()).sent).toEqual([])
    const reached = world.lpa(card, {
      hosts: { [SMDP_ADDRESS]: world.smdpUrl, 'nowhere.example.test': 'https://127.0.0.1:1' },
    })
    const { sent, kept } = await reached.sendNotifications()
    expect(sent.map(({ event }) => event)).toEqual(['enable', 'disable'])
    expect(kept).toMatchObject([{ address: 'nowhere.example.test' }])
    expect((await reached.notifications()).length).toBe(1)
  })
})

describe('many downloads', () => {
  it('one after another take less than a second each, on a busy machine too', async () => {
    const card = world.card()
    const lpa = world.lpa(card)
    const codes: string[] = []
    for (let i = 0; i < 10; i++) codes.push(await world.order(freshProfile()))
    const startMs = performance.now()
    for (const activationCode of codes) await lpa.download({ activationCode })
    expect((performance.now() - startMs) / codes.length).toBeLessThan(1000)
    expect(await lpa.profiles()).toHaveLength(10)
  })
})
