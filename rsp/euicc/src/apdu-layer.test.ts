import { concatBytes, fromHex, toHex } from '@gesim/base'
import {
  BPP_TAG,
  cutBoundProfilePackage,
  readBoundProfilePackage,
  readProfileInstallationResult,
  readProfilesInfoResponse,
  writeProfilesInfoRequest,
} from '@gesim/sgp22'
import { header, readTlv } from '@gesim/tlv'
import { afterAll, describe, expect, it } from 'vitest'
import { ISDR_AID, writeCommand } from './index.ts'
import { cardWorld, TestCard, usimProfile } from './testing/card-world.ts'
import { outcomeOf, selectIsdr } from './testing/server.ts'

const world = cardWorld()
const { pki } = world
afterAll(() => world.stop())

const ICCID = '8988211000000000012'
const upp = usimProfile(ICCID)
const SELECT_ISDR = '00a4040010a0000005591010ffffffff8900000100'
/** The class byte of a channel: 0 to 3, then 4 to 19. */
const classOf = (base: number, channel: number) =>
  channel < 4 ? base | channel : base | 0x40 | (channel - 4)

describe('logical channels (TS 102 221, 8.7)', () => {
  it('are opened by number or as they come, up to 20, and are each on their own application', async () => {
    const card = new TestCard(pki)
    for (let channel = 1; channel < 20; channel++)
      expect(await card.send('0070000001')).toEqual({
        data: channel.toString(16).padStart(2, '0'),
        sw: '9000',
      })
    expect((await card.send('0070000001')).sw).toBe('6a81')
    expect((await card.send('00708007')).sw).toBe('9000')
    expect((await card.send('00708007')).sw).toBe('6a86')
    expect((await card.send('00708000')).sw).toBe('6a86')
    expect((await card.send('00700007')).sw).toBe('9000')
    expect((await card.send('00700007')).sw).toBe('6a81')
    expect((await card.send('00700100')).sw).toBe('6a86')
    for (const channel of [1, 3, 4, 19]) {
      const select = writeCommand(classOf(0, channel), 0xa4, 4, 0, ISDR_AID, 0)
      expect((await card.send(select)).sw).toBe('9000')
      const challenge = writeCommand(classOf(0x80, channel), 0xe2, 0x91, 0, fromHex('bf2e00'))
      expect((await card.send(challenge)).sw).toBe('6115')
      expect(
        (await card.send(writeCommand(classOf(0x80, channel), 0xc0, 0, 0, undefined, 0x15))).data,
      ).toMatch(/^bf2e12/)
    }
    // Channel 2 has selected nothing.
    expect((await card.send('82e2910003bf2e00')).sw).toBe('6985')
  })

  it('that are closed are 6881', async () => {
    const card = new TestCard(pki)
    expect((await card.send('01a4040010a0000005591010ffffffff8900000100')).sw).toBe('6881')
    expect((await card.send('81e2910003bf2e00')).sw).toBe('6881')
  })

  it('keep their chains of blocks apart', async () => {
    const card = new TestCard(pki)
    await card.send('0070000001')
    await card.send(SELECT_ISDR)
    await card.send(`01${SELECT_ISDR.slice(2)}`)
    expect(await card.send('80e2110002bf2e')).toEqual({ data: '', sw: '9000' })
    expect((await card.send('81e2910003bf2000')).sw).toMatch(/^61/)
    expect((await card.send('80e291010100')).sw).toBe('6115')
  })
})

describe('the class byte', () => {
  it('of secure messaging, of GSM, and of nobody is 6E00', async () => {
    const card = new TestCard(pki)
    for (const cla of [0x04, 0x0c, 0x10, 0x60, 0x84, 0xa0, 0xb0, 0xe0, 0xff])
      expect((await card.send(Uint8Array.of(cla, 0xa4, 0, 4, 2, 0x3f, 0))).sw, cla.toString(16)).toBe('6e00')
  })
})

