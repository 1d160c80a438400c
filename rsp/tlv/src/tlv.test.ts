import { fromHex, isFailure, toHex } from '@gesim/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bitsNode,
  checkTree,
  header,
  node,
  oidToBytes,
  readBigUint,
  readBits,
  readBytes,
  readHeader,
  readOid,
  readText,
  readTlv,
  readTlvs,
  readUint,
  textNode,
  uintNode,
} from './index.ts'

const FIXTURES = {
  challenge: 'bf2e12801000112233445566778899aabbccddeeff',
  euiccInfo1: `bf2035820302020 0a9160414f54172bdf98a95d65cbeb88a38a1c11d800a85c3aa160414f54172bdf98a95d65cbeb88a38a1c11d800a85c3`,
  notification: 'bf2f1880010581020410 0c0a736d64702e6c6f63616c5a03000000',
  signature: `5f3740${'ab'.repeat(64)}`,
  state: 'e3069f7001015a00',
  highTag: 'bf1f03800101',
}
const bytesOf = (hex: string) => fromHex(hex.replaceAll(' ', ''))

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return isFailure(error) ? error.code : String(error)
  }
  return 'accepted'
}

const TAGS = [0x04, 0x30, 0x5a, 0x80, 0xa1, 0x5f37, 0x9f70, 0xbf1f, 0xbf38, 0x7f8101]

describe('the reader', () => {
  it('gives tag, content and the received bytes of elements with one, two and three tag bytes', () => {
    for (const tag of TAGS) {
      const bytes = node(tag, fromHex('3000'))
      const element = readTlv(bytes, tag)
      expect(element.tag).toBe(tag)
      expect(toHex(element.value)).toBe('3000')
      expect(element.raw).toEqual(bytes)
      expect(Number.parseInt(toHex(element.tagBytes), 16)).toBe(tag)
    }
  })

  for (const [name, hex] of Object.entries(FIXTURES)) {
    const bytes = bytesOf(hex)
    it(`throws tlv.truncated for every prefix of ${name} and nothing else`, () => {
      expect(readTlv(bytes).raw).toEqual(bytes)
      for (let length = 0; length < bytes.length; length++)
        expect(codeOf(() => readTlv(bytes.subarray(0, length)))).toBe('tlv.truncated')
    })
  }

  it('refuses bytes after the last element', () => {
    expect(codeOf(() => readTlv(fromHex('300000')))).toBe('tlv.trailing-bytes')
  })

  it('refuses indefinite, reserved and over-wide lengths', () => {
    expect(codeOf(() => readTlv(fromHex('30800000')))).toBe('tlv.bad-length')
    expect(codeOf(() => readTlv(fromHex('30850000000001ff')))).toBe('tlv.bad-length')
    expect(codeOf(() => readTlv(fromHex('30ff')))).toBe('tlv.bad-length')
  })

  it('accepts a length that is not the shortest', () => {
    expect(toHex(readTlv(fromHex('0484000000021234')).value)).toBe('1234')
  })

  it('refuses end-of-contents, padded and over-long tags', () => {
    for (const hex of ['0000', 'bf8001', '1f808001', '7f81828300']) {
      expect(codeOf(() => readTlv(fromHex(hex)))).toBe('tlv.bad-tag')
    }
  })

  it('refuses another tag than the expected one', () => {
    expect(codeOf(() => readTlv(fromHex('3000'), 0xbf38))).toBe('tlv.unexpected-tag')
  })

  it('refuses an element over the size limit before its content has come', () => {
    expect(codeOf(() => readTlv(fromHex('3084000fffff'), undefined, { maxBytes: 1000 }))).toBe(
      'tlv.too-large',
    )
    expect(codeOf(() => readTlv(fromHex('3084ffffffff')))).toBe('tlv.too-large')
  })

  it('refuses a depth bomb and a list without end', () => {
    let bomb: Uint8Array = new Uint8Array()
    for (let i = 0; i < 40; i++) bomb = node(0x30, bomb)
    expect(codeOf(() => checkTree(readTlv(bomb)))).toBe('tlv.too-deep')
    expect(codeOf(() => readTlvs(fromHex('0500'.repeat(5000))))).toBe('tlv.too-many')
  })

  it('refuses a child that is longer than its parent', () => {
    expect(codeOf(() => readTlv(fromHex('3003040500')).children())).toBe('tlv.truncated')
  })

  it('refuses to look into a primitive element', () => {
    expect(codeOf(() => readTlv(fromHex('04020500')).children())).toBe('tlv.not-constructed')
  })

  it('waits for a header that has not arrived whole', () => {
    expect(readHeader(fromHex('bf'))).toBeUndefined()
    expect(readHeader(fromHex('bf3682'))).toBeUndefined()
    expect(readHeader(fromHex('bf36820400'))).toEqual({ tag: 0xbf36, headerLength: 5, length: 1024 })
  })
})

