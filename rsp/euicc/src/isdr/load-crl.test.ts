import { sign as nodeSign } from 'node:crypto'
import { fromHex } from '@gesim/base'
import {
  type CertificateAuthority,
  generateKey,
  identityOf,
  type RevocationListRequest,
  writeRevocationList,
} from '@gesim/crypto'
import { readLoadCrlResponse, writeLoadCrlRequest } from '@gesim/sgp22'
import { node, oidNode, readTlv, uintNode } from '@gesim/tlv'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryState } from '../state.ts'
import { cardWorld, TestCard } from '../testing/card-world.ts'
import { selectIsdr } from '../testing/server.ts'

const world = cardWorld()
const { pki } = world
afterAll(() => world.stop())

const issuer = pki.identities.find(({ certificate }) => certificate.role === 'ci')!
const authority: CertificateAuthority = { subject: issuer.certificate.subject, privateKey: issuer.privateKey }
const NOW = Date.now()
const DAY = 86_400_000
/** A number above that of the list that the directory holds already. */
const FIRST = Math.max(...pki.revocations.map(({ number = 0n }) => Number(number))) + 100

function list(
  number: number,
  serials: readonly string[] = [],
  by = authority,
  at = NOW,
  more: Partial<RevocationListRequest> = {},
): Uint8Array {
  return writeRevocationList(
    {
      number,
      thisUpdateMs: at - DAY,
      nextUpdateMs: at + DAY,
      revoked: serials.map((serialNumber) => ({ serialNumber, atMs: at - DAY })),
      ...more,
    },
    by,
  )
}

async function fresh(options: ConstructorParameters<typeof TestCard>[1] = {}) {
  const card = new TestCard(pki, options)
  await selectIsdr(card.card)
  const load = async (der: Uint8Array) => {
    const { ok, error } = readLoadCrlResponse(await card.es10(writeLoadCrlRequest(der)))
    return ok ? 'ok' : error
  }
  return { card, load }
}

const serialOf = (role: 'dp-auth' | 'dp-pb') => identityOf(pki, role, 'nist').certificate.serialNumber

