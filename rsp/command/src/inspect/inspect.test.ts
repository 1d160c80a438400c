import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex } from '@gesim/base'
import { loadPki, makeTestPki, type Pki } from '@gesim/crypto'
import { writeUsimProfile } from '@gesim/saip'
import * as sgp22 from '@gesim/sgp22'
import { header } from '@gesim/tlv'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ICCID, notification, sampleMessages, TX } from '../testing/messages.ts'
import { readInput, unwrapApdu } from './input.ts'
import { looksLikeProfile, showPackage } from './profile-package.ts'
import { renderText } from './render.ts'
import { isDamaged, showMessage } from './walk.ts'

let directory: string
let pki: Pki
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-inspect-'))
  makeTestPki(directory)
  pki = loadPki(directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

const der = (role: string) => pki.certificates.find((one) => one.role === role)!.der
/** Names and values, without tags and sizes. */
const textOf = (bytes: Uint8Array) =>
  renderText(showMessage(bytes), { full: true, offsets: false }).join('\n')

describe('a message', () => {
  it.each(sampleMessages((role) => der(role)))('%s is shown with its names and values', (_, write, lines) => {
    const bytes = Uint8Array.from(write())
    const text = textOf(bytes)
    for (const line of lines) expect(text).toContain(line)
    expect(isDamaged(showMessage(bytes))).toBe(false)
    // Nothing is left without a name.
    expect(text).not.toMatch(/^\s*[0-9A-F]{2,4}(?: \(|:|$)/m)
  })

  it('of pieces of a bound package is shown, with the metadata that only has a MAC', () => {
    const metadata = sgp22.writeStoreMetadata({
      iccid: ICCID,
      serviceProviderName: 'GeSIM',
      profileName: 'Data',
    })
    const segment = Uint8Array.of(0x88, metadata.length + 8, ...metadata, ...new Uint8Array(8))
    const text = textOf(Uint8Array.of(...header(0xa1, segment.length), ...segment))
    expect(text).toContain('92 profileName: "Data"')
  })

  it('that is cut is shown as far as it goes, and the place is marked', () => {
    const whole = sgp22.writeNotificationMetadata(notification)
    for (let length = 1; length < whole.length; length++) {
      const shown = showMessage(whole.subarray(0, length))
      expect(isDamaged(shown)).toBe(true)
      const text = renderText(shown, { full: true, offsets: true }).join('\n')
      expect(text).toMatch(/✗ /)
      if (length > 7) expect(text).toContain('seqNumber: 7')
    }
  })

  it('of any bytes is never more than damaged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        renderText(showMessage(bytes), { full: false, offsets: true })
      }),
    )
    // Nested deeper than anything is, and of announced sizes that nothing has.
    showMessage(new Uint8Array(100_000).fill(0x30))
    showMessage(fromHex('bf3684ffffffff'))
  })
})

describe('certificates', () => {
  it('are shown with their role, whatever made them', () => {
    expect(textOf(der('ci'))).toContain('role: CERT.CI: certificate issuer')
    expect(textOf(der('euicc'))).toContain('notAfter: 7496-01-24T09:24:23Z (in force)')
    expect(textOf(pki.revocations[0]!.der)).toContain('revoked: none')
  })
})

describe('a profile package', () => {
  const upp = writeUsimProfile({
    iccid: ICCID,
    imsi: '001010000000001',
    ki: new Uint8Array(16).fill(0xa5),
    opc: new Uint8Array(16).fill(0x5a),
    serviceProviderName: 'GeSIM',
  })

  it('is shown with elements, files and values, its secrets only when asked for', () => {
    expect(looksLikeProfile(upp)).toBe(true)
    const text = (secrets: boolean) =>
      renderText(showPackage(upp, secrets).shown, { full: true, offsets: true }).join('\n')
    expect(text(false)).toContain('ef-imsi: 6F07  transparent  9 bytes')
    expect(text(false)).not.toContain('A5A5A5A5')
    expect(text(true)).toContain('key: A5A5A5A5')
    expect(showPackage(upp, false).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('is not taken for one: lists of a bound package, other messages, noise', () => {
    for (const hex of ['a00487020000', 'bf2e00', '30', 'a0', 'ffff'])
      expect(looksLikeProfile(fromHex(hex))).toBe(false)
  })
})

describe('the input', () => {
  const bytes = sgp22.writeEuiccChallenge(TX)
  const hex = Buffer.from(bytes).toString('hex')
  const one = (text: string) => {
    const input = readInput(text)
    return 'pieces' in input ? input.pieces.map((piece) => Buffer.from(piece.bytes).toString('hex')) : input
  }

  it('is hex, base64, JSON, PEM or an activation code', () => {
    expect(one(hex)).toEqual([hex])
    expect(one(hex.toUpperCase().replace(/(..)/g, '$1 '))).toEqual([hex])
    expect(one(`0x${hex}`)).toEqual([hex])
    expect(one(Buffer.from(bytes).toString('base64'))).toEqual([hex])
    expect(one(Buffer.from(bytes).toString('base64url'))).toEqual([hex])
    const json = {
      transactionId: 'AABB',
      euiccChallenge: 'AAEC',
      signed: { a: Buffer.from(bytes).toString('base64') },
    }
    expect(readInput(JSON.stringify(json))).toMatchObject({ pieces: [{ label: 'signed.a' }] })
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----`
    expect(one(pem)).toEqual([hex])
    expect(readInput('LPA:1$smdp.example.com$A')).toEqual({ activationCode: 'LPA:1$smdp.example.com$A' })
    expect(() => readInput('what is this?')).toThrow(/rsp\.not-a-message/)
  })

  it('may stand in a command to a card, or have its status word', () => {
    expect(unwrapApdu(fromHex(`81e2910015${hex}`))).toEqual({
      bytes,
      remark: 'STORE DATA, block 0, the last, 21 bytes',
    })
    expect(unwrapApdu(fromHex(`${hex}9000`))).toEqual({ bytes, remark: 'status word 9000' })
    expect(unwrapApdu(bytes)).toEqual({ bytes })
    expect(unwrapApdu(randomBytes(3)).remark).toBeUndefined()
  })
})
