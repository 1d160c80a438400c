import type { SettingsTable } from '@gesim/base'

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new TypeError(`not ${least} to ${most}`)
    return value
  }
}

function hosts(text: string): Record<string, string> {
  const map = JSON.parse(text) as Record<string, string>
  for (const url of Object.values(map)) new URL(url)
  return map
}

export const phoneSettings = {
  host: { env: 'PHONE_HOST', means: 'Address to listen on.', default: '127.0.0.1', parse: String },
  port: {
    env: 'PHONE_PORT',
    means: 'Port to listen on; 0 takes a free one.',
    default: 0,
    parse: wholeNumber(0, 65_535),
  },
  stateDir: {
    env: 'PHONE_STATE_DIR',
    means: 'Folder that keeps the card, the device key and the purchases.',
    parse: String,
  },
  pkiDir: {
    env: 'PHONE_PKI_DIR',
    means: 'Folder of certificates (SGP.26 layout) with issuer, manufacturer and the card with its key.',
    parse: String,
  },
  eid: {
    env: 'PHONE_EID',
    means: 'Which card of the folder; the first one when not set.',
    default: undefined,
    parse: (text: string): string | undefined => text,
  },
  nodeUrl: {
    env: 'PHONE_NODE_URL',
    means: 'GeSIM node to pair with.',
    default: 'http://127.0.0.1:8080',
    parse: (text: string) => new URL(text).origin,
  },
  hosts: {
    env: 'PHONE_HOSTS',
    means: 'JSON object of RSP server addresses to URLs, for servers that their address does not lead to.',
    default: {},
    parse: hosts,
  },
  voucherBytes: {
    env: 'PHONE_VOUCHER_BYTES',
    means:
      'How much may be used before a voucher is signed; never more than half of what the terms give unsigned.',
    unit: 'octets',
    default: 8_000_000,
    parse: wholeNumber(1, 2 ** 40),
  },
  pollMs: {
    env: 'PHONE_POLL_MS',
    means: 'How often the node is asked about open purchases.',
    unit: 'ms',
    default: 1000,
    parse: wholeNumber(50, 600_000),
  },
} as const satisfies SettingsTable
