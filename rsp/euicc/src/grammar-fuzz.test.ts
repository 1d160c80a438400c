import { concatBytes, fromHex, toHex } from '@gesim/base'
import {
  cutBoundProfilePackage,
  parseIccid,
  writeCancelSessionRequest,
  writeConfigureIsdp,
  writeDeleteRequest,
  writeListNotificationRequest,
  writeLoadCrlRequest,
  writeMemoryResetRequest,
  writeNicknameRequest,
  writeNotificationSentRequest,
  writeProfilesInfoRequest,
  writeRetrieveNotificationsRequest,
  writeStoreMetadata,
  writeSwitchRequest,
} from '@gesim/sgp22'
import { node, readTlv, readTlvs, type Tlv } from '@gesim/tlv'
import { afterAll, describe, expect, it } from 'vitest'
import { cardWorld, TestCard, usimProfile } from './testing/card-world.ts'
import { outcomeOf, selectIsdr, TestServer } from './testing/server.ts'

const world = cardWorld()
const { pki } = world
afterAll(() => world.stop())

const ICCID = '8988211000000000012'
const iccid = parseIccid(ICCID)
const upp = usimProfile(ICCID)

/** Numbers from 0 to below `most`, the same in every run (a linear congruential generator). */
function dice(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * most)
  }
}

/** The same tree with one thing changed in it that the grammar knows: an element more, less, elsewhere, or another. */
function mutate(element: Tlv, roll: (most: number) => number): Uint8Array {
  const strange = [
    fromHex('bf7f00'),
    fromHex('5f3700'),
    node(0x04, new Uint8Array(300)),
    node(0x30, node(0x30, node(0x30))),
    fromHex('0200'),
    fromHex('8000'),
    fromHex('0101ff'),
    fromHex('0480'),
    fromHex('1f8101'),
  ]
  const inner = (parts: Tlv[]): Uint8Array[] => {
    const list = parts.map(({ raw }) => raw)
    const at = roll(list.length + 1)
    const kind = roll(6)
    if (kind === 0) list.splice(at, 0, strange[roll(strange.length)]!)
    else if (kind === 1) list.splice(at, 1)
    else if (kind === 2 && list[at]) list.splice(at, 0, list[at])
    else if (kind === 3 && list[at]) list.push(...list.splice(at, 1))
    else {
      const child = parts[at]
      if (child) list[at] = mutate(child, roll)
    }
    return list
  }
  if (element.constructed && roll(5) > 0) {
    const parts = attempt(() => element.children())
    if (parts) return node(element.tag, ...inner(parts))
  }
  const value = Uint8Array.from(element.value)
  const kind = roll(6)
  if (kind === 0) return node(element.tag)
  if (kind === 1) return node(element.tag, value, value)
  if (kind === 2) return node(element.tag, value.subarray(0, roll(value.length + 1)))
  if (kind === 3 && value.length) value[roll(value.length)] = roll(256)
  if (kind === 4) return node(TAGS[roll(TAGS.length)]!, value)
  return node(element.tag, value.fill(kind === 5 ? 0xff : (value[0] ?? 0)))
}

const TAGS = [0x04, 0x30, 0x5a, 0x80, 0x81, 0xa0, 0xa1, 0x5f37, 0xbf25, 0xbf36]

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Requests of every function, all of them good. */
async function goodRequests(card: TestCard, server: TestServer): Promise<Uint8Array[]> {
  const authenticate = await server.authenticateRequest(card.card)
  return [
    ...['bf2000', 'bf2200', 'bf2e00', 'bf3c00', 'bf4300', 'bf3e035c015a', 'bf3f0880066465662e6d65'].map(
      fromHex,
    ),
    authenticate,
    server.euiccSignature1 ? server.prepareRequest() : fromHex('bf2100'),
    writeCancelSessionRequest({ transactionId: server.transactionId, reason: 0 }),
    writeListNotificationRequest('install', 'enable'),
    writeRetrieveNotificationsRequest({ seqNumber: 1 }),
    writeRetrieveNotificationsRequest({ events: ['enable'] }),
    writeNotificationSentRequest(4711),
    writeLoadCrlRequest(pki.revocations[0]?.der ?? fromHex('3000')),
    writeProfilesInfoRequest({ id: { iccid }, tags: [0x5a, 0x9f70, 0xb8] }),
    writeProfilesInfoRequest({ profileClass: 'operational' }),
    writeSwitchRequest('enable', { iccid }, true),
    writeSwitchRequest('disable', { aid: fromHex('a0000005591010ffffffff8900001000') }, false),
    writeDeleteRequest({ iccid }),
    writeMemoryResetRequest(['deleteFieldLoadedTestProfiles']),
    writeNicknameRequest(iccid, 'Holiday'),
  ]
}

