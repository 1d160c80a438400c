import { fromHex, toHex, utf8 } from '@gesim/base'
import {
  type AkaElement,
  draftElement,
  type FileStep,
  type PinElement,
  readPackage,
  type TemplateElement,
  templateOf,
  writePackage,
  writeUsimProfile,
} from '@gesim/saip'
import { beforeEach, describe, expect, it } from 'vitest'
import { sqnOfAuts, vectorOf } from '../aka/authenticate.ts'
import { milenage } from '../aka/milenage.ts'
import { topcOf, tuak } from '../aka/tuak.ts'
import { installed, profileWith, Terminal } from '../testing/terminal.ts'

const VERIFY = 0x20
const CHANGE = 0x24
const DISABLE = 0x26
const ENABLE = 0x28
const UNBLOCK = 0x2c
const AUTHENTICATE = 0x88

const code = (digits: string) => toHex(utf8(digits)).padEnd(16, 'f')
const [PIN, NEW, WRONG, PUK] = [code('0000'), code('7391'), code('1111'), code('12345678')]
const repeat = (times: number, work: () => string) => Array.from({ length: times }, work)

let terminal: Terminal
beforeEach(() => {
  terminal = new Terminal(installed(profileWith({})))
  terminal.selectUsim()
})

describe('a PIN', () => {
  it('counts wrong tries, is blocked after three, and a right one gives them back', () => {
    terminal.send(ENABLE, 0, 1, PIN)
    expect(terminal.send(VERIFY, 0, 1)).toBe('63c3')
    expect(terminal.send(VERIFY, 0, 1, WRONG)).toBe('63c2')
    expect(terminal.send(VERIFY, 0, 1)).toBe('63c2')
    expect(terminal.send(VERIFY, 0, 1, PIN)).toBe('')
    expect(terminal.send(VERIFY, 0, 1)).toBe('63c3')
    expect(repeat(4, () => terminal.send(VERIFY, 0, 1, WRONG))).toEqual(['63c2', '63c1', '6983', '6983'])
    for (const ins of [VERIFY, DISABLE]) expect(terminal.send(ins, 0, 1, PIN)).toBe('6983')
    expect(terminal.send(CHANGE, 0, 1, PIN + NEW)).toBe('6983')
    expect(terminal.send(VERIFY, 0, 1)).toBe('6983')
  })

  it('that is shown wrongly is no longer shown', () => {
    terminal.send(ENABLE, 0, 1, PIN)
    terminal.select('6f07')
    expect(terminal.send(0xb0, 0, 0, '', 9)).toHaveLength(18)
    terminal.send(VERIFY, 0, 1, WRONG)
    expect(terminal.send(0xb0, 0, 0, '', 9)).toBe('6982')
    terminal.send(VERIFY, 0, 1, PIN)
    expect(terminal.send(0xb0, 0, 0, '', 9)).toHaveLength(18)
  })

  it('is changed, disabled and enabled by who knows it, where its attributes allow that', () => {
    expect(terminal.send(CHANGE, 0, 1, PIN + NEW)).toBe('6984')
    expect(terminal.send(DISABLE, 0, 1, PIN)).toBe('6984')
    expect(terminal.send(ENABLE, 0, 1, WRONG)).toBe('63c2')
    expect(terminal.send(ENABLE, 0, 1, PIN)).toBe('')
    expect(terminal.send(ENABLE, 0, 1, PIN)).toBe('6984')
    expect(terminal.send(CHANGE, 0, 1, WRONG + NEW)).toBe('63c2')
    expect(terminal.send(CHANGE, 0, 1, PIN + NEW)).toBe('')
    expect(terminal.send(VERIFY, 0, 1, PIN)).toBe('63c2')
    expect(terminal.send(DISABLE, 0, 1, NEW)).toBe('')
    expect(terminal.send(VERIFY, 0, 1, NEW)).toBe('6984')
    // The second PIN may be changed and may not be disabled.
    expect(terminal.send(DISABLE, 0, 0x81, PIN)).toBe('6985')
    expect(terminal.send(CHANGE, 0, 0x81, PIN + NEW)).toBe('')
  })

  it('needs the right reference, parameters and lengths', () => {
    expect(terminal.send(VERIFY, 0, 0x55, PIN)).toBe('6a88')
    expect(terminal.send(VERIFY, 1, 0x01, PIN)).toBe('6a86')
    terminal.send(ENABLE, 0, 1, PIN)
    expect(terminal.send(VERIFY, 0, 1, '30303030')).toBe('6700')
    expect(terminal.send(CHANGE, 0, 1, PIN)).toBe('6700')
    expect(terminal.send(UNBLOCK, 0, 1, PUK)).toBe('6700')
    expect(terminal.send(VERIFY, 0, 1)).toBe('63c3')
  })

  it('of the first application is there after selecting the MF too; a local one is not', () => {
    terminal.send(0xa4, 0, 0x0c, '3f00')
    expect(terminal.send(VERIFY, 0, 1)).toBe('63c3')
    const fresh = new Terminal(installed(profileWith({})))
    expect(fresh.send(VERIFY, 0, 0x81)).toBe('6a88')
  })
})