describe('a cursor', () => {
  const sequence = () => readTlv(fromHex('300c800101810102820103990104')).cursor()

  it('takes elements in order and skips unknown ones at the end', () => {
    const cursor = sequence()
    expect(readUint(cursor.take(0x80))).toBe(1)
    expect(cursor.maybe(0x83)).toBeUndefined()
    expect(readUint(cursor.take(0x81))).toBe(2)
    expect(readUint(cursor.take(0x82))).toBe(3)
    cursor.finish()
  })

  it('refuses a missing element', () => {
    expect(codeOf(() => sequence().take(0x81))).toBe('tlv.missing')
  })

  it('refuses a known element out of its place', () => {
    const cursor = sequence()
    cursor.maybe(0x82)
    cursor.take(0x80)
    expect(codeOf(() => cursor.finish())).toBe('tlv.duplicate')
  })

  it('finds a child once and refuses it twice', () => {
    const element = readTlv(fromHex('3009800101800102810103'))
    expect(readUint(element.require(0x81))).toBe(3)
    expect(codeOf(() => element.find(0x80))).toBe('tlv.duplicate')
    expect(codeOf(() => element.require(0x82))).toBe('tlv.missing')
  })
})

describe('values', () => {
  it('reads integers in their shortest form only', () => {
    expect(readUint(readTlv(uintNode(0x02, 128)))).toBe(128)
    expect(toHex(uintNode(0x02, 128))).toBe('02020080')
    for (const hex of ['0200', '0201ff', '02020001', '0205ffffffffff'])
      expect(codeOf(() => readUint(readTlv(fromHex(hex))))).toBe('tlv.bad-value')
  })

  it('reads texts that are UTF-8 only', () => {
    expect(readText(readTlv(textNode(0x0c, 'Ünterwegs')))).toBe('Ünterwegs')
    expect(codeOf(() => readText(readTlv(fromHex('0c01ff'))))).toBe('tlv.bad-value')
  })

  it('reads and writes object identifiers', () => {
    expect(toHex(oidToBytes('2.999.10'))).toBe('88370a')
    expect(readOid(readTlv(node(0x06, fromHex('67811201020104'))))).toBe('2.23.146.1.2.1.4')
    for (const hex of ['0600', '060180', '06028001', '0602 8881'.replace(' ', '')])
      expect(codeOf(() => readOid(readTlv(fromHex(hex))))).toBe('tlv.bad-value')
  })

  it('reads and writes named bits as the notification events use them', () => {
    expect(toHex(bitsNode(0x81, [3]))).toBe('81020410')
    expect(toHex(bitsNode(0x81, [0]))).toBe('81020780')
    expect(readBits(readTlv(fromHex('81020410')))).toEqual([3])
    expect(readBits(readTlv(bitsNode(0x03, [0, 9, 12])))).toEqual([0, 9, 12])
    for (const hex of ['0300', '030108', '030107'])
      expect(codeOf(() => readBits(readTlv(fromHex(hex))))).toBe('tlv.bad-value')
  })

  it('reads bytes of the length that a type allows', () => {
    expect(readBytes(readTlv(fromHex('04020102')), 1, 2)).toHaveLength(2)
    expect(codeOf(() => readBytes(readTlv(fromHex('04020102')), 16))).toBe('tlv.bad-value')
  })
})

