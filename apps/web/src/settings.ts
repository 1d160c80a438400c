import type { SettingsTable } from '@gesim/base'

/** What the web app reads from its environment. */
export const webSettings = {
  port: {
    env: 'WEB_PORT',
    means: 'Port on which the web app listens.',
    default: 3000,
    parse: (text: string) => {
      const port = Number(text)
      if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError('not a port')
      return port
    },
  },
  host: {
    env: 'WEB_HOST',
    means: 'Address on which the web app listens; people open it as localhost, where passkeys work.',
    default: '127.0.0.1',
    parse: (text: string) => text,
  },
  apiUrl: {
    env: 'GESIM_API_URL',
    means: 'Where the HTTP API of the node listens; read at each request.',
    default: 'http://127.0.0.1:8787',
    parse: (text: string) => new URL(text).origin,
  },
} as const satisfies SettingsTable
