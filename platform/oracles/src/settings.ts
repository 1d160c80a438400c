import type { SettingsTable } from '@gesim/base'

export const oraclesSettings = {
  everySeconds: {
    env: 'ORACLES_EVERY_SECONDS',
    means: "How often the chain's price oracle is read",
    unit: 'seconds',
    default: 60,
    parse: (text: string) => {
      const value = Number(text)
      if (!Number.isInteger(value) || value < 1) throw new TypeError('not a whole number of seconds')
      return value
    },
  },
  estimateSeconds: {
    env: 'ORACLES_ESTIMATE_SECONDS',
    means: 'How long a rate that was read may stand behind an estimate in a local currency',
    unit: 'seconds',
    default: 600,
    parse: (text: string) => {
      const value = Number(text)
      if (!Number.isInteger(value) || value < 1) throw new TypeError('not a whole number of seconds')
      return value
    },
  },
  pairs: {
    env: 'ORACLES_PAIRS',
    means: 'Pairs that are read, separated by commas; estimates in local currencies need USDC/USD',
    default: [
      'ETH/USD',
      'USDC/USD',
      'EUR/USD',
      'GBP/USD',
      'CHF/USD',
      'JPY/USD',
      'BRL/USD',
      'MXN/USD',
      'AED/USD',
    ] as readonly string[],
    parse: (text: string): readonly string[] => {
      const pairs = text.split(',').map((pair) => pair.trim())
      if (!pairs.every((pair) => /^[A-Z]{2,10}\/[A-Z]{2,10}$/.test(pair)))
        throw new TypeError('not pairs such as ETH/USD')
      return pairs
    },
  },
} as const satisfies SettingsTable