describe('a PUK', () => {
  it('gives a blocked PIN a new value and its tries, ten times wrong and the PIN is lost', () => {
    terminal.send(ENABLE, 0, 1, PIN)
    repeat(3, () => terminal.send(VERIFY, 0, 1, WRONG))
    expect(terminal.send(UNBLOCK, 0, 1)).toBe('63ca')
    expect(terminal.send(UNBLOCK, 0, 1, WRONG + NEW)).toBe('63c9')
    expect(terminal.send(UNBLOCK, 0, 1, PUK + NEW)).toBe('')
    // A right PUK has all of its tries again.
    expect(terminal.send(UNBLOCK, 0, 1)).toBe('63ca')
    expect(terminal.send(VERIFY, 0, 1, NEW)).toBe('')
    expect(repeat(10, () => terminal.send(UNBLOCK, 0, 1, WRONG + NEW)).slice(-2)).toEqual(['63c1', '6983'])
    expect(terminal.send(UNBLOCK, 0, 1, PUK + NEW)).toBe('6983')
    expect(terminal.send(UNBLOCK, 0, 0x0a, PUK + NEW)).toBe('6985')
  })

  it('enables the PIN that it unblocks', () => {
    expect(terminal.send(UNBLOCK, 0, 1, PUK + NEW)).toBe('')
    expect(terminal.send(VERIFY, 0, 1, NEW)).toBe('')
  })
})

const rand = fromHex('000102030405060708090a0b0c0d0e0f')
const challenge = (autn: Uint8Array) => `10${toHex(rand)}10${toHex(autn)}`

