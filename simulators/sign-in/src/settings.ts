import type { SettingsTable } from '@gesim/base'

const list = (text: string) => text.split(',').map((part) => new URL(part.trim()).href)

function port(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new TypeError('not a port')
  return value
}

export const signInSettings = {
  host: { env: 'SIGN_IN_HOST', means: 'Address to listen on.', default: '127.0.0.1', parse: String },
  port: { env: 'SIGN_IN_PORT', means: 'Port to listen on; 0 chooses a free one.', default: 0, parse: port },
  issuer: {
    env: 'SIGN_IN_ISSUER',
    means: 'The issuer URL as browsers and the node reach it; by default made of localhost and the port.',
    default: '',
    parse: (text: string) => new URL(text).origin,
  },
  stateDir: {
    env: 'SIGN_IN_STATE_DIR',
    means:
      'Folder that keeps signing keys and the salt of subjects, so that a person stays the same over restarts.',
    parse: String,
  },
  clientId: {
    env: 'SIGN_IN_CLIENT_ID',
    means: 'The one client that may ask.',
    default: 'gesim-web',
    parse: String,
  },
  redirectUris: {
    env: 'SIGN_IN_REDIRECT_URIS',
    means: 'Where the client may be returned to, separated by commas.',
    parse: list,
  },
} as const satisfies SettingsTable
