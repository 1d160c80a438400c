import type { SettingsTable } from '@gesim/base'

const natural = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError('not a natural number')
  return value
}

export const esimAccessSettings = {
  port: {
    env: 'ESIM_ACCESS_SIM_PORT',
    means: 'Port of the simulator on loopback; 0 takes a free one.',
    default: 0,
    parse: natural,
  },
  stateFile: {
    env: 'ESIM_ACCESS_SIM_STATE',
    means: 'File that keeps balance, orders and webhooks over a restart; empty keeps them in memory.',
    default: '',
    parse: (text: string) => text,
  },
  accessCode: {
    env: 'ESIM_ACCESS_CODE',
    means: 'Access code that the simulator accepts.',
    default: 'local-access-code',
    parse: (text: string) => text,
  },
  secretKey: {
    env: 'ESIM_ACCESS_SECRET',
    means: 'Secret that request signatures are keyed with.',
    default: 'local-secret-key',
    secret: true,
    parse: (text: string) => text,
  },
  balance: {
    env: 'ESIM_ACCESS_SIM_BALANCE',
    means: 'Balance that a new account starts with.',
    unit: 'USD x 10,000',
    default: 5_000_000,
    parse: natural,
  },
  allocateMs: {
    env: 'ESIM_ACCESS_SIM_ALLOCATE_MS',
    means: 'How long a profile of a new order stays unallocated (answer 200010).',
    unit: 'ms',
    default: 1500,
    parse: natural,
  },
  requestsPerSecond: {
    env: 'ESIM_ACCESS_SIM_RATE',
    means: 'Requests a second before the simulator answers that it is busy.',
    default: 8,
    parse: natural,
  },
} as const satisfies SettingsTable
