import type { SettingsTable } from '@gesim/base'

export const attestorSettings = {
  key: {
    env: 'ATTESTOR_KEY',
    means: "The attestor's own secp256k1 key, 32 bytes in hex; its address has the stake",
    secret: true,
    parse: (text: string) => {
      if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new TypeError('not 32 bytes in hex')
      return text as `0x${string}`
    },
  },
  apiUrl: {
    env: 'ATTESTOR_API_URL',
    means: 'Where epochs and their signed inputs are served: the node of the operator',
    parse: (text: string) => new URL(text).toString().replace(/\/$/, ''),
  },
  stateFile: {
    env: 'ATTESTOR_STATE_FILE',
    means: 'File that remembers what was signed, so that no epoch is ever signed twice with two roots',
    parse: (text: string) => text,
  },
  pollMs: {
    env: 'ATTESTOR_POLL_MS',
    means: 'How often the node is asked for an epoch to attest',
    unit: 'milliseconds',
    default: 300,
    parse: (text: string) => {
      const value = Number(text)
      if (!Number.isInteger(value) || value < 50) throw new TypeError('not a whole number of at least 50')
      return value
    },
  },
} as const satisfies SettingsTable
