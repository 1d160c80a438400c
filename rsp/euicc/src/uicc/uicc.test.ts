import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { concatBytes, fromHex, toHex, utf8 } from '@gesim/base'
import { readPackage, writeUsimProfile } from '@gesim/saip'
import { beforeEach, describe, expect, it } from 'vitest'
import { readCommand, StatusWord, writeCommand } from '../apdu.ts'
import { filesBelow, walk } from './files.ts'
import { installPackage } from './install.ts'
import type { InstalledProfile } from './naa.ts'
import { runUiccCommand, selectByAid, startPosition, type TerminalState } from './terminal.ts'

const TS48 = new URL('../../../../../shared/data/rsp/ts48-v7/', import.meta.url)
const samples = existsSync(TS48) ? readdirSync(TS48).filter((name) => name.endsWith('.der')) : []

function installed(upp: Uint8Array): InstalledProfile {
  const outcome = installPackage(readPackage(upp))
  if ('failed' in outcome) throw new Error(`${outcome.kind} at ${outcome.offset}: ${outcome.why}`)
  return outcome.profile
}

/** A terminal on the basic channel. */
class Terminal {
  readonly state: TerminalState
  readonly #position
  changes = 0

  constructor(profile: InstalledProfile) {
    this.state = {
      profile,
      verified: new Set(),
      changed: () => {
        this.changes++
      },
    }
    this.#position = startPosition(profile)
  }