describe('LoadCRL', () => {
  it('is obeyed: a server whose certificate is named is refused, before and after a loss of power', async () => {
    const state = memoryState()
    const { card, load } = await fresh({ state })
    await card.prepared()
    expect(await load(list(FIRST, [serialOf('dp-pb')]))).toBe('ok')
    await expect(card.prepared()).rejects.toThrow('PrepareDownload: 1')
    expect(await load(list(FIRST + 1, [serialOf('dp-auth')]))).toBe('ok')
    await expect(card.prepared()).rejects.toThrow('AuthenticateServer: 1')
    const again = await fresh({ state })
    await expect(again.card.prepared()).rejects.toThrow('AuthenticateServer: 1')
    expect(await again.load(list(FIRST + 2))).toBe('ok')
    await again.card.prepared()
  })

  it('refuses what is no list, is signed by somebody else, or is not newer', async () => {
    const { load } = await fresh()
    const good = list(FIRST)
    expect(await load(good)).toBe('ok')
    expect(await load(good)).toBe(5)
    expect(await load(list(FIRST - 1))).toBe(5)
    expect(await load(fromHex('3003020101'))).toBe(2)
    expect(await load(fromHex('3000'))).toBe(2)
    const damaged = list(FIRST + 1)
    damaged[damaged.length - 5]! ^= 1
    expect(await load(damaged)).toBe(1)
    expect(await load(list(FIRST + 1, [], { ...authority, privateKey: generateKey('nist') }))).toBe(1)
    expect(await load(list(FIRST + 1, [], authority, NOW - 10 * DAY))).toBe(1)
    const stranger = { subject: [{ oid: '2.5.4.3', value: 'Somebody' }], privateKey: generateKey('nist') }
    expect(await load(list(FIRST + 1, [], stranger as never))).toBe(4)
  })

  it('of a delta needs its base, and adds to it', async () => {
    const { card, load } = await fresh()
    const delta = (number: number, base: number, serials: readonly string[]) =>
      withDeltaIndicator(list(number, serials), base)
    expect(await load(delta(FIRST + 2, FIRST + 1, []))).toBe(6)
    expect(await load(list(FIRST + 1, [serialOf('dp-pb')]))).toBe('ok')
    expect(await load(delta(FIRST + 2, FIRST + 1, [serialOf('dp-auth')]))).toBe('ok')
    await expect(card.prepared()).rejects.toThrow('AuthenticateServer: 1')
    expect(await load(delta(FIRST + 2, FIRST + 1, []))).toBe(5)
    expect(await load(delta(FIRST + 3, FIRST + 1, []))).toBe('ok')
    // The base still counts.
    await expect(card.prepared()).rejects.toThrow('PrepareDownload: 1')
    expect(await load(list(FIRST + 4))).toBe('ok')
    await card.prepared()
  })

  it('of a part of the certificates is about these only, and stands beside the others', async () => {
    const { card, load } = await fresh()
    const { crlUrls } = identityOf(pki, 'dp-auth', 'nist').certificate
    const partition = (number: number, url: string, serials: readonly string[]) =>
      list(number, serials, authority, NOW, { url })
    expect(await load(partition(FIRST, 'http://elsewhere.example.com/2.crl', [serialOf('dp-auth')]))).toBe(
      'ok',
    )
    await card.prepared()
    // Its numbers are its own: a lower one of another part is not older.
    expect(await load(partition(FIRST - 50, crlUrls[0]!, [serialOf('dp-auth')]))).toBe('ok')
    await expect(card.prepared()).rejects.toThrow('AuthenticateServer: 1')
    expect(await load(partition(FIRST - 50, crlUrls[0]!, []))).toBe(5)
    expect(await load(partition(FIRST - 49, crlUrls[0]!, []))).toBe('ok')
    await card.prepared()
  })

  it('in parts says which are missing', async () => {
    const { card } = await fresh()
    const load = async (number: number, serials: readonly string[] = []) => {
      const part = list(FIRST, serials, authority, NOW, { part: { number, of: 3 } })
      return readLoadCrlResponse(await card.es10(writeLoadCrlRequest(part)))
    }
    expect(await load(2)).toEqual({ ok: [1, 3] })
    expect(await load(1, [serialOf('dp-pb')])).toEqual({ ok: [3] })
    expect(await load(3)).toEqual({ ok: [] })
    await expect(card.prepared()).rejects.toThrow('PrepareDownload: 1')
  })

  it('on a card without a clock takes a list of any time', async () => {
    const { load } = await fresh({ lenient: true })
    expect(await load(list(FIRST, [], authority, NOW - 1000 * DAY))).toBe('ok')
  })
})

/** The same list, signed again, with the extension that makes it a delta. */
function withDeltaIndicator(der: Uint8Array, base: number): Uint8Array {
  const [tbs, algorithm] = readTlv(der).children()
  const parts = tbs!.children()
  const extensions = parts.at(-1)!.children()[0]!
  const indicator = node(
    0x30,
    oidNode(0x06, '2.5.29.27'),
    node(0x01, Uint8Array.of(0xff)),
    node(0x04, uintNode(0x02, base)),
  )
  const changed = node(
    0x30,
    ...parts.slice(0, -1).map(({ raw }) => raw),
    node(0xa0, node(0x30, extensions.value, indicator)),
  )
  const signature = sign(changed)
  return node(0x30, changed, algorithm!.raw, node(0x03, Uint8Array.of(0), signature))
}

function sign(tbs: Uint8Array): Uint8Array {
  // Signatures in lists are a SEQUENCE of r and s, as in certificates.
  return Uint8Array.from(nodeSign('sha256', tbs, issuer.privateKey))
}