describe('a request of the grammar with something changed in it', () => {
  it('is answered with a response or a status word, whatever it is, and the card works on', async () => {
    const roll = dice(4711)
    const faults: unknown[] = []
    const card = new TestCard(pki, { onFault: (error) => faults.push(error), replies: 'direct' })
    expect(await card.install(upp)).toBe('installed')
    const outcomes = new Map<string, number>()
    for (let round = 0; round < 120; round++) {
      const server = new TestServer(pki, Uint8Array.of(9, round))
      await selectIsdr(card.card)
      if (round % 2) await server.authenticate(card.card)
      for (const good of await goodRequests(card, server)) {
        let bytes = good
        for (let times = 1 + roll(3); times > 0; times--) {
          const element = attempt(() => readTlv(bytes))
          if (element) bytes = mutate(element, roll)
        }
        const answer = await outcomeOf(card.card, bytes)
        const kind = typeof answer === 'number' ? answer.toString(16) : toHex(answer.subarray(0, 2))
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
      }
    }
    expect(faults).toEqual([])
    expect([...outcomes.keys()].filter((kind) => !/^(bf|6a80|6a84|6a86|6a88|6985)/.test(kind))).toEqual([])
    expect(outcomes.size).toBeGreaterThan(20)
    await card.es10(writeMemoryResetRequest(['deleteOperationalProfiles'])).catch(() => undefined)
    expect(await card.install(upp)).toBe('installed')
  })

  it('inside a package that is sealed as it should be is answered by a signed result', async () => {
    const roll = dice(42)
    const faults: unknown[] = []
    const card = new TestCard(pki, { onFault: (error) => faults.push(error), replies: 'direct' })
    const outcomes = new Map<string, number>()
    const metadata = writeStoreMetadata({
      iccid,
      serviceProviderName: 'Test',
      profileName: 'Test profile',
      iconType: 1,
      icon: new Uint8Array(40),
      owner: { mccMnc: fromHex('00f110'), gid1: fromHex('01') },
      policyRules: ['ppr2'],
      notifications: [{ events: ['install'], address: 'a.test' }],
    })
    for (let round = 0; round < 400; round++) {
      const server = await card.prepared()
      const changed = (bytes: Uint8Array, when: number) =>
        round % 3 === when ? mutate(readTlv(bytes), roll) : undefined
      const bound = server.bind(card.card.eid, round % 3 === 2 ? mutateUpp(roll) : upp, {}, false, {
        configuration: changed(writeConfigureIsdp({ dpOid: '2.999.10' }), 0),
        storeMetadata: changed(metadata, 1),
      })
      let outcome = 'no answer'
      for (const piece of cutBoundProfilePackage(bound)) {
        const answer = await outcomeOf(card.card, piece)
        if (typeof answer !== 'number' && answer.length === 0) continue
        outcome = typeof answer === 'number' ? answer.toString(16) : resultOf(answer)
        break
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (outcome === 'installed')
        await card.es10(
          writeMemoryResetRequest(['deleteOperationalProfiles', 'deleteFieldLoadedTestProfiles']),
        )
    }
    expect(faults).toEqual([])
    const known = /^(installed|1\/1|2\/1|2\/15|5\/12|5\/13)$/
    expect([...outcomes.keys()].filter((outcome) => !known.test(outcome))).toEqual([])
    expect(outcomes.size).toBeGreaterThan(4)
  })
})

function resultOf(answer: Uint8Array): string {
  const result = readTlv(answer, 0xbf37).require(0xbf27).require(0xa2).children()[0]!
  if (result.tag === 0xa0) return 'installed'
  const [command, reason] = result.children()
  return `${command!.value[0]}/${reason!.value[0]}`
}

/** The package with one thing changed in one of its elements. */
function mutateUpp(roll: (most: number) => number): Uint8Array {
  const elements = readTlvs(upp)
  const which = roll(elements.length)
  return concatBytes(...elements.map((element, i) => (i === which ? mutate(element, roll) : element.raw)))
}
