import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, fromHex, toHex } from '@gesim/base'
import { loadPki, makeTestPki, type Pki } from '@gesim/crypto'
import { writeUsimProfile } from '@gesim/saip'
import {
  cutBoundProfilePackage,
  parseIccid,
  readProfilesInfoResponse,
  writeProfilesInfoRequest,
  writeSwitchRequest,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCard, type SoftwareCard, writeCommand } from './index.ts'
import { es10, selectIsdr, TestServer } from './testing/server.ts'

const upp = writeUsimProfile({
  iccid: '8988211000000000012',
  imsi: '001010000000012',
  ki: new Uint8Array(16),
  opc: new Uint8Array(16),
  serviceProviderName: 'GeSIM',
})

let directory: string
let pki: Pki
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-fuzz-'))
  makeTestPki(directory)
  pki = loadPki(directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

const TAGS = ['bf20', 'bf21', 'bf22', 'bf28', 'bf29', 'bf2b', 'bf2d', 'bf2e', 'bf30', 'bf31', 'bf32', 'bf33']
const MORE_TAGS = [
  'bf34',
  'bf35',
  'bf36',
  'bf38',
  'bf3c',
  'bf3e',
  'bf3f',
  'bf41',
  'bf43',
  '86',
  '88',
  'a0',
  'a3',
]

/** An element that begins like a request of ES10 and goes on as chance has it. */
const almostRequest = fc
  .tuple(fc.constantFrom(...TAGS, ...MORE_TAGS), fc.uint8Array({ maxLength: 60 }), fc.boolean())
  .map(([tag, body, honest]) =>
    concatBytes(fromHex(tag), Uint8Array.of(honest ? body.length : body.length ^ 1), body),
  )

const storeData = fc
  .tuple(fc.constantFrom(0x11, 0x91, 0x90), fc.nat(3), almostRequest)
  .map(([p1, p2, data]) => writeCommand(0x80, 0xe2, p1, p2, data))

const INSTRUCTIONS = fromHex('a4b0b2d6dca232440484788820242628 2ccbdbf270c01012 14aac2'.replaceAll(' ', ''))

const fileCommand = fc
  .tuple(
    fc.constantFrom(...INSTRUCTIONS),
    fc.nat(255),
    fc.nat(255),
    fc.uint8Array({ maxLength: 40 }),
    fc.option(fc.nat(255), { nil: undefined }),
  )
  .map(([ins, p1, p2, data, le]) => writeCommand(0x00, ins, p1, p2, data, le))

const anything = fc.uint8Array({ maxLength: 300 })

/** The card answered with a status word; it did not break. */
async function answers(card: SoftwareCard, apdu: Uint8Array): Promise<void> {
  const answer = await card.transmit(apdu)
  expect(answer.length).toBeGreaterThanOrEqual(2)
  expect([
    0x61, 0x62, 0x63, 0x65, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x90, 0x91, 0x98,
  ]).toContain(answer.at(-2))
}

async function installed(card: SoftwareCard): Promise<number> {
  card.reset()
  await selectIsdr(card)
  const server = new TestServer(pki, fromHex('0101'))
  await server.authenticate(card)
  await server.prepare(card)
  for (const piece of cutBoundProfilePackage(server.bind(card.eid, upp))) await es10(card, piece)
  return readProfilesInfoResponse(await es10(card, writeProfilesInfoRequest())).ok!.length
}

describe('whatever a terminal sends', () => {
  it('is answered with a status word, before and inside a session, and the card still works', async () => {
    const card = createCard({ pki })
    await selectIsdr(card)
    const command = fc.oneof(
      { weight: 4, arbitrary: storeData },
      { weight: 2, arbitrary: fileCommand },
      anything,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async (commands) => {
        await selectIsdr(card)
        for (const apdu of commands) await answers(card, apdu)
      }),
      { numRuns: 120 },
    )
    expect(await installed(card)).toBe(1)
  })

  it('with a profile enabled, at its files and records', async () => {
    const card = createCard({ pki })
    await installed(card)
    await es10(card, writeSwitchRequest('enable', { iccid: parseIccid('8988211000000000012') }, false))
    await fc.assert(
      fc.asyncProperty(fc.array(fileCommand, { minLength: 1, maxLength: 12 }), async (commands) => {
        for (const apdu of commands) await answers(card, apdu)
      }),
      { numRuns: 100 },
    )
  })

  it('of a good session with one byte changed is refused, and nothing is installed', async () => {
    const card = createCard({ pki })
    const flip = (bytes: Uint8Array, at: number, change: number) => {
      const out = bytes.slice()
      out[at % out.length]! ^= change
      return out
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(2), async (at, change, stage) => {
        card.reset()
        await selectIsdr(card)
        const server = new TestServer(pki, fromHex('0101'))
        if (stage === 0) {
          const request = await server.authenticateRequest(card)
          // The last element is the phone's own word, which no server signs.
          const own = readTlv(request).children().at(-1)!.start
          const answer = toHex(
            await es10(card, flip(request, at % own, change)).catch(() => new Uint8Array()),
          )
          expect(answer.startsWith('bf38') && answer.slice(8).startsWith('a0')).toBe(false)
          return
        }
        await server.authenticate(card)
        if (stage === 1) {
          const answer = toHex(
            await es10(card, flip(server.prepareRequest(), at, change)).catch(() => new Uint8Array()),
          )
          expect(answer.startsWith('bf21') && answer.includes('5f4941')).toBe(false)
          return
        }
        await server.prepare(card)
        const pieces = cutBoundProfilePackage(server.bind(card.eid, upp))
        const index = at % pieces.length
        pieces[index] = flip(pieces[index]!, at, change)
        for (const piece of pieces) await es10(card, piece).catch(() => undefined)
      }),
      { numRuns: 60 },
    )
    card.reset()
    await selectIsdr(card)
    expect(readProfilesInfoResponse(await es10(card, writeProfilesInfoRequest())).ok).toEqual([])
  })
})
