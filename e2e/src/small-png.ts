// Makes a screenshot small: 256 colours are enough for a page, and a repository keeps every picture for ever.
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const PALETTE = 256

interface Image {
  readonly width: number
  readonly height: number
  /** One number a pixel: 0xRRGGBB. */
  readonly pixels: Uint32Array
}

/** The same picture as PNG with a palette (PNG specification, colour type 3). Takes what a browser writes: 8 bits, RGB or RGBA. */
export function smallPng(png: Uint8Array): Buffer {
  const image = decode(Buffer.from(png))
  const { colours, indexOf } = paletteOf(image.pixels)
  const rows = Buffer.alloc((image.width + 1) * image.height)
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++)
      // The byte before each row stays 0: filters only make palettes larger.
      rows[y * (image.width + 1) + 1 + x] = indexOf.get(image.pixels[y * image.width + x]!)!
  const header = Buffer.alloc(13)
  header.writeUInt32BE(image.width, 0)
  header.writeUInt32BE(image.height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.alloc(colours.length * 3)
  colours.forEach((colour, at) => {
    palette.writeUIntBE(colour, at * 3, 3)
  })
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/**
 * The colours seen most, but none so near to one already taken that nobody would miss it; every other colour becomes the
 * nearest of them.
 */
function paletteOf(pixels: Uint32Array): { colours: number[]; indexOf: Map<number, number> } {
  const times = new Map<number, number>()
  for (const pixel of pixels) times.set(pixel, (times.get(pixel) ?? 0) + 1)
  const byUse = [...times].sort((a, b) => b[1] - a[1]).map(([colour]) => colour)
  let colours = byUse
  for (let nearness = 4; colours.length > PALETTE; nearness *= 1.5) {
    colours = []
    for (const colour of byUse)
      if (!colours.some((taken) => distance(taken, colour) < nearness)) {
        colours.push(colour)
        if (colours.length > PALETTE) break
      }
  }
  const indexOf = new Map<number, number>()
  for (const colour of byUse) indexOf.set(colour, nearest(colours, colour))
  return { colours, indexOf }
}

function nearest(colours: readonly number[], wanted: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < colours.length; at++) {
    const far = distance(colours[at]!, wanted)
    if (far < least) {
      least = far
      best = at
    }
  }
  return best
}

function distance(a: number, b: number): number {
  const red = (a >> 16) - (b >> 16)
  const green = ((a >> 8) & 255) - ((b >> 8) & 255)
  const blue = (a & 255) - (b & 255)
  return red * red + green * green + blue * blue
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

function decode(png: Buffer): Image {
  const width = png.readUInt32BE(16)
  const height = png.readUInt32BE(20)
  const [depth, type] = [png[24], png[25]]
  if (depth !== 8 || (type !== 2 && type !== 6)) throw new Error('not a PNG as a browser writes it')
  const parts: Buffer[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const step = type === 2 ? 3 : 4
  const raw = unfilter(inflateSync(Buffer.concat(parts)), width * step, step)
  const pixels = new Uint32Array(width * height)
  for (let at = 0; at < pixels.length; at++) pixels[at] = raw.readUIntBE(at * step, 3)
  return { width, height, pixels }
}

/** Undoes the filters of the rows (PNG specification, 9.2). */
function unfilter(rows: Buffer, stride: number, step: number): Buffer {
  const height = rows.length / (stride + 1)
  const out = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x >= step ? out[at - step]! : 0
      const up = y > 0 ? out[at - stride]! : 0
      const corner = y > 0 && x >= step ? out[at - stride - step]! : 0
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter!]!
      out[at] = (rows[y * (stride + 1) + 1 + x]! + guess) & 255
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
