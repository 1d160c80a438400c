import type { SettingsTable } from '@gesim/base'

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new TypeError('not a whole number above zero')
  return value
}

export const treasurySettings = {
  everySeconds: {
    env: 'TREASURY_EVERY_SECONDS',
    means: 'How often requests, batches and the off-ramp provider are looked at',
    unit: 'seconds',
    default: 10,
    parse: positive,
  },
  retrySeconds: {
    env: 'TREASURY_RETRY_SECONDS',
    means: 'How long a signed batch may take to reach the chain before it is wished for again',
    unit: 'seconds',
    default: 120,
    parse: positive,
  },
} as const satisfies SettingsTable