describe('AUTHENTICATE', () => {
  const functions = milenage(new Uint8Array(16), new Uint8Array(16))
  const vector = (sqn: bigint) => vectorOf(functions, rand, sqn)

  it('answers a fresh challenge, and after a replay says where it is, so that the network can follow', () => {
    const first = vector(32n)
    const answer = `db08${toHex(first.xres)}10${toHex(first.ck)}10${toHex(first.ik)}`
    expect(terminal.send(AUTHENTICATE, 0, 0x81, challenge(first.autn))).toBe(answer)
    const replayed = terminal.send(AUTHENTICATE, 0, 0x81, challenge(first.autn))
    expect(replayed).toMatch(/^dc0e/)
    const sqn = sqnOfAuts(functions, rand, fromHex(replayed.slice(4)))!
    expect(sqn).toBe(32n)
    expect(terminal.send(AUTHENTICATE, 0, 0x81, challenge(vector(sqn + 32n).autn))).toMatch(/^db/)
    expect(terminal.send(AUTHENTICATE, 0, 0x81, challenge(first.autn.map((byte) => byte ^ 1)))).toBe('9862')
  })

  it('needs the application, its directory, and its PIN', () => {
    const good = () => challenge(vector(BigInt(32 * (1 + terminal.changes + 10))).autn)
    terminal.send(ENABLE, 0, 1, PIN)
    terminal.send(VERIFY, 0, 1, WRONG)
    expect(terminal.send(AUTHENTICATE, 0, 0x81, good())).toBe('6982')
    expect(terminal.send(AUTHENTICATE, 0, 0x80, `10${toHex(rand)}`)).toBe('6982')
    terminal.send(VERIFY, 0, 1, PIN)
    expect(terminal.send(AUTHENTICATE, 0, 0x81, good())).toMatch(/^db/)
    terminal.send(0xa4, 0, 0x0c, '3f00')
    expect(terminal.send(AUTHENTICATE, 0, 0x81, good())).toBe('6985')
    terminal.send(0xa4, 0, 0x0c, '7fff')
    expect(terminal.send(AUTHENTICATE, 0, 0x81, good())).toMatch(/^db/)
  })

  it('refuses challenges of other lengths and contexts', () => {
    for (const data of [
      '',
      '10',
      `10${toHex(rand)}`,
      `10${toHex(rand)}0f${'00'.repeat(15)}`,
      `${challenge(rand)}00`,
    ])
      expect(terminal.send(AUTHENTICATE, 0, 0x81, data)).toBe('6a80')
    expect(terminal.send(AUTHENTICATE, 0, 0x84, challenge(rand))).toBe('6a86')
    expect(terminal.send(AUTHENTICATE, 1, 0x81, challenge(rand))).toBe('6a86')
    expect(terminal.send(AUTHENTICATE, 0, 0x80, '0f00')).toBe('6a80')
  })

  it('by TUAK has RES of the length that the options of the package say', () => {
    const ki = new Uint8Array(32).fill(3)
    const opc = topcOf(ki, new Uint8Array(32).fill(5))
    const upp = writeUsimProfile({
      iccid: '8988211000000000012',
      imsi: '001010000000012',
      algorithm: 'tuak',
      ki,
      opc,
      serviceProviderName: 'GeSIM',
    })
    for (const [options, resBytes] of [
      ['00', 4],
      ['01', 8],
      ['02', 16],
      ['03', 32],
    ] as const) {
      const elements = readPackage(upp).elements.map((element) =>
        element.kind === 'akaParameter'
          ? draftElement<AkaElement>({ ...(element as AkaElement), options: fromHex(options) })
          : element,
      )
      const own = new Terminal(installed(writePackage({ elements })))
      own.selectUsim()
      const { autn, xres } = vectorOf(tuak(ki, opc, { resBytes }), rand, 32n)
      const answer = own.send(AUTHENTICATE, 0, 0x81, challenge(autn))
      expect(answer).toMatch(new RegExp(`^db${resBytes.toString(16).padStart(2, '0')}${toHex(xres)}10`))
    }
  })

  it('in an application whose keys are another’s shares them, and the sequence numbers', () => {
    const isim = draftElement<TemplateElement>({
      kind: 'isim',
      pe: { mandated: true, identification: 60 },
      templateId: templateOf('isim')!.oid,
      files: [
        {
          number: 2,
          steps: [
            {
              do: 'create',
              fcp: {
                fileId: 0x7fd2,
                dfName: fromHex('a0000000871004ff'),
                pinStatusTemplate: fromHex('01'),
                others: [],
              },
            } satisfies FileStep,
          ],
        },
      ],
    })
    const mapped = (aid: string) =>
      draftElement<AkaElement>({
        kind: 'akaParameter',
        pe: { mandated: true, identification: 61 },
        mapping: fromHex(
          `a0${(5 + aid.length / 2).toString(16).padStart(2, '0')}80010081${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`,
        ),
      })
    const shared = draftElement<PinElement>({
      kind: 'pinCodes',
      pe: { mandated: true, identification: 62 },
      codes: [],
      sharedWith: fromHex('81027fd0'),
    })
    const upp = profileWith({}, isim, shared, mapped('a0000000871002ff49ff0589'))
    const profile = installed(upp)
    const [usim, own] = profile.applications
    expect(own!.authenticator).toBe(usim!.authenticator)
    expect(own!.pins.get(0x81)).toBe(usim!.pins.get(0x81))
    expect(() => installed(profileWith({}, isim, mapped('a000000087100299')))).toThrow('a mapping to no keys')
  })
})
