import type { SettingsTable } from '@gesim/base'

/** Reads `{"1": "1.20", "2": "0.95"}`: book to USDC per gigabyte. */
function prices(text: string): ReadonlyMap<number, bigint> {
  const out = new Map<number, bigint>()
  for (const [book, price] of Object.entries(JSON.parse(text) as Record<string, string>)) {
    if (!/^[1-9]\d*$/.test(book) || !/^\d+(\.\d{1,6})?$/.test(price)) throw new TypeError('not a price list')
    const [whole, fraction = ''] = price.split('.')
    out.set(Number(book), BigInt(whole!) * 1_000_000n + BigInt(fraction.padEnd(6, '0')))
  }
  return out
}

const seconds = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new TypeError('not a number of seconds')
  return value
}

export const smartSwitchSettings = {
  prices: {
    env: 'SMART_SWITCH_PRICES',
    means:
      'What a gigabyte costs with each carrier, as JSON of book to USDC; a carrier that is not named counts as free.',
    default: new Map() as ReadonlyMap<number, bigint>,
    parse: prices,
  },
  switchSeconds: {
    env: 'SMART_SWITCH_OUTAGE_SECONDS',
    means: 'Time without service while a phone changes its profile.',
    unit: 'seconds',
    default: 10,
    parse: seconds,
  },
  horizonSeconds: {
    env: 'SMART_SWITCH_HORIZON_SECONDS',
    means: 'How long an advantage of one carrier over another is expected to last.',
    unit: 'seconds',
    default: 120,
    parse: seconds,
  },
  keepSamplesHours: {
    env: 'SMART_SWITCH_KEEP_SAMPLES_HOURS',
    means: 'How long raw radio measurements are kept for the dashboards.',
    unit: 'hours',
    default: 24,
    parse: seconds,
  },
} as const satisfies SettingsTable