describe('round trips', () => {
  interface Tree {
    tag: number
    content: Uint8Array | Tree[]
  }
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        tag: fc.constantFrom(0x04, 0x5a, 0x80, 0x5f37, 0x9f70),
        content: fc.uint8Array({ maxLength: 300 }),
      }),
      fc.record({
        tag: fc.constantFrom(0x30, 0xa1, 0xbf1f, 0xbf38),
        content: fc.array(tie('tree'), { maxLength: 4 }),
      }),
    ),
  }))
  const write = ({ tag, content }: Tree): Uint8Array =>
    content instanceof Uint8Array ? node(tag, content) : node(tag, ...content.map(write))
  const read = (element: ReturnType<typeof readTlv>): Tree => ({
    tag: element.tag,
    content: element.constructed ? element.children().map(read) : Uint8Array.from(element.value),
  })

  it('reads what it wrote, whatever the tree', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(read(readTlv(write(value)))).toEqual(value)
      }),
    )
  })

  it('throws tlv.truncated for every prefix of any tree', () => {
    fc.assert(
      fc.property(tree, fc.double({ min: 0, max: 0.999, noNaN: true }), (value, part) => {
        const bytes = write(value)
        const prefix = bytes.subarray(0, Math.floor(bytes.length * part))
        expect(codeOf(() => readTlv(prefix))).toBe('tlv.truncated')
      }),
    )
  })

  it('throws failures of its own only, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(codeOf(() => checkTree(readTlv(bytes)))).toMatch(/^(accepted|tlv\.[a-z-]+)$/)
      }),
    )
  })

  it('knows a header however it arrives, and waits for it until it is whole', () => {
    const length = fc.nat(0xffffff)
    fc.assert(
      fc.property(
        fc.constantFrom(...TAGS),
        length,
        fc.uint8Array({ maxLength: 5 }),
        (tag, announced, rest) => {
          const head = header(tag, announced)
          for (let arrived = 0; arrived < head.length; arrived++)
            expect(readHeader(head.subarray(0, arrived))).toBeUndefined()
          expect(readHeader(Uint8Array.from([...rest, ...head, ...rest]), rest.length)).toEqual({
            tag,
            headerLength: head.length,
            length: announced,
          })
        },
      ),
    )
  })

  it('reads a length in any of its forms as the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 127 }), fc.integer({ min: 1, max: 4 }), (value, width) => {
        const long = [0x04, 0x80 | width, ...new Array(width - 1).fill(0), value.length, ...value]
        expect(readTlv(Uint8Array.from(long)).value).toEqual(value)
      }),
    )
  })

  it('keeps named bits and texts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60)), (positions) => {
        const sorted = positions.sort((a, b) => a - b)
        expect(readBits(readTlv(bitsNode(0x03, sorted)))).toEqual(sorted)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(readText(readTlv(textNode(0x0c, text)))).toBe(text)
      }),
    )
  })

  it('keeps integers and object identifiers', () => {
    // Arcs of any size, and around the sizes at which numbers are no longer exact.
    const arc = fc.oneof(fc.nat().map(BigInt), fc.bigInt({ min: (1n << 44n) - 2n, max: 1n << 64n }))
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
        expect(readBigUint(readTlv(uintNode(0x02, value)))).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.array(arc, { minLength: 1, maxLength: 6 }), (arcs) => {
        const dotted = `2.999.${arcs.join('.')}`
        expect(readOid(readTlv(node(0x06, oidToBytes(dotted))))).toBe(dotted)
      }),
    )
  })
})
