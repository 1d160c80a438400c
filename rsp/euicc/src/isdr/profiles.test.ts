import { bytesEqual, fromHex, toHex } from '@gesim/base'
import { ecdsaVerify, identityOf } from '@gesim/crypto'
import {
  parseIccid,
  readEuiccInfo2,
  readRatResponse,
  readResult,
  readRetrieveNotificationsResponse,
  writeConfigureIsdp,
  writeDeleteRequest,
  writeMemoryResetRequest,
  writeRetrieveNotificationsRequest,
} from '@gesim/sgp22'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryState, type StateStore } from '../state.ts'
import { cardWorld, TestCard, usimProfile } from '../testing/card-world.ts'
import { selectIsdr } from '../testing/server.ts'

const world = cardWorld(['nist', 'brainpool'])
const { pki } = world
afterAll(() => world.stop())

const [A, B, T, U] = [12, 20, 38, 46].map(
  (number) => `8988211000000000${String(number).padStart(3, '0')}`,
) as [string, string, string, string]
const test = { profileClass: 'test' as const }
const owner = { mccMnc: fromHex('00f110') }

describe('a test profile (SGP.22, 5.7.16 and 5.7.17)', () => {
  it('takes the place of an operational one, also of one that may not be disabled, and gives it back', async () => {
    const card = new TestCard(pki)
    expect(await card.install(usimProfile(A), { policyRules: ['ppr1'], owner })).toBe('installed')
    expect(await card.install(usimProfile(T), test)).toBe('installed')
    expect(await card.install(usimProfile(U), test)).toBe('installed')
    expect(await card.switch('enable', A)).toBe(0)
    expect(await card.switch('disable', A)).toBe(3)
    expect(await card.switch('enable', T)).toBe(0)
    expect(await card.enabled()).toEqual([T])
    expect(await card.switch('enable', U)).toBe(0)
    expect(await card.switch('disable', U)).toBe(0)
    expect(await card.enabled()).toEqual([A])
    const events = (await card.pending('enable', 'disable')).map(({ event, iccid }) => `${event} ${iccid}`)
    expect(events).toEqual([
      `enable ${A}`,
      `disable ${A}`,
      `enable ${T}`,
      `disable ${T}`,
      `enable ${U}`,
      `disable ${U}`,
      `enable ${A}`,
    ])
  })

  it('lets only the profile return that was there before, also after a loss of power', async () => {
    const state = memoryState()
    let card = new TestCard(pki, { state })
    for (const iccid of [A, B]) expect(await card.install(usimProfile(iccid))).toBe('installed')
    expect(await card.install(usimProfile(T), test)).toBe('installed')
    await card.switch('enable', A)
    await card.switch('enable', T)
    card = new TestCard(pki, { state })
    await selectIsdr(card.card)
    expect(await card.switch('enable', B)).toBe(4)
    expect(await card.switch('enable', A)).toBe(0)
    expect(await card.enabled()).toEqual([A])
    expect(await card.switch('enable', B)).toBe(0)
  })

  it('gives way to anything when nothing was enabled before it', async () => {
    const card = new TestCard(pki)
    await card.install(usimProfile(B))
    await card.install(usimProfile(T), test)
    await card.switch('enable', T)
    expect(await card.switch('enable', B)).toBe(0)
    expect(await card.switch('disable', B)).toBe(0)
    expect(await card.enabled()).toEqual([])
  })

  it('is reset by a rule of its own, and the profile before it returns', async () => {
    const card = new TestCard(pki)
    await card.install(usimProfile(A))
    await card.install(usimProfile(T), test)
    await card.switch('enable', A)
    await card.switch('enable', T)
    const reset = async (...options: Parameters<typeof writeMemoryResetRequest>[0]) =>
      readResult(await card.es10(writeMemoryResetRequest(options)), 0xbf34)
    expect(await reset('deleteFieldLoadedTestProfiles')).toBe(0)
    expect(await card.enabled()).toEqual([A])
    expect(await reset('deleteFieldLoadedTestProfiles')).toBe(1)
    expect(await reset('resetDefaultSmdpAddress')).toBe(1)
    await card.es10('bf3f0880066465662e6d65')
    expect(await reset('deleteOperationalProfiles', 'resetDefaultSmdpAddress')).toBe(0)
    expect(await card.profiles()).toEqual([])
    expect(toHex(await card.es10('bf3c00'))).toBe('bf3c028100')
    expect((await card.pending('delete')).map(({ iccid }) => iccid)).toEqual([T, A])
  })
})

