import { concatBytes, fromHex } from '@gesim/base'
import { header, node } from '@gesim/tlv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BppEvent, BppStream } from './bpp-stream.ts'

const limits = { maxSegmentBytes: 1020, maxPackageBytes: 1 << 20 }
const segments = (tag: number, ...lengths: number[]) =>
  lengths.map((length) => node(tag, new Uint8Array(length)))
const channel = node(0xbf23, new Uint8Array(200))
const parts = [
  channel,
  node(0xa0, ...segments(0x87, 24)),
  node(0xa1, ...segments(0x88, 56, 20)),
  node(0xa2, ...segments(0x87, 72)),
  node(0xa3, ...segments(0x86, 1016, 1016, 40)),
]
const whole = node(0xbf36, ...parts)

function shapeOf(events: readonly BppEvent[]): string[] {
  return events.map((event) => {
    if (event.kind === 'segment') return `${event.list} ${event.segment.length}`
    return event.kind === 'list-end' ? `end of ${event.list}` : event.kind
  })
}

const expected = [
  'channel',
  'configure 26',
  'end of configure',
  'metadata 58',
  'metadata 22',
  'end of metadata',
  'keys 74',
  'end of keys',
  'profile 1020',
  'profile 1020',
  'profile 42',
  'end of profile',
  'end',
]

describe('a bound profile package that arrives', () => {
  it('in one piece is taken apart', () => {
    expect(shapeOf([...new BppStream(limits).push(whole)])).toEqual(expected)
  })

  it('as phones send it, headers apart from what they announce, is the same', () => {
    const stream = new BppStream(limits)
    const pieces = [
      concatBytes(header(0xbf36, concatBytes(...parts).length), channel),
      parts[1]!,
      header(0xa1, 58 + 22),
      ...segments(0x88, 56, 20),
      parts[3]!,
      header(0xa3, 1020 + 1020 + 42),
      ...segments(0x86, 1016, 1016, 40),
    ]
    expect(shapeOf(pieces.flatMap((piece) => [...stream.push(piece)]))).toEqual(expected)
  })

  it('cut anywhere, any number of times, is the same', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 8 }), (cuts) => {
        const stream = new BppStream(limits)
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length]
        const events: BppEvent[] = []
        for (let i = 1; i < places.length; i++)
          events.push(...stream.push(whole.subarray(places[i - 1], places[i])))
        expect(shapeOf(events)).toEqual(expected)
      }),
    )
  })

  it('with an unknown tag is answered 6A88 and goes on afterwards', () => {
    const stream = new BppStream(limits)
    expect(
      shapeOf([...stream.push(concatBytes(header(0xbf36, concatBytes(...parts).length), channel))]),
    ).toEqual(['channel'])
    expect(() => [...stream.push(fromHex('a40187'))]).toThrow('6a88')
    expect(() => [...stream.push(parts[2]!)]).toThrow('6a88')
    expect(shapeOf(parts.slice(1).flatMap((part) => [...stream.push(part)]))).toEqual(expected.slice(1))
  })

  it('with a segment above the limit, or lengths that do not fit, is malformed', () => {
    const malformed = (bytes: Uint8Array) => shapeOf([...new BppStream(limits).push(bytes)]).at(-1)
    const long = node(0xa3, ...segments(0x86, 1032))
    expect(malformed(node(0xbf36, ...parts.slice(0, 4), long))).toBe('malformed')
    const lenient = new BppStream({ ...limits, maxSegmentBytes: 1036 })
    expect(shapeOf([...lenient.push(node(0xbf36, ...parts.slice(0, 4), long))]).at(-1)).toBe('end')
    expect(malformed(node(0xbf36, ...parts, fromHex('a300')))).toBe('malformed')
    expect(malformed(concatBytes(header(0xbf36, 20), ...parts))).toBe('malformed')
    expect(malformed(header(0xbf36, 1 << 24))).toBe('malformed')
  })
})