describe('SELECT of the ISD-R', () => {
  it('tells its AID and the version of SGP.22, by whole AID and by its beginning', async () => {
    const card = new TestCard(pki, { svn: '2.4.0' })
    const { data, sw } = await card.send(`${SELECT_ISDR}00`)
    expect(sw).toBe('9000')
    const template = readTlv(fromHex(data), 0x6f)
    expect(toHex(template.require(0x84).value)).toBe(toHex(ISDR_AID))
    expect(toHex(template.require(0xe0).require(0x82).value)).toBe('020400')
    expect((await card.send('00a4040009a0000005591010ffff00')).sw).toBe('9000')
    expect((await card.send('00a4040004a0000005')).sw).toBe('6a82')
    // P2 of 0C: no response data is wanted (TS 102 221, 11.1.1.2), so that nothing waits to be fetched.
    expect(await card.send(SELECT_ISDR.replace('a40400', 'a4040c'))).toEqual({ data: '', sw: '9000' })
    expect((await card.send('80e2910003bf2e00')).sw).toBe('6115')
    expect((await card.send('00a4040010a0000005591010ffffffff8900000900')).sw).toBe('6a82')
  })
})

describe('a channel on the ISD-R', () => {
  it('stays there whatever else is asked of it, until something is selected', async () => {
    const card = new TestCard(pki)
    await card.install(upp)
    await card.switch('enable', ICCID)
    await card.send(SELECT_ISDR)
    expect((await card.send('80f2000c')).sw).toBe('9000')
    for (const command of ['00b0000001', '00200001', '0088008110'.padEnd(44, '0')])
      expect((await card.send(command)).sw).toBe('6d00')
    expect((await card.send('80e2910003bf2e00')).sw).toBe('6115')
    expect((await card.send('00a4000c023f00')).sw).toBe('9000')
    expect((await card.send('00200001')).sw).toBe('63c3')
    expect((await card.send('80e2910003bf2e00')).sw).toBe('6985')
  })
})

describe('responses', () => {
  const EVERYTHING = fromHex('bf2b00')

  async function withNotifications(replies: 'chained' | 'direct') {
    const card = new TestCard(pki, { replies })
    await card.install(upp)
    for (let i = 0; i < 3; i++) {
      await card.switch('enable', ICCID)
      await card.switch('disable', ICCID)
    }
    return card
  }

  it('of any length come in pieces of 61xx and GET RESPONSE, of the sizes that the terminal asks for', async () => {
    const whole = toHex(await (await withNotifications('direct')).es10(EVERYTHING))
    expect(whole.length / 2).toBeGreaterThan(5000)
    const card = await withNotifications('chained')
    for (const le of [0, 255, 100]) {
      let { sw } = await card.send(writeCommand(0x80, 0xe2, 0x91, 0, EVERYTHING))
      expect(sw).toBe('6100')
      let data = ''
      while (sw.startsWith('61')) {
        const next = await card.send(writeCommand(0x80, 0xc0, 0, 0, undefined, le))
        data += next.data
        sw = next.sw
      }
      expect(sw).toBe('9000')
      expect(data.length).toBe(whole.length)
      // What waited was taken: there is no more of it.
      expect((await card.send('80c0000000')).sw).toBe('6985')
    }
  })

  it('come whole at once when the card is told so', async () => {
    const card = await withNotifications('direct')
    const { data, sw } = await card.send(writeCommand(0x80, 0xe2, 0x91, 0, EVERYTHING))
    expect([sw, data.length / 2 > 5000]).toEqual(['9000', true])
  })

  it('come at once when the terminal asks for as much as there is', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    expect((await card.send('80e2910003bf2e0015')).sw).toBe('9000')
    expect((await card.send('80e2910003bf2e0000')).data).toHaveLength(42)
    expect((await card.send('80e2910003bf2e0005')).sw).toBe('6115')
  })

  it('that nobody takes are forgotten with the next command', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    expect((await card.send('80e2910003bf2e00')).sw).toBe('6115')
    expect((await card.send('80e2910003bf3c00')).sw).toMatch(/^61/)
    expect((await card.send('80c0000000')).data).toMatch(/^bf3c/)
  })
})

