import type { SettingsTable } from '@gesim/base'

function seconds(least: number, most: number) {
  return (text: string) => {
    const n = Number(text)
    if (!Number.isInteger(n) || n < least || n > most) throw new TypeError(`not from ${least} to ${most}`)
    return n
  }
}

export const intentsSettings = {
  quoteSeconds: {
    env: 'INTENTS_QUOTE_SECONDS',
    // A promise to pay counts against a traveller's limits for 15 minutes: no quote outlives it.
    means: 'How long a quote can be taken',
    unit: 'seconds',
    default: 600,
    parse: seconds(1, 900),
  },
  provisionSeconds: {
    env: 'INTENTS_PROVISION_SECONDS',
    means: 'How long a carrier has to deliver, from the quote on; then the whole money goes back',
    unit: 'seconds',
    default: 86_400,
    parse: seconds(10, 30 * 86_400),
  },
  limitRaiseSeconds: {
    env: 'INTENTS_LIMIT_RAISE_SECONDS',
    means: 'How long a raised spending limit waits before it holds',
    unit: 'seconds',
    default: 86_400,
    parse: seconds(0, 30 * 86_400),
  },
  catalogue: {
    env: 'INTENTS_CATALOGUE',
    means:
      'JSON file of plans to offer; empty: the sample catalogue on a local chain, else what the table holds',
    default: '',
    parse: (text: string) => text,
  },
  books: {
    env: 'INTENTS_BOOKS',
    means: 'Books that serve the sample catalogue, comma-separated',
    default: [1, 2] as readonly number[],
    parse: (text: string): readonly number[] =>
      text.split(',').map((one) => {
        const n = Number(one)
        if (!Number.isInteger(n) || n < 1 || n > 4095) throw new TypeError('not a book')
        return n
      }),
  },
  unsignedCreditBytes: {
    env: 'INTENTS_UNSIGNED_CREDIT_BYTES',
    means: 'Octets that a carrier serves ahead of the device’s signed vouchers',
    unit: 'octets',
    default: 50_000_000n,
    parse: (text: string) => {
      if (!/^\d{1,15}$/.test(text)) throw new TypeError('not a number of octets')
      return BigInt(text)
    },
  },
} as const satisfies SettingsTable
