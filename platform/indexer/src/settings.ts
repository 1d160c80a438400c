import type { SettingsTable } from '@gesim/base'

/** When a log is believed: after so many further blocks, or once its block is final. */
export type Confirmations = number | 'finalized'

export const indexerSettings = {
  confirmations: {
    env: 'INDEXER_CONFIRMATIONS',
    means: 'Blocks on top of a log before it becomes an event, or `finalized`; 0 only on a local chain',
    unit: 'blocks',
    default: 'finalized' as Confirmations,
    parse: (text: string): Confirmations => {
      if (text === 'finalized') return text
      if (!/^\d{1,4}$/.test(text)) throw new TypeError('neither a number nor `finalized`')
      return Number(text)
    },
  },
  pollMs: {
    env: 'INDEXER_POLL_MS',
    means: 'How often the chain is asked for a new block',
    unit: 'milliseconds',
    default: 200,
    parse: (text: string) => {
      const n = Number(text)
      if (!Number.isInteger(n) || n < 20 || n > 60_000) throw new TypeError('not from 20 to 60000')
      return n
    },
  },
} as const satisfies SettingsTable
