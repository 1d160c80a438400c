import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { concatBytes, fromHex, toHex, utf8 } from '@gesim/base'
import { type HeaderElement, isHeader, readPackage, writeUsimProfile } from '@gesim/saip'
import { beforeEach, describe, expect, it } from 'vitest'
import { gsmAnswer, vectorOf } from '../aka/authenticate.ts'
import { usimTest } from '../aka/usim-test.ts'
import { installed, Terminal } from '../testing/terminal.ts'
import { filesBelow, pathOfFile, walk } from './files.ts'
import { installPackage } from './install.ts'

const TS48 = new URL('../../../../../shared/data/rsp/ts48-v7/', import.meta.url)
const samples = existsSync(TS48) ? readdirSync(TS48).filter((name) => name.endsWith('.der')) : []

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
    expect(terminal.send(0xa4, 0x02, 0x0c, '6f07')).toBe('6a86')
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

    it.each(samples)('%s answers for every file that it made, by path and by content', (name) => {
      const profile = installed(readFileSync(new URL(name, TS48)))
      const terminal = new Terminal(profile)
      terminal.selectUsim()
      terminal.send(0x20, 0, 0x0a, '3535353535353535')
      terminal.send(0x20, 0, 0x0b, '3636363636363636')
      const usim = profile.applications.find(({ kind }) => kind === 'usim')!
      let readable = 0
      for (const [root, start] of [
        [profile.mf, ''],
        [usim.adf, '7fff'],
      ] as const) {
        for (const file of filesBelow(root)) {
          const path = pathOfFile(file).split('/').slice(1).join('')
          const selected = terminal.send(0xa4, 0x08, 0x04, start + path)
          expect(selected, path).toContain(`8302${file.fileId.toString(16).padStart(4, '0')}`)
          const { content } = file.body
          const first = file.recordBytes
            ? terminal.send(0xb2, 1, 4)
            : file.structure === 'ber-tlv'
              ? terminal.send(0xcb, 0, 0x80, '5c')
              : terminal.send(0xb0, 0, 0)
          if (first === '6982') continue
          readable++
          if (file.structure === 'ber-tlv') expect(first).toMatch(/^5c/)
          else expect(first).toBe(toHex(content.subarray(0, file.recordBytes ?? 256)))
        }
      }
      expect(readable).toBeGreaterThan(130)
    })

    it.each(samples)('%s authenticates by the test algorithm, with RES of 128 bits, and for GSM', (name) => {
      const terminal = new Terminal(installed(readFileSync(new URL(name, TS48))))
      terminal.selectUsim()
      const rand = fromHex('00112233445566778899aabbccddeeff')
      const functions = usimTest(fromHex('000102030405060708090a0b0c0d0e0f'), 16)
      const { autn, xres, ck, ik } = vectorOf(functions, rand, 32n)
      const answer = terminal.send(0x88, 0, 0x81, `10${toHex(rand)}10${toHex(autn)}`)
      expect(answer).toMatch(new RegExp(`^db10${toHex(xres)}10${toHex(ck)}10${toHex(ik)}08`))
      expect(terminal.send(0x88, 0, 0x81, `10${toHex(rand)}10${toHex(autn)}`)).toMatch(/^dc0e/)
      const { sres, kc } = gsmAnswer(functions.f2345(rand))
      expect(terminal.send(0x88, 0, 0x80, `10${toHex(rand)}`)).toBe(`04${toHex(sres)}08${toHex(kc)}`)
      // The package conceals nothing: scheme null, network 001 01, the digits after it.
      expect(terminal.send(0x78, 0, 1)).toBe('a10d0100f110f0ff00001032547698')
    })
  },
)

describe('an installation that fails', () => {
  it('because the card has not what the profile cannot do without says what, and how', () => {
    const { elements } = readPackage(
      writeUsimProfile({
        iccid: '8988211000000000012',
        imsi: '001010000000012',
        ki: new Uint8Array(16),
        opc: new Uint8Array(16),
        serviceProviderName: 'GeSIM',
      }),
    )
    const header = elements.find(isHeader)!
    const asking = (change: Partial<HeaderElement>) =>
      installPackage({ elements: [{ ...header, ...change }, ...elements.slice(1)] })
    for (const [service, status] of [
      [0, 10],
      [10, 10],
      [12, 7],
      [24, 10],
      [30, 10],
    ] as const)
      expect(asking({ mandatoryServices: [1, service] })).toMatchObject({
        kind: 'header',
        failed: { status },
      })
    expect(asking({ mandatoryTemplates: ['2.23.143.1.2.15'] })).toMatchObject({ failed: { status: 9 } })
    expect(asking({ mandatoryTemplates: ['2.23.143.1.2.4.2', '2.23.143.1.2.14'] })).toHaveProperty('profile')
    expect(asking({ mandatoryServices: [1, 2, 3, 4, 5, 16, 17, 18, 21, 22, 23] })).toHaveProperty('profile')
  })

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
