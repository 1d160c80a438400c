/** What a phone would measure. */
export interface Radio {
  readonly rsrpDbm: number
  readonly throughputMbps: number
  readonly latencyMs: number
  readonly lossRatio: number
}

/**
 * The radio weather of a region at a moment: slow waves of its own for each region (minutes to hours), and noise of a
 * few seconds. A function of seed and time only, so that a run can be repeated and a restart changes nothing.
 */
export function radioAt(seed: number, region: string, qualityPct: number, atMs: number): Radio {
  const own = hash(`${seed}|${region}`)
  const seconds = atMs / 1000
  const wave = (period: number, salt: number) =>
    Math.sin((2 * Math.PI * seconds) / period + 2 * Math.PI * unit(hash(`${own}|${salt}`)))
  const standing = 0.15 * (2 * unit(own) - 1)
  const noise = 0.1 * (2 * unit(hash(`${own}|${Math.floor(seconds / 5)}`)) - 1)
  const level = 0.6 + standing + 0.15 * wave(240, 1) + 0.1 * wave(3600, 2) + noise
  const quality = clamp(level * (qualityPct / 100))
  return {
    rsrpDbm: round(-120 + 45 * quality, 1),
    // Throughput falls faster than the signal: a weak cell is also a slow one.
    throughputMbps: round(0.3 + 60 * quality ** 2, 2),
    latencyMs: round(25 + 220 * (1 - quality) ** 2, 1),
    lossRatio: round(0.08 * (1 - quality) ** 3, 4),
  }
}

/** FNV-1a, enough for weather. */
function hash(text: string): number {
  let out = 0x811c9dc5
  for (let i = 0; i < text.length; i++) out = Math.imul(out ^ text.charCodeAt(i), 0x01000193)
  out ^= out >>> 15
  return Math.imul(out, 0x2c1b3c6d) >>> 0
}

function unit(value: number): number {
  return value / 4294967296
}

function clamp(value: number): number {
  return value < 0.02 ? 0.02 : value > 1 ? 1 : value
}

function round(value: number, places: number): number {
  return Math.round(value * 10 ** places) / 10 ** places
}
