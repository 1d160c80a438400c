import { concatBytes } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { BspReceiver, BspSender, encryptedBytes } from './bsp.ts'
import { aesCmac, Cmac } from './cmac.ts'
import { systemRandom } from './keys.ts'

describe('Chained MACs', () => {
  it('are those of the messages one by one, whatever their lengths', () => {
    const key = systemRandom(16)
    const cmac = new Cmac(key)
    for (const lengths of [[0], [16], [15, 16, 17], [1020, 3, 0, 64, 1004], []]) {
      const messages = lengths.map((length) => systemRandom(5 + length))
      const first = systemRandom(16)
      const ahead = systemRandom(3)
      const whole = concatBytes(ahead, ...messages.flatMap((message) => [message, new Uint8Array(8)]))
      let end = 3
      const ends = messages.map((message) => {
        end += message.length + 8
        return end
      })
      const last = cmac.sealChain(first, whole, 3, ends, 8)
      let before = first
      const single = messages.map((message) => {
        before = aesCmac(key, concatBytes(before, message))
        return concatBytes(message, before.subarray(0, 8))
      })
      expect(last).toEqual(before)
      expect(whole).toEqual(concatBytes(ahead, ...single))
      // The same object goes on with messages of its own as if nothing had been.
      const next = systemRandom(33)
      expect(cmac.of(next)).toEqual(aesCmac(key, next))
    }
  })
})

describe('Segments made together', () => {
  it('are those made one by one', () => {
    const keys = { initialMcv: systemRandom(16), sEnc: systemRandom(16), sMac: systemRandom(16) }
    const data = systemRandom(5000)
    const [together, alone, receiver] = [new BspSender(keys), new BspSender(keys), new BspReceiver(keys)]
    const segments = [
      ...together.encryptAll(0x87, data.subarray(0, 10)),
      ...together.macAll(0x88, data.subarray(0, 2000)),
      ...together.encryptAll(0x86, data),
    ]
    const pieces = (tag: number, from: number, to: number) =>
      tag === 0x88
        ? alone.macOnly(tag, data.subarray(from, to))
        : alone.encryptAndMac(tag, data.subarray(from, to))
    const single = [pieces(0x87, 0, 10), pieces(0x88, 0, 1008), pieces(0x88, 1008, 2000)]
    for (let at = 0; at < data.length; at += 1007)
      single.push(pieces(0x86, at, Math.min(at + 1007, data.length)))
    expect(segments).toEqual(single)
    const opened = segments.map((segment) =>
      segment[0] === 0x88 ? receiver.verify(segment) : receiver.decrypt(segment),
    )
    expect(concatBytes(...opened.slice(3))).toEqual(data)
  })

  it('have the length that is foreseen, and leave what is around them', () => {
    const keys = { initialMcv: systemRandom(16), sEnc: systemRandom(16), sMac: systemRandom(16) }
    for (const length of [0, 1, 15, 16, 1006, 1007, 1008, 2014, 5000]) {
      const data = systemRandom(length)
      const segments = concatBytes(...new BspSender(keys).encryptAll(0x86, data))
      expect(encryptedBytes(0x86, length)).toBe(segments.length)
      const out = new Uint8Array(segments.length + 10).fill(0xee)
      const ends = new BspSender(keys).encryptInto(out, 5, 0x86, data)
      expect(ends.at(-1) ?? 5).toBe(out.length - 5)
      const around = new Uint8Array(5).fill(0xee)
      expect(out).toEqual(concatBytes(around, segments, around))
    }
  })
})