describe('policy rules', () => {
  const install = (rules: Parameters<TestCard['install']>[1], options = {}) =>
    new TestCard(pki, options).install(usimProfile(A), rules)

  it('are refused without an owner, and for an owner that the table does not authorise', async () => {
    expect(await install({ policyRules: ['ppr2'] })).toBe('2/15')
    const table = [{ rules: ['ppr2' as const], operators: [{ mccMnc: fromHex('00f110') }], flags: [0] }]
    expect(await install({ policyRules: ['ppr2'], owner }, { rules: table })).toBe('installed')
    expect(await install({ policyRules: ['ppr1'], owner }, { rules: table })).toBe('2/15')
    const other = { mccMnc: fromHex('62f210') }
    expect(await install({ policyRules: ['ppr2'], owner: other }, { rules: table })).toBe('2/15')
    expect(await install({ policyRules: ['ppr1'], owner }, { rules: [] })).toBe('2/15')
    const card = new TestCard(pki, { rules: table })
    await selectIsdr(card.card)
    expect(readRatResponse(await card.es10('bf4300'))).toEqual(table)
    // The server learns before it binds anything which rule this card takes from nobody.
    const forbidden = readEuiccInfo2(await card.es10('bf2200')).forbiddenProfilePolicyRules
    expect(toHex(forbidden!)).toBe('0640')
    const open = new TestCard(pki)
    await selectIsdr(open.card)
    expect(readEuiccInfo2(await open.es10('bf2200')).forbiddenProfilePolicyRules).toBeUndefined()
  })

  it('that forbid disabling are for the first operational profile only', async () => {
    const card = new TestCard(pki)
    await card.install(usimProfile(B))
    expect(await card.install(usimProfile(A), { policyRules: ['ppr1'], owner })).toBe('2/15')
  })

  it('keep a profile from being deleted, until the memory is reset', async () => {
    const card = new TestCard(pki)
    await card.install(usimProfile(A), { policyRules: ['ppr2'], owner })
    const id = { iccid: parseIccid(A) }
    expect(readResult(await card.es10(writeDeleteRequest(id)), 0xbf33)).toBe(3)
    const reset = writeMemoryResetRequest(['deleteOperationalProfiles'])
    expect(readResult(await card.es10(reset), 0xbf34)).toBe(0)
  })
})

describe('metadata that does not fit the profile (SGP.22, 5.5.5)', () => {
  it('is found out: number, network and groups', async () => {
    const install = (metadata: Parameters<TestCard['install']>[1]) =>
      new TestCard(pki).install(usimProfile(A), metadata)
    expect(await install({ iccid: parseIccid(B) })).toBe('5/13')
    expect(await install({ owner: { mccMnc: fromHex('62f210') } })).toBe('5/13')
    expect(await install({ owner: { mccMnc: fromHex('000110') } })).toBe('installed')
    expect(await install({ owner: { mccMnc: fromHex('001110') } })).toBe('5/13')
    expect(await install({ owner: { ...owner, gid1: fromHex('01') } })).toBe('5/13')
    expect(await install({ owner })).toBe('installed')
  })
})

describe('data of the SM-DP+ (ConfigureISDP)', () => {
  it('is kept with the profile and shown to who asks for it', async () => {
    const card = new TestCard(pki)
    const configuration = writeConfigureIsdp({ dpOid: '2.999.10' })
    expect(await card.install(usimProfile(A), {}, { configuration })).toBe('installed')
    expect((await card.profiles())[0]?.proprietary).toBeUndefined()
    const [shown] = await card.profiles({ tags: [0x5a, 0xb8] })
    expect([shown?.iccid, toHex(shown!.proprietary!)]).toEqual([A, 'b805800388370a'])
  })

  it('of another server or beyond 128 bytes is refused', async () => {
    const card = new TestCard(pki)
    const configurations = [
      writeConfigureIsdp({ dpOid: '2.999.11' }),
      fromHex(`bf248190b8818d800388370a8181${'85'}${'00'.repeat(0x85)}`),
      fromHex('bf2403b80180'),
      fromHex('bf2500'),
    ]
    for (const configuration of configurations)
      expect(await card.install(usimProfile(A), {}, { configuration })).toBe('1/1')
  })
})

