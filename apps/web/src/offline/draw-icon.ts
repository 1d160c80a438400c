import { crc32, deflateSync } from 'node:zlib'

type Colour = readonly [number, number, number]

/** `sea`, `on-sea` and `paper` of DESIGN.md, light. */
const SEA: Colour = [10, 97, 87]
const WHITE: Colour = [255, 255, 255]
const PAPER: Colour = [246, 245, 240]

/** Each pixel is looked at in so many rows and columns. */
const FINE = 4

/**
 * The mark of `icon.svg` as a PNG: a card with a cut corner and a tick, on 32 units. `padded` fills the square with
 * paper and draws the mark smaller, for devices that cut their own shape out of it (W3C manifest, maskable: 80 %).
 */
export function drawIcon(size: number, padded: boolean): Buffer {
  const scale = padded ? 32 / 0.62 / size : 32 / size
  const shift = padded ? (32 - 32 / 0.62) / 2 : 0
  const rows: Buffer[] = []
  for (let y = 0; y < size; y++) {
    const row = Buffer.alloc(1 + size * 4)
    for (let x = 0; x < size; x++) row.set(pixel(x, y, scale, shift, padded), 1 + x * 4)
    rows.push(row)
  }
  return png(size, Buffer.concat(rows))
}

function pixel(x: number, y: number, scale: number, shift: number, padded: boolean): Uint8Array {
  const sum = [0, 0, 0, 0]
  for (let i = 0; i < FINE * FINE; i++) {
    const u = (x + ((i % FINE) + 0.5) / FINE) * scale + shift
    const v = (y + (Math.floor(i / FINE) + 0.5) / FINE) * scale + shift
    const colour = inCard(u, v) ? (onTick(u, v) ? WHITE : SEA) : padded ? PAPER : null
    if (!colour) continue
    for (let part = 0; part < 3; part++) sum[part]! += colour[part]!
    sum[3]! += 1
  }
  const covered = sum[3]!
  const mean = (part: number) => (covered === 0 ? 0 : Math.round(sum[part]! / covered))
  return Uint8Array.of(mean(0), mean(1), mean(2), Math.round((covered * 255) / (FINE * FINE)))
}

/** From 5 to 27 and 2 to 30, corners of 4, the upper right one cut from (18.5, 2) to (27, 10.5). */
function inCard(u: number, v: number): boolean {
  if (u < 5 || u > 27 || v < 2 || v > 30 || u - v > 16.5) return false
  const dx = u < 9 ? 9 - u : u > 23 && v > 26 ? u - 23 : 0
  const dy = v < 6 ? 6 - v : v > 26 ? v - 26 : 0
  return dx === 0 || dy === 0 || dx * dx + dy * dy <= 16
}

function onTick(u: number, v: number): boolean {
  return nearLine(u, v, 10.5, 18.5, 14.5, 22.5) || nearLine(u, v, 14.5, 22.5, 22, 14.5)
}

function nearLine(u: number, v: number, ax: number, ay: number, bx: number, by: number): boolean {
  const along = ((u - ax) * (bx - ax) + (v - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
  const t = along < 0 ? 0 : along > 1 ? 1 : along
  return Math.hypot(u - ax - t * (bx - ax), v - ay - t * (by - ay)) <= 1.375
}

/** PNG (ISO 15948): eight bits, red green blue alpha, no filter. */
function png(size: number, pixels: Buffer): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
