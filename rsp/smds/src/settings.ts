import { fromHex, type SettingsTable } from '@gesim/base'

const text = (value: string) => value
const optionalText = text as (value: string) => string | undefined
const whole = (value: string) => {
  const parsed = Number(value)
  if (!Number.isSafeInteger(parsed) || parsed < 0) throw new TypeError('not a whole number')
  return parsed
}

/** Every setting of the SM-DS process. */
export const smdsSettings = {
  host: { env: 'SMDS_HOST', means: 'Address to listen on.', default: '127.0.0.1', parse: text },
  port: { env: 'SMDS_PORT', means: 'HTTPS port with the NIST certificate.', default: 8444, parse: whole },
  brainpoolPort: {
    env: 'SMDS_BRAINPOOL_PORT',
    means: 'HTTPS port with the Brainpool certificate (TLS 1.2); not set: none.',
    default: undefined as number | undefined,
    parse: whole as (value: string) => number | undefined,
  },
  fqdn: {
    env: 'SMDS_FQDN',
    means: 'The address that cards know, with a port when it is not 443; not set: localhost and the port.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  pkiDir: { env: 'SMDS_PKI_DIR', means: 'Directory of certificates and keys, in any layout.', parse: text },
  rootAddress: {
    env: 'SMDS_ROOT',
    means:
      'Address of the root SM-DS, which is told of events that ask for it; not set: this one is the root.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  databaseUrl: {
    env: 'SMDS_DATABASE_URL',
    means: 'Postgres database of its own; not set: events are kept in memory and lost at the end.',
    default: undefined as string | undefined,
    secret: true,
    parse: optionalText,
  },
  dataKey: {
    env: 'SMDS_DATA_KEY',
    means: 'Key under which EIDs are hashed in the database, 64 hex digits.',
    default: undefined as Uint8Array | undefined,
    secret: true,
    parse: (value: string): Uint8Array | undefined => {
      const key = fromHex(value)
      if (key.length !== 32) throw new TypeError('not 64 hex digits')
      return key
    },
  },
  eventDays: {
    env: 'SMDS_EVENT_DAYS',
    means: 'How long an event waits.',
    unit: 'days',
    default: 90,
    parse: whole,
  },
} as const satisfies SettingsTable
