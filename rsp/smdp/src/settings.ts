import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SettingsOf, SettingsTable } from '@gesim/base'
import { addressesOf, listenersOf, serverSettings, wholeNumber } from '@gesim/sgp22'
import type { OperatorAuthorities } from './credentials.ts'
import { parseOperators } from './operators.ts'
import { DEFAULT_LIMITS, type SmdpOptions } from './smdp.ts'

const optionalText = ((value: string) => value) as (value: string) => string | undefined

/** Reads one of a few words. */
function oneOf<T extends string>(...words: readonly T[]): (value: string) => T {
  return (value) => {
    const found = words.find((word) => word === value)
    if (found === undefined) throw new TypeError(`none of ${words.join(', ')}`)
    return found
  }
}

const DEFAULT_PORT = 8443

/** Every setting of the SM-DP+ process. */
export const smdpSettings = {
  ...serverSettings('SMDP', DEFAULT_PORT),
  uppDir: {
    env: 'SMDP_UPP_DIR',
    means:
      'Directory of unprotected profile packages (*.der): each is available to any operator, under its file name as profile type; not set: none.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  uppCopies: {
    env: 'SMDP_UPP_COPIES',
    means: 'How many profiles are made of each package of the directory, each with an ICCID of its own.',
    default: 1,
    parse: wholeNumber,
  },
  ordersFile: {
    env: 'SMDP_ORDERS_FILE',
    means: 'JSON list of orders to start with, see the README; not set: none.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  operatorCa: {
    env: 'SMDP_OPERATOR_CA',
    means:
      'PEM file of the authorities of operators’ certificates; not set: Operators/CERT_CA_OPERATORS.pem of the directory, or nobody.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  operatorsFile: {
    env: 'SMDP_OPERATORS_FILE',
    means:
      'JSON list of operators: id, name, notifyUrl, profileTypes; not set: whoever has a certificate is one.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  notifyUrl: {
    env: 'SMDP_NOTIFY_URL',
    means:
      'Where operators are told of downloads who name no place of their own, such as https://localhost:9443.',
    default: undefined as string | undefined,
    parse: optionalText,
  },
  profileKeys: {
    env: 'SMDP_PROFILE_KEYS',
    means:
      'Keys that protect a profile on its way: `session`, or `own` for keys of the profile sent under them.',
    default: 'session' as 'session' | 'own',
    parse: oneOf('session', 'own'),
  },
  rebinding: {
    env: 'SMDP_REBINDING',
    means:
      'Whether a package is bound again for a card that lost its one-time key: `yes`, or `no` (8.2/3.7).',
    default: 'yes' as 'yes' | 'no',
    parse: oneOf('yes', 'no'),
  },
  sessions: {
    env: 'SMDP_SESSIONS',
    means:
      'Where sessions live: `process`, or `database` for several processes behind one address, which costs speed.',
    default: 'process' as 'process' | 'database',
    parse: oneOf('process', 'database'),
  },
  orderDays: {
    env: 'SMDP_ORDER_DAYS',
    means: 'How long an order waits to be downloaded.',
    unit: 'days',
    default: 30,
    parse: wholeNumber,
  },
  maxDownloads: {
    env: 'SMDP_MAX_DOWNLOADS',
    means: 'How often the package of an order may be fetched.',
    default: DEFAULT_LIMITS.maxDownloadTries,
    parse: wholeNumber,
  },
  maxConfirmationTries: {
    env: 'SMDP_MAX_CONFIRMATION_TRIES',
    means: 'How many wrong confirmation codes end an order.',
    default: DEFAULT_LIMITS.maxConfirmationTries,
    parse: wholeNumber,
  },
  retentionDays: {
    env: 'SMDP_RETENTION_DAYS',
    means: 'How long installed, failed and withdrawn profiles are remembered, without their packages.',
    unit: 'days',
    default: 90,
    parse: wholeNumber,
  },
} as const satisfies SettingsTable

export type SmdpSettings = SettingsOf<typeof smdpSettings>

const DAY_MS = 86_400_000

/** Authorities of operators: the named file, or the one of a test PKI; a foreign directory has none. */
function operatorAuthorities({ operatorCa, pkiDir }: SmdpSettings): OperatorAuthorities {
  if (operatorCa !== undefined) return { path: operatorCa }
  return { path: join(pkiDir, 'Operators', 'CERT_CA_OPERATORS.pem'), optional: true }
}

/** The options that settings mean; the state is opened apart. */
export function optionsOf(settings: SmdpSettings): Omit<SmdpOptions, 'state' | 'sessions'> {
  const { operatorsFile, notifyUrl, oid } = settings
  const [smdpAddress, ...otherAddresses] = addressesOf(settings)
  return {
    pki: settings.pkiDir,
    smdpAddress,
    otherAddresses,
    listeners: listenersOf(settings),
    ...(oid ? { oid } : {}),
    operatorAuthorities: operatorAuthorities(settings),
    ...(operatorsFile ? { operators: parseOperators(readFileSync(operatorsFile, 'utf8')) } : {}),
    ...(notifyUrl ? { notifyUrl } : {}),
    profileKeys: settings.profileKeys === 'own',
    rebinding: settings.rebinding === 'yes',
    limits: {
      ...DEFAULT_LIMITS,
      orderLifeMs: settings.orderDays * DAY_MS,
      maxDownloadTries: settings.maxDownloads,
      maxConfirmationTries: settings.maxConfirmationTries,
      retentionMs: settings.retentionDays * DAY_MS,
      sessionLifeMs: settings.sessionSeconds * 1000,
      maxSessions: settings.maxSessions,
    },
  }
}