describe('STORE DATA', () => {
  it('takes chains in order only, answers inner blocks with nothing, and begins anew at block 0', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    expect(await card.send('80e2110002bf2e')).toEqual({ data: '', sw: '9000' })
    expect((await card.send('80e291020100')).sw).toBe('6a86')
    expect((await card.send('80e291010100')).sw).toBe('6a86')
    await card.send('80e2110002bf2e')
    await card.send('80e2110002bf2e')
    expect((await card.send('80e291010100')).sw).toBe('6115')
    expect((await card.send('80e2900003bf2e00')).sw).toBe('6a86')
    expect((await card.send('80e2910002bf2e')).sw).toBe('6a80')
    expect((await card.send('80e2910004bf2e0000')).sw).toBe('6a80')
    expect((await card.send('80e2910003bf7f00')).sw).toBe('6a88')
    expect((await card.send('80e29100')).sw).toBe('6a88')
    expect((await card.send('00e2910003bf2e00')).sw).toBe('6d00')
  })

  it('takes blocks of any length, from none on', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    for (const [at, block] of ['01bf', '012e', '0100'].entries()) {
      const answer = await card.send(`80e2${at === 2 ? 91 : 11}0${at}${block}`)
      expect(answer.sw).toBe(at === 2 ? '6115' : '9000')
    }
    expect(await card.send('80e2110000')).toEqual({ data: '', sw: '9000' })
    expect((await card.send('80e2910103bf2e00')).sw).toBe('6115')
  })

  it('refuses a request without end', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    const block = new Uint8Array(255)
    block.set(fromHex('bf38820fffff'.slice(0, 10)))
    let sw = ''
    for (let i = 0; i < 300 && sw !== '6a84'; i++)
      sw = (await card.send(writeCommand(0x80, 0xe2, 0x11, i & 0xff, block))).sw
    expect(sw).toBe('6a84')
    expect((await card.send('80e2910003bf2e00')).sw).toBe('6115')
  })
})

describe('lengths of commands (ISO 7816-3, 12.1)', () => {
  it('short and extended are read, others are 6700', async () => {
    const card = new TestCard(pki)
    await selectIsdr(card.card)
    for (const bad of ['', '00', '80e291', '80e2910004bf2e00', '80e2910003bf2e0000ff', '80e291000003bf2e00'])
      expect((await card.send(bad)).sw, bad).toBe('6700')
    expect((await card.send('80e29100000003bf2e00')).sw).toBe('6115')
    expect((await card.send('80e29100000003bf2e000000')).data).toHaveLength(42)
  })
})

