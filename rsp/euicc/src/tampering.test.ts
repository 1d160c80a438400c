import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex } from '@gesim/base'
import { loadPki, makeTestPki, type Pki } from '@gesim/crypto'
import {
  cutBoundProfilePackage,
  readAuthenticateServerResponse,
  readPrepareDownloadResponse,
  readProfileInstallationResult,
  readProfilesInfoResponse,
  writeProfilesInfoRequest,
} from '@gesim/sgp22'
import { readTlv, type Tlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCard, type SoftwareCard } from './index.ts'
import { openCard } from './testing/open-card.ts'
import { es10, outcomeOf, selectIsdr, TestServer } from './testing/server.ts'
import { smallProfile } from './testing/small-profile.ts'

const ICCID = '8988211000000000012'
/** Some thousand sessions a test, a few milliseconds each. */
const PATIENT = { timeout: 180_000 }
const upp = smallProfile(ICCID)
const transaction = fromHex('0102030405060708')

let directory: string
let pki: Pki
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-tampering-'))
  makeTestPki(directory)
  pki = loadPki(directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

/** The same challenge and one-time key every time: what is signed for a card once stays good. */
const sameBytes = (length: number) => new Uint8Array(length).fill(0x42)

async function repeatable(): Promise<SoftwareCard> {
  const card = createCard({ pki, replies: 'direct', random: sameBytes })
  await selectIsdr(card)
  return card
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice()
  out[bit >> 3]! ^= 0x80 >> (bit & 7)
  return out
}

const profilesOf = async (card: SoftwareCard) =>
  readProfilesInfoResponse(await es10(card, writeProfilesInfoRequest())).ok!.length

/** Counts outcomes by the part of the message that was changed: what a failure of these tests shows. */
type Tally = Record<string, Record<string, number>>
function count(tally: Tally, part: string, outcome: string): void {
  tally[part] ??= {}
  tally[part][outcome] = (tally[part][outcome] ?? 0) + 1
}

/** The child of an element that a byte of the whole lies in, and whether it is in its content. */
function partOf(whole: Tlv, names: readonly string[], at: number): string {
  const index = whole.children().findIndex(({ start, end }) => at >= start && at < end)
  return index < 0 ? 'frame' : names[index]!
}

const sw = (value: number) => `SW ${value.toString(16)}`
const MALFORMED = ['SW 6a80', 'SW 6a86', 'SW 6a88', 'SW 6985']

function expectOnly(tally: Tally, allowed: Record<string, readonly string[]>): void {
  for (const [part, outcomes] of Object.entries(tally)) {
    const wrong = Object.keys(outcomes).filter((outcome) => !allowed[part]?.includes(outcome))
    expect(wrong, `${part}: ${JSON.stringify(outcomes)}`).toEqual([])
  }
}

describe('AuthenticateServer with one bit changed', () => {
  const NAMES = ['serverSigned1', 'serverSignature1', 'issuer', 'certificate', 'context']

  it('is refused with the code of its part, for every bit, and leaves no session', PATIENT, async () => {
    const card = await repeatable()
    const server = new TestServer(pki, transaction)
    const request = await server.authenticateRequest(card)
    await server.authenticate(card)
    const prepare = server.prepareRequest()
    const whole = readTlv(request)
    // The last element is the phone's own word, which no server signs.
    const signedBytes = whole.children().at(-1)!.start
    const tally: Tally = {}
    for (let bit = 0; bit < signedBytes * 8; bit++) {
      await es10(card, fromHex('bf2e00'))
      const answer = await outcomeOf(card, flipped(request, bit))
      const part = partOf(whole, NAMES, bit >> 3)
      if (typeof answer === 'number') count(tally, part, sw(answer))
      else if (answer[0] === 0xbf && answer[1] === 0x38) {
        const { ok, error } = readAuthenticateServerResponse(answer)
        count(tally, part, ok ? 'accepted' : `error ${error}`)
      } else count(tally, part, 'another function')
      const after = readPrepareDownloadResponse(await es10(card, prepare, 255))
      if (after.error !== 4) count(tally, part, 'left a session')
    }
    expectOnly(tally, {
      frame: [...MALFORMED, 'another function', 'error 2'],
      serverSigned1: ['error 2', ...MALFORMED],
      serverSignature1: ['error 2', ...MALFORMED],
      issuer: ['error 7', ...MALFORMED],
      certificate: ['error 1', 'error 3', ...MALFORMED],
    })
    expect(tally.serverSigned1!['error 2']).toBeGreaterThan(400)
    expect(tally.serverSignature1!['error 2']).toBe(64 * 8)
    expect(tally.issuer!['error 7']).toBe(20 * 8)
    expect(tally.certificate!['error 1']).toBeGreaterThan(3500)
    await server.authenticate(card)
  })

  it('cut at any length is refused, and the card goes on', async () => {
    const card = await repeatable()
    const server = new TestServer(pki, transaction)
    const request = await server.authenticateRequest(card)
    for (let length = 0; length < request.length; length++) {
      await es10(card, fromHex('bf2e00'))
      expect([0x6a80, 0x6a88]).toContain(await outcomeOf(card, request.subarray(0, length)))
    }
    await server.authenticate(card)
  })
})

describe('PrepareDownload with one bit changed', () => {
  const NAMES = ['smdpSigned2', 'smdpSignature2', 'certificate']

  it(
    'is refused with the code of its part, for every bit and every length, and the session goes on',
    PATIENT,
    async () => {
      const card = await repeatable()
      const server = new TestServer(pki, transaction)
      await server.authenticate(card)
      const request = server.prepareRequest()
      const whole = readTlv(request)
      const tally: Tally = {}
      for (let bit = 0; bit < request.length * 8; bit++) {
        const answer = await outcomeOf(card, flipped(request, bit))
        const part = partOf(whole, NAMES, bit >> 3)
        if (typeof answer === 'number') count(tally, part, sw(answer))
        else if (answer[0] === 0xbf && answer[1] === 0x21) {
          const { ok, error } = readPrepareDownloadResponse(answer)
          count(tally, part, ok ? 'accepted' : `error ${error}`)
        } else count(tally, part, 'another function')
      }
      expectOnly(tally, {
        frame: [...MALFORMED, 'another function'],
        smdpSigned2: ['error 2', 'error 5', ...MALFORMED],
        smdpSignature2: ['error 2', ...MALFORMED],
        certificate: ['error 1', 'error 3', ...MALFORMED],
      })
      expect(tally.smdpSignature2!['error 2']).toBe(64 * 8)
      expect(tally.smdpSigned2!['error 5']).toBe(transaction.length * 8)
      expect(tally.certificate!['error 1']).toBeGreaterThan(3500)
      for (let length = 0; length < request.length; length++)
        expect([0x6a80, 0x6a88]).toContain(await outcomeOf(card, request.subarray(0, length)))
      await server.prepare(card)
    },
  )
})

/** A prepared card and the pieces of a package for it, good for as many sessions as wanted. */
async function preparedPackage(protectedKeys: boolean) {
  const { card, keep } = openCard(pki, sameBytes)
  const server = new TestServer(pki, transaction)
  /** A whole new session: the card goes on after what it refused. */
  const again = async () => {
    await server.authenticate(card)
    await server.prepare(card)
  }
  await again()
  /** The session as it was before the package, without its signatures once more. */
  const restore = keep()
  const bound = server.bind(card.eid, upp, { notifications: [] }, protectedKeys, { segmentBytes: 90 })
  return { card, again, restore, pieces: cutBoundProfilePackage(bound) }
}

/** Sends the pieces as a phone does, until the card answers. */
async function load(card: SoftwareCard, pieces: readonly Uint8Array[]): Promise<string> {
  for (const piece of pieces) {
    const answer = await outcomeOf(card, piece)
    if (typeof answer === 'number') return sw(answer)
    if (answer.length === 0) continue
    if (answer[1] !== 0x37) return 'another function'
    const { result } = readProfileInstallationResult(answer).data
    return result.success ? 'installed' : `${result.command}/${result.reason}`
  }
  return 'no answer'
}

describe.each([
  ['under the session’s keys', false],
  ['under keys of its own', true],
])('a bound profile package %s with one bit changed', (_name, protectedKeys) => {
  const LISTS = ['configure', 'metadata', ...(protectedKeys ? ['keys'] : []), 'profile']
  /** BppCommandId by list. */
  const COMMAND: Record<string, number> = { configure: 1, metadata: 2, keys: 4, profile: 5 }

  /** The part of the package that a piece belongs to: the channel, a list, or the header of one. */
  function partsOf(pieces: readonly Uint8Array[]): string[] {
    const tags: Record<number, string> = { 160: 'configure', 161: 'metadata', 162: 'keys', 163: 'profile' }
    let list = 'channel'
    return pieces.map((piece) => {
      list = tags[piece[0]!] ?? list
      return list
    })
  }

  it('is refused in place, for every bit, and nothing of it stays', PATIENT, async () => {
    const { card, again, restore, pieces } = await preparedPackage(protectedKeys)
    const parts = partsOf(pieces)
    expect([...new Set(parts)]).toEqual(['channel', ...LISTS])
    const tally: Tally = {}
    // With keys of its own a package differs in its last two lists only.
    const tried = protectedKeys ? ['keys', 'profile'] : ['channel', ...LISTS]
    for (const [i, piece] of pieces.entries()) {
      if (!tried.includes(parts[i]!)) continue
      for (let bit = 0; bit < piece.length * 8; bit++) {
        const damaged = [...pieces]
        damaged[i] = flipped(piece, bit)
        const outcome = await load(card, damaged)
        count(tally, parts[i]!, outcome)
        // A result ends the session: the same package once more finds none.
        if (/^\d/.test(outcome) && (await load(card, pieces)) !== 'SW 6985')
          count(tally, parts[i]!, 'left a session')
        // What a damaged package left is looked at before the card is put back.
        if ((bit & 7) === 0 && (await profilesOf(card)) !== 0) count(tally, parts[i]!, 'left a profile')
        restore()
      }
      await again()
    }
    const security = (list: string) => `${COMMAND[list]}/8`
    // A wrong length or the tag of another list shows where something no longer fits.
    const structure = Object.values(COMMAND).map((command) => `${command}/7`)
    const lists = LISTS.map((list) => [list, [security(list), ...structure, ...MALFORMED]] as const)
    expectOnly(tally, {
      channel: ['0/1', '0/2', '0/3', '0/4', '0/5', ...structure, ...MALFORMED],
      ...Object.fromEntries(lists),
    })
    if (tally.channel) {
      expect(tally.channel['0/3']).toBe(transaction.length * 8)
      expect(tally.channel['0/4']).toBeGreaterThanOrEqual(16)
      expect(tally.channel['0/2']).toBeGreaterThan(1000)
    }
    for (const list of tried.filter((each) => each !== 'channel'))
      expect(tally[list]![security(list)]).toBeGreaterThan(100)
    expect(await profilesOf(card)).toBe(0)
    expect(await load(card, pieces)).toBe('installed')
    expect(await profilesOf(card)).toBe(1)
  })

  it('cut at any length installs nothing, whether the rest follows or not', PATIENT, async () => {
    const { card, again, restore, pieces } = await preparedPackage(protectedKeys)
    for (const [i, piece] of pieces.entries()) {
      for (let length = 0; length < piece.length; length++) {
        const short = piece.subarray(0, length)
        for (const rest of [[], pieces.slice(i + 1)]) {
          const outcome = await load(card, [...pieces.slice(0, i), short, ...rest])
          expect(outcome, `piece ${i} of ${length} bytes`).not.toBe('installed')
          expect(await profilesOf(card)).toBe(0)
          restore()
        }
      }
    }
    await again()
    expect(await load(card, pieces)).toBe('installed')
  })
})
