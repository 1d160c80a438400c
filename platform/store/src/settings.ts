import type { SettingsTable } from '@gesim/base'

/** What a process needs to reach the database. */
export const storeSettings = {
  databaseUrl: {
    env: 'DATABASE_URL',
    means:
      'Postgres 17; a session or direct connection, not a transaction pooler (LISTEN and advisory locks are used)',
    secret: true,
    parse: (text: string) => {
      if (!/^postgres(ql)?:\/\//.test(text)) throw new TypeError('not a postgres:// URL')
      return text
    },
  },
  databaseConnections: {
    env: 'DATABASE_CONNECTIONS',
    means: 'Connections of one process for requests and readers; durable jobs use as many again',
    default: 10,
    parse: (text: string) => {
      const n = Number(text)
      if (!Number.isInteger(n) || n < 2 || n > 200) throw new TypeError('not a number from 2 to 200')
      return n
    },
  },
} as const satisfies SettingsTable