describe('a bound profile package', () => {
  it('as one chain, as headers alone, and as elements cut in the middle installs', async () => {
    type Cut = (bound: Uint8Array) => Uint8Array[]
    const parts = (bound: Uint8Array) => {
      const { initialiseSecureChannel, firstSequence87, sequence88, sequence86 } =
        readBoundProfilePackage(bound)
      const list = (tag: number, segments: readonly Uint8Array[]) => [
        header(tag, concatBytes(...segments).length),
        ...segments,
      ]
      const start = bound.subarray(0, bound.indexOf(0xbf, 2))
      return [
        start,
        initialiseSecureChannel,
        ...list(BPP_TAG.firstSequence87, firstSequence87),
        ...list(BPP_TAG.sequence88, sequence88),
        ...list(BPP_TAG.sequence86, sequence86),
      ]
    }
    const cuts: Cut[] = [
      (bound) => [bound],
      cutBoundProfilePackage,
      parts,
      (bound) =>
        parts(bound).flatMap((part) => [part.subarray(0, 3), part.subarray(3)].filter((p) => p.length)),
      // An element begins with its whole tag; from then on byte by byte.
      (bound) =>
        parts(bound).flatMap((part) => [
          part.subarray(0, 2),
          ...Array.from(part.subarray(2), (byte) => Uint8Array.of(byte)),
        ]),
    ]
    for (const cut of cuts) {
      const card = new TestCard(pki)
      const server = await card.prepared()
      let answer: Uint8Array = new Uint8Array()
      for (const piece of cut(server.bind(card.card.eid, upp))) answer = await card.es10(piece)
      expect(readProfileInstallationResult(answer).data.result.success).toBe(true)
    }
  })

  it('with segments of 1036 bytes is taken by a lenient card only', async () => {
    const long = { segmentBytes: 1023 }
    const strict = new TestCard(pki)
    const large = concatBytes(upp)
    expect(large.length).toBeGreaterThan(1100)
    expect(await strict.install(large, {}, long)).toBe('5/7')
    expect(await new TestCard(pki, { lenient: true }).install(large, {}, long)).toBe('installed')
    expect(await new TestCard(pki, { lenient: true }).install(large, {}, { segmentBytes: 1024 })).toBe('5/7')
    expect(await strict.install(large, {}, { segmentBytes: 1007 })).toBe('installed')
  })

  it('that a phone gave up in the middle of an element does not swallow what comes next', async () => {
    const card = new TestCard(pki)
    const server = await card.prepared()
    const [first, second] = cutBoundProfilePackage(server.bind(card.card.eid, upp))
    await card.es10(first!)
    await card.es10(second!.subarray(0, 10))
    const listed = await card.es10(writeProfilesInfoRequest())
    expect(readProfilesInfoResponse(listed).ok).toEqual([])
    // Listing took nothing away: the rest may still come.
    expect(await card.es10(second!.subarray(10))).toHaveLength(0)
    await card.es10(second!.subarray(0, 10)).catch(() => undefined)
    expect(toHex(await card.es10('bf2e00'))).toMatch(/^bf2e12/)
    expect(await outcomeOf(card.card, second!)).toBe(0x6985)
    expect(await card.install(upp)).toBe('installed')
  })

  it('begins anew with its head, and one of another session is not taken', async () => {
    const card = new TestCard(pki)
    const server = await card.prepared()
    const bound = server.bind(card.card.eid, upp)
    const pieces = cutBoundProfilePackage(bound)
    for (const piece of pieces.slice(0, 4)) await card.es10(piece)
    const result = await card.load(bound)
    expect(result?.data.result.success).toBe(true)
    expect(await outcomeOf(card.card, pieces[0]!)).toBe(0x6985)
    await card.prepared()
    const stale = await card.load(bound)
    expect(stale?.data.result).toMatchObject({ success: false, command: 0, reason: 3 })
  })
})

describe('the toolkit (TS 102 223)', () => {
  it('is asked for a REFRESH where there is one, once, and is busy until it answered', async () => {
    const card = new TestCard(pki)
    await card.install(upp)
    const enable = `bf3111a00c5a0a9888120100000000${'10f2'}810101`
    const request = `80e29100${(enable.length / 2).toString(16).padStart(2, '0')}${enable}00`
    // No TERMINAL PROFILE: no toolkit.
    expect(await card.send(request.replaceAll('810101', '8101ff'))).toEqual({
      data: 'bf3103800100',
      sw: '9000',
    })
    expect(await card.switch('disable', ICCID)).toBe(0)
    expect((await card.send('801000000101')).sw).toBe('9000')
    expect(await card.send(request)).toEqual({ data: 'bf3103800100', sw: '910b' })
    expect(await card.switch('disable', ICCID, true)).toBe(5)
    expect(await card.send('801200000b')).toEqual({ data: 'd009810301010482028182', sw: '9000' })
    expect((await card.send('801200000b')).sw).toBe('6985')
    expect(await card.switch('disable', ICCID, true)).toBe(5)
    expect((await card.send('801400000c810301010482028281830100')).sw).toBe('9000')
    expect(await card.switch('disable', ICCID, false)).toBe(0)
    expect((await card.send('801400000c810301010482028281830100')).sw).toBe('6985')
  })
})
