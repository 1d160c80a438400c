import type { SettingsTable } from '@gesim/base'

const natural = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError('not a natural number')
  return value
}

const hex = (bytes: number) => (text: string) => {
  if (!new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`).test(text))
    throw new TypeError(`not ${bytes} bytes in hex`)
  return text as `0x${string}`
}

export const cardRampSettings = {
  port: {
    env: 'CARD_RAMP_PORT',
    means: 'Port of the simulator on loopback; 0 takes a free one.',
    default: 0,
    parse: natural,
  },
  publicUrl: {
    env: 'CARD_RAMP_URL',
    means: 'How browsers reach its pages; by default made of localhost and the port.',
    default: '',
    parse: (text: string) => new URL(text).origin,
  },
  stateFile: {
    env: 'CARD_RAMP_STATE',
    means: 'File that keeps orders and signed deliveries over a restart; empty keeps them in memory.',
    default: '',
    parse: String,
  },
  apiKey: {
    env: 'CARD_RAMP_API_KEY',
    means: 'Key that the one customer of the simulator bears.',
    secret: true,
    parse: String,
  },
  returnOrigins: {
    env: 'CARD_RAMP_RETURN_ORIGINS',
    means: 'Where buyers may be returned to, separated by commas.',
    parse: (text: string): readonly string[] => text.split(',').map((one) => new URL(one.trim()).origin),
  },
  rpcUrl: { env: 'CARD_RAMP_RPC_URL', means: 'Node of the local chain.', parse: String },
  usdc: { env: 'CARD_RAMP_USDC', means: 'The test USDC that is delivered.', parse: hex(20) },
  deliveryKey: {
    env: 'CARD_RAMP_DELIVERY_KEY',
    means: 'Key of the account whose test USDC are delivered; nobody else may send from it.',
    secret: true,
    parse: hex(32),
  },
  openSeconds: {
    env: 'CARD_RAMP_OPEN_SECONDS',
    means: 'How long an order waits for its payment.',
    unit: 'seconds',
    default: 900,
    parse: natural,
  },
} as const satisfies SettingsTable
