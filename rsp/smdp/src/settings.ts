import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, refuse, type SettingsOf, type SettingsTable } from '@gesim/base'
import { parseOperators } from './operators.ts'
import { DEFAULT_LIMITS, type SmdpOptions } from './smdp.ts'

const text = (value: string) => value
const whole = (value: string) => {
  const parsed = Number(value)
  if (!Number.isSafeInteger(parsed) || parsed < 0) throw new TypeError('not a whole number')
  return parsed
}

/** Every setting of the SM-DP+ process. */
export const smdpSettings = {
  host: { env: 'SMDP_HOST', means: 'Address to listen on.', default: '127.0.0.1', parse: text },
  port: {
    env: 'SMDP_PORT',
    means: 'HTTPS port with the NIST certificate; 0 takes a free one.',
    default: 8443,
    parse: whole,
  },
  brainpoolPort: {
    env: 'SMDP_BRAINPOOL_PORT',
    means: 'HTTPS port with the Brainpool certificate (TLS 1.2); not set: none.',
    default: undefined as number | undefined,
    parse: whole as (value: string) => number | undefined,
  },
  httpPort: {
    env: 'SMDP_HTTP_PORT',
    means: 'Plain HTTP port, for a proxy in front and for tests; not set: none. Operators cannot use it.',
    default: undefined as number | undefined,
    parse: whole as (value: string) => number | undefined,
  },
  fqdn: {
    env: 'SMDP_FQDN',
    means:
      'The address that activation codes name, with a port when it is not 443; not set: localhost and the port.',
    default: undefined as string | undefined,
    parse: text as (value: string) => string | undefined,
  },
  pkiDir: {
    env: 'SMDP_PKI_DIR',
    means: 'Directory of certificates and keys, in any layout, such as that of SGP.26.',
    parse: text,
  },
  databaseUrl: {
    env: 'SMDP_DATABASE_URL',
    means: 'Postgres database of its own; not set: profiles are kept in memory and lost at the end.',
    default: undefined as string | undefined,
    secret: true,
    parse: text as (value: string) => string | undefined,
  },
  dataKey: {
    env: 'SMDP_DATA_KEY',
    means:
      'Key that profiles, ICCIDs and EIDs are encrypted with in the database, 64 hex digits. Without it they are lost.',
    default: undefined as Uint8Array | undefined,
    secret: true,
    parse: (value: string): Uint8Array | undefined => {
      const key = fromHex(value)
      if (key.length !== 32) throw new TypeError('not 64 hex digits')
      return key
    },
  },
  operatorCa: {
    env: 'SMDP_OPERATOR_CA',
    means:
      'PEM file of the authorities of operators’ certificates; not set: Operators/CERT_CA_OPERATORS.pem of the directory.',
    default: undefined as string | undefined,
    parse: text as (value: string) => string | undefined,
  },
  operatorsFile: {
    env: 'SMDP_OPERATORS_FILE',
    means:
      'JSON list of operators: id, name, notifyUrl, profileTypes; not set: whoever has a certificate is one.',
    default: undefined as string | undefined,
    parse: text as (value: string) => string | undefined,
  },
  profileKeys: {
    env: 'SMDP_PROFILE_KEYS',
    means:
      'Keys that protect a profile on its way: `session`, or `own` for keys of the profile sent under them.',
    default: 'session' as 'session' | 'own',
    parse: (value: string): 'session' | 'own' => {
      if (value !== 'session' && value !== 'own') throw new TypeError('neither session nor own')
      return value
    },
  },
  orderDays: {
    env: 'SMDP_ORDER_DAYS',
    means: 'How long an order waits to be downloaded.',
    unit: 'days',
    default: 30,
    parse: whole,
  },
  retentionDays: {
    env: 'SMDP_RETENTION_DAYS',
    means: 'How long installed, failed and withdrawn profiles are remembered, without their packages.',
    unit: 'days',
    default: 90,
    parse: whole,
  },
  sessionSeconds: {
    env: 'SMDP_SESSION_SECONDS',
    means: 'Life of a download session.',
    unit: 'seconds',
    default: 300,
    parse: whole,
  },
  maxSessions: {
    env: 'SMDP_MAX_SESSIONS',
    means: 'Sessions at once; the oldest make room.',
    default: 10_000,
    parse: whole,
  },
} as const satisfies SettingsTable

export type SmdpSettings = SettingsOf<typeof smdpSettings>

const DAY_MS = 86_400_000

/** The options that settings mean; the state is opened apart. Throws `smdp.data-key-missing`. */
export function optionsOf(settings: SmdpSettings): Omit<SmdpOptions, 'state' | 'smdpAddress'> {
  const { host, pkiDir, operatorsFile } = settings
  if (settings.databaseUrl && !settings.dataKey) throw refuse('smdp.data-key-missing')
  const authority = settings.operatorCa ?? join(pkiDir, 'Operators', 'CERT_CA_OPERATORS.pem')
  return {
    pki: pkiDir,
    listeners: [
      { host, port: settings.port, tls: 'nist' },
      ...(settings.brainpoolPort === undefined
        ? []
        : [{ host, port: settings.brainpoolPort, tls: 'brainpool' as const }]),
      ...(settings.httpPort === undefined ? [] : [{ host, port: settings.httpPort }]),
    ],
    operatorAuthorities: [readFileSync(authority, 'utf8')],
    ...(operatorsFile ? { operators: parseOperators(readFileSync(operatorsFile, 'utf8')) } : {}),
    profileKeys: settings.profileKeys === 'own',
    limits: {
      ...DEFAULT_LIMITS,
      orderLifeMs: settings.orderDays * DAY_MS,
      retentionMs: settings.retentionDays * DAY_MS,
      sessionLifeMs: settings.sessionSeconds * 1000,
      maxSessions: settings.maxSessions,
    },
  }
}
