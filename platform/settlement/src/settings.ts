import type { SettingsTable } from '@gesim/base'

const natural = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new TypeError('not a whole number')
  return value
}

export const settlementSettings = {
  pollMs: {
    env: 'SETTLEMENT_POLL_MS',
    means: 'How often the clerk looks at the clock, the chain and the signatures that came in',
    unit: 'milliseconds',
    default: 250,
    parse: natural,
  },
  leadSeconds: {
    env: 'SETTLEMENT_LEAD_SECONDS',
    means: 'How long before the posting window ends a root is sent with the signatures that are there',
    unit: 'seconds',
    default: 2,
    parse: natural,
  },
  quorumWaitMs: {
    env: 'SETTLEMENT_QUORUM_WAIT_MS',
    means: 'How long the rest of the committee is waited for once a quorum has signed',
    unit: 'milliseconds',
    default: 500,
    parse: natural,
  },
  retrySeconds: {
    env: 'SETTLEMENT_RETRY_SECONDS',
    means: 'How long a payment of books may take before it is wished for again',
    unit: 'seconds',
    default: 60,
    parse: natural,
  },
} as const satisfies SettingsTable