describe('notifications', () => {
  it('of a profile are signed under the issuer under which it was installed', async () => {
    const card = new TestCard(pki, {}, 'brainpool')
    expect(await card.install(usimProfile(A))).toBe('installed')
    await card.switch('enable', A)
    const request = writeRetrieveNotificationsRequest({ events: ['enable'] })
    const [told] = readRetrieveNotificationsResponse(await card.es10(request)).ok!
    if (told?.kind !== 'other') throw new Error('no notification')
    const euicc = identityOf(pki, 'euicc', 'brainpool').certificate
    expect(bytesEqual(told.euiccCertificate, euicc.der)).toBe(true)
    expect(ecdsaVerify(euicc.publicKey, told.notification.raw, told.signature)).toBe(true)
  })

  it('are listed and retrieved by one event, by several, and by number', async () => {
    const card = new TestCard(pki)
    await card.install(usimProfile(A))
    await card.switch('enable', A)
    await card.switch('disable', A)
    expect((await card.pending('install')).map(({ address }) => address)).toEqual([
      'smdp.test.example',
      'notify.test.example',
    ])
    expect(await card.pending('enable', 'disable')).toHaveLength(2)
    expect(await card.pending('delete')).toEqual([])
    const retrieve = async (search: Parameters<typeof writeRetrieveNotificationsRequest>[0]) =>
      readRetrieveNotificationsResponse(await card.es10(writeRetrieveNotificationsRequest(search))).ok!
    expect(await retrieve({})).toHaveLength(4)
    expect(await retrieve({ events: ['install', 'disable'] })).toHaveLength(3)
    expect(await retrieve({ seqNumber: 3 })).toHaveLength(1)
    expect(await retrieve({ seqNumber: 99 })).toEqual([])
  })
})

describe('memory', () => {
  it('is told to the server, taken by profiles and given back', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    const free = async () => readEuiccInfo2(await card.es10('bf2200')).extCardResource
    const before = await free()
    await card.install(usimProfile(A))
    const after = await free()
    expect(after.installedApplications).toBe(1)
    expect(before.freeNonVolatileBytes - after.freeNonVolatileBytes).toBeGreaterThan(usimProfile(A).length)
    await card.es10(writeDeleteRequest({ iccid: parseIccid(A) }))
    expect(await free()).toEqual(before)
  })

  it('that is too small for a package refuses it while it comes, with the reason', async () => {
    const card = new TestCard(pki)
    const server = await card.prepared()
    const bound = server.bind(card.card.eid, new Uint8Array(800_000))
    const result = await card.load(bound)
    expect(result?.data.result).toMatchObject({ success: false, command: 5, reason: 10 })
    expect(await card.install(usimProfile(A))).toBe('installed')
  })
})

describe('a card whose state cannot be written', () => {
  it('answers 6F00, undoes the command, and goes on when it can', async () => {
    const kept = memoryState()
    let full = false
    const state: StateStore = {
      load: kept.load,
      save: (next) => {
        if (full) throw new Error('no space left on device')
        kept.save(next)
      },
    }
    const faults: unknown[] = []
    const card = new TestCard(pki, { state, onFault: (error) => faults.push(error) })
    await card.install(usimProfile(A))
    full = true
    await expect(card.switch('enable', A)).rejects.toThrow('SW 6f00')
    expect(String(faults)).toContain('no space left')
    expect(await card.enabled()).toEqual([])
    expect(await card.pending('enable')).toEqual([])
    full = false
    expect(await card.switch('enable', A)).toBe(0)
    expect((await card.pending()).map(({ seqNumber }) => seqNumber)).toEqual([1, 2, 3])
  })
})