  /** Response data in hex, or the status word when it is not success. */
  send(ins: number, p1: number, p2: number, data = '', le?: number): string {
    const command = readCommand(writeCommand(0, ins, p1, p2, fromHex(data), le))
    try {
      const { data: answer, sw } = runUiccCommand(this.state, this.#position, command)
      return sw === 0x9000 ? toHex(answer) : sw.toString(16)
    } catch (error) {
      if (error instanceof StatusWord) return error.sw.toString(16)
      throw error
    }
  }

  selectUsim(): boolean {
    return selectByAid(this.state, this.#position, fromHex('A0000000871002'), 0x0c) !== undefined
  }

  select(...ids: string[]): string {
    let answer = ''
    for (const id of ids) answer = this.send(0xa4, 0x00, 0x0c, id)
    return answer
  }
}

const PIN_0000 = '30303030ffffffff'
const ADM = '3838383838383838'

describe('a profile of our own on the card', () => {
  let terminal: Terminal
  beforeEach(() => {
    terminal = new Terminal(
      installed(
        writeUsimProfile({
          iccid: '8988211000000000012',
          imsi: '001010000000012',
          ki: new Uint8Array(16),
          opc: new Uint8Array(16),
          serviceProviderName: 'GeSIM',
          msisdn: '+4912345678',
        }),
      ),
    )
  })

  it('answers SELECT with a template, by identifier, path, and application', () => {
    expect(terminal.send(0xa4, 0x00, 0x04, '3f00')).toMatch(/^62.*83023f00/)
    expect(terminal.send(0xa4, 0x00, 0x04, '2fe2')).toContain('8002000a')
    expect(terminal.send(0xa4, 0x08, 0x0c, '2fe2')).toBe('')
    expect(terminal.select('6f07')).toBe('6a82')
    expect(terminal.selectUsim()).toBe(true)
    expect(terminal.send(0xa4, 0x00, 0x04, '6f07')).toContain('83026f07')
    expect(terminal.send(0xa4, 0x08, 0x0c, '7fff6f07')).toBe('')
    expect(terminal.send(0xa4, 0x01, 0x0c, '6f07')).toBe('6a86')
    expect(terminal.send(0xf2, 0x00, 0x00)).toContain('a0000000871002')
  })

  it('reads transparent files whole, in part, and by short identifier', () => {
    terminal.select('2fe2')
    expect(terminal.send(0xb0, 0, 0, '', 10)).toBe('988812010000000010f2')
    expect(terminal.send(0xb0, 0, 1, '', 2)).toHaveLength(4)
    expect(terminal.send(0xb0, 0, 11, '', 1)).toBe('6b00')
    expect(terminal.send(0xb0, 0x82, 0, '', 10)).toBe(terminal.send(0xb0, 0, 0, '', 10))
    terminal.selectUsim()
    expect(terminal.send(0xb0, 0x87, 0, '', 9)).toBe('080910100000000021')
    terminal.select('6f46')
    expect(terminal.send(0xb0, 0, 1, '', 5)).toBe(toHex(utf8('GeSIM')))
  })

  it('reads and writes records by number, next and previous, where the rules allow it', () => {
    terminal.send(0xa4, 0, 0x0c, '2f00')
    expect(terminal.send(0xb2, 1, 4)).toContain('a0000000871002')
    expect(terminal.send(0xb2, 5, 4)).toBe('6a83')
    terminal.selectUsim()
    terminal.select('6f3c')
    expect(terminal.send(0xb2, 0, 2)).toMatch(/^00ff/)
    expect(terminal.send(0xdc, 2, 4, '01'.repeat(176))).toBe('')
    expect(terminal.send(0xb2, 0, 2)).toBe('01'.repeat(176))
    expect(terminal.send(0xb2, 0, 3)).toMatch(/^00ff/)
    expect(terminal.send(0xdc, 1, 4, '01')).toBe('6700')
    expect(terminal.changes).toBe(1)
    terminal.select('6f3b')
    expect(terminal.send(0xdc, 1, 4, '00'.repeat(28))).toBe('6982')
  })

  it('opens what only an administrator may write to who shows the code', () => {
    terminal.selectUsim()
    terminal.select('6f07')
    expect(terminal.send(0xd6, 0, 0, '08')).toBe('6982')
    expect(terminal.send(0x20, 0, 0x0a, ADM)).toBe('')
    expect(terminal.send(0xd6, 0, 0, '08')).toBe('')
    expect(terminal.send(0xd6, 0, 8, '0102')).toBe('6700')
  })

  it('keeps a PIN: enable, wrong tries, block, unblock, change, disable', () => {
    terminal.selectUsim()
    terminal.select('6f07')
    expect(terminal.send(0x20, 0, 0x01, PIN_0000)).toBe('6984')
    expect(terminal.send(0x28, 0, 0x01, PIN_0000)).toBe('')
    terminal.state.verified.clear()
    expect(terminal.send(0xb0, 0, 0, '', 9)).toBe('6982')
    expect(terminal.send(0x20, 0, 0x01)).toBe('63c3')
    const wrong = '31313131ffffffff'
    expect([1, 2, 3, 4].map(() => terminal.send(0x20, 0, 0x01, wrong))).toEqual([
      '63c2',
      '63c1',
      '6983',
      '6983',
    ])
    expect(terminal.send(0x20, 0, 0x01, PIN_0000)).toBe('6983')
    const fresh = '39393939ffffffff'
    const puk = toHex(utf8('12345678'))
    expect(terminal.send(0x2c, 0, 0x01, ADM + fresh)).toBe('63c9')
    expect(terminal.send(0x2c, 0, 0x01, puk + fresh)).toBe('')
    expect(terminal.send(0xb0, 0, 0, '', 9)).toBe('080910100000000021')
    expect(terminal.send(0x24, 0, 0x01, fresh + PIN_0000)).toBe('')
    expect(terminal.send(0x26, 0, 0x01, PIN_0000)).toBe('')
    expect(terminal.send(0x20, 0, 0x55, PIN_0000)).toBe('6a88')
  })

  it('authenticates in the GSM context too, and refuses what is no challenge', () => {
    expect(terminal.send(0x88, 0, 0x81, `10${'00'.repeat(16)}`)).toBe('6985')
    terminal.selectUsim()
    expect(terminal.send(0x88, 0, 0x80, `10${'00'.repeat(16)}`)).toMatch(/^04.{8}08.{16}$/)
    expect(terminal.send(0x88, 0, 0x81, `10${'00'.repeat(16)}10${'00'.repeat(16)}`)).toBe('9862')
    expect(terminal.send(0x88, 0, 0x81, '0f00')).toBe('6a80')
    expect(terminal.send(0x88, 0, 0x82, `10${'00'.repeat(16)}`)).toBe('6a86')
    expect(terminal.send(0x01, 0, 0)).toBe('6d00')
  })
})

describe.skipIf(samples.length === 0)(
  'the GSMA TS.48 packages on the card (skipped where they are not beside us)',
  () => {
    it.each(samples)('%s installs whole and reads back what it says', (name) => {
      const outcome = installPackage(readPackage(readFileSync(new URL(name, TS48))))
      if ('failed' in outcome) throw new Error(outcome.why)
      expect(outcome.statuses).toEqual([])
      const { profile } = outcome
      expect(profile.applications.map(({ kind }) => kind)).toEqual(['usim', 'csim', 'isim'])
      expect(profile.applications.filter(({ authenticator }) => authenticator)).toHaveLength(2)
      const files = [profile.mf, ...profile.applications.map(({ adf }) => adf)].flatMap((root) => [
        ...filesBelow(root),
      ])
      expect(files.length).toBeGreaterThan(200)
      const terminal = new Terminal(profile)
      terminal.select('2fe2')
      expect(terminal.send(0xb0, 0, 0, '', 10)).toBe('98001032547698103214')
      terminal.selectUsim()
      terminal.select('6f07')
      expect(terminal.send(0xb0, 0, 0, '', 9)).toBe('080910101032547698')
      // Below the phone book of file management: ten names of two octets, each written by its own step.
      const pbr = walk(profile.mf, [0x7f10, 0x5f3a, 0x4f09])!
      expect(toHex(pbr.body.content)).toMatch(/^0001|^00/)
      // A link shows the content of the file that it points to.
      const csim = profile.applications.find(({ kind }) => kind === 'csim')!
      const usim = profile.applications.find(({ kind }) => kind === 'usim')!
      expect(walk(csim.adf, [0x6f3b])!.body).toBe(walk(usim.adf, [0x6f3b])!.body)
    })
  },
)

describe('an installation that fails', () => {
  it('names the element and leaves nothing', () => {
    const upp = writeUsimProfile({
      iccid: '8988211000000000012',
      imsi: '001010000000012',
      ki: new Uint8Array(16),
      opc: new Uint8Array(16),
      serviceProviderName: 'GeSIM',
    })
    const { elements } = readPackage(upp)
    const usim = elements.find(({ kind }) => kind === 'usim')!
    // The optional files come before the application that holds them.
    const opt = elements.find(({ kind }) => kind === 'opt-usim')!
    const swapped = elements.map((element) => (element === usim ? opt : element === opt ? usim : element))
    const outcome = installPackage({ elements: swapped })
    expect(outcome).toMatchObject({ kind: 'opt-usim', failed: { status: 9, identification: 5 } })
    const application = readPackage(
      concatBytes(elements[0]!.raw, elements[1]!.raw, fromHex('a807a0058000810163')),
    )
    expect(installPackage(application)).toMatchObject({ kind: 'application', failed: { status: 1 } })
    const optional = readPackage(concatBytes(elements[0]!.raw, elements[1]!.raw, fromHex('a805a003810163')))
    expect(installPackage(optional)).toMatchObject({ statuses: [{ status: 1, identification: 99 }] })
  })
})
