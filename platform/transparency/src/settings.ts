import type { SettingsTable } from '@gesim/base'

export const transparencySettings = {
  origin: {
    env: 'TRANSPARENCY_ORIGIN',
    means: 'Name of the log, the first line of every checkpoint',
    default: 'gesim.local/log',
    parse: (text: string) => {
      if (!/^[\w./-]{1,128}$/.test(text))
        throw new TypeError('not a name of letters, digits, dots and slashes')
      return text
    },
  },
  key: {
    env: 'TRANSPARENCY_KEY',
    means: 'Ed25519 seed of the log, 32 bytes in hex: signs checkpoints and nothing else',
    secret: true,
    parse: (text: string) => {
      if (!/^(0x)?[0-9a-fA-F]{64}$/.test(text)) throw new TypeError('not 32 bytes in hex')
      return text.replace(/^0x/, '')
    },
  },
} as const satisfies SettingsTable
