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
  onRampUrl: {
    env: 'TREASURY_ON_RAMP_URL',
    means: 'API of the card sandbox, on a local chain; empty where nothing can be bought with a card',
    default: '',
    parse: (text: string) => new URL(text).origin,
  },
  onRampKey: {
    env: 'TREASURY_ON_RAMP_KEY',
    means: 'Key that the card provider knows the operator by',
    default: '',
    secret: true,
    parse: String,
  },
  onRampReturnUrl: {
    env: 'TREASURY_ON_RAMP_RETURN_URL',
    means: 'Page of the web app that buyers come back to',
    default: 'http://localhost:3000/wallet/top-up',
    parse: (text: string) => new URL(text).href,
  },
  onRampNoticeUrl: {
    env: 'TREASURY_ON_RAMP_NOTICE_URL',
    means: 'Where the card provider says that an order moved',
    default: 'http://127.0.0.1:4100/v1/on-ramp/notices',
    parse: (text: string) => new URL(text).href,
  },
  onRampEverySeconds: {
    env: 'TREASURY_ON_RAMP_EVERY_SECONDS',
    means: 'How often open card orders are looked at without a notice',
    unit: 'seconds',
    default: 5,
    parse: positive,
  },
} as const satisfies SettingsTable
