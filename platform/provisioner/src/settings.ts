import type { SettingsTable } from '@gesim/base'
import type { SealingKey } from './seal.ts'

/** A carrier that speaks ES2+ (SGP.22, 5.3). */
export interface Es2plusSetting {
  readonly kind: 'es2plus'
  readonly book: number
  readonly name: string
  readonly url: string
  /** Files in PEM: the authority of the carrier's certificate, and our own certificate and key. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Our identifier in the header of each call, dotted. */
  readonly requester: string
  readonly radioUrl?: string
}

/** The reseller eSIM Access, for which the operator itself is carrier of record. */
export interface EsimAccessSetting {
  readonly kind: 'esim-access'
  readonly book: number
  readonly name: string
  readonly url: string
  /** Plan id to the supplier's slug. */
  readonly packages: Readonly<Record<string, string>>
}

export type CarrierSetting = Es2plusSetting | EsimAccessSetting

function carriers(text: string): readonly CarrierSetting[] {
  const list = JSON.parse(text) as CarrierSetting[]
  if (!Array.isArray(list)) throw new TypeError('not a list')
  for (const one of list) {
    const wanted =
      one.kind === 'es2plus' ? [one.url, one.ca, one.cert, one.key, one.requester] : [one.url, one.packages]
    if (
      !Number.isInteger(one.book) ||
      one.book < 1 ||
      typeof one.name !== 'string' ||
      wanted.includes(undefined!)
    )
      throw new TypeError('not a carrier')
    new URL(one.url)
  }
  return list
}

function sealingKeys(text: string): readonly SealingKey[] {
  return text.split(',').map((pair) => {
    const match = /^([a-z0-9]{1,16}):([0-9a-f]{64})$/.exec(pair.trim())
    if (!match) throw new TypeError('not id:64 hex digits')
    return { id: match[1]!, key: Buffer.from(match[2]!, 'hex') }
  })
}

function key32(text: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new TypeError('not 64 hex digits')
  return Buffer.from(text, 'hex')
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new TypeError('not a positive number')
  return value
}

const text = (value: string): string => value

export const provisionerSettings = {
  carriers: {
    env: 'PROVISIONER_CARRIERS',
    means:
      'Carriers to order from, as a JSON list: {kind: "es2plus", book, name, url, ca, cert, key, requester, radioUrl?} or {kind: "esim-access", book, name, url, packages}.',
    default: [] as readonly CarrierSetting[],
    parse: carriers,
  },
  sealingKeys: {
    env: 'PROVISIONER_SEALING_KEYS',
    means:
      'Keys that seal activation codes, as id:hex of 32 bytes, separated by commas; the first seals, all of them open.',
    secret: true,
    parse: sealingKeys,
  },
  commitmentKey: {
    env: 'PROVISIONER_COMMITMENT_KEY',
    means:
      'Key of the commitments to ICCIDs, 32 bytes in hex. Changing it makes open orders deaf to notifications.',
    secret: true,
    parse: key32,
  },
  issuers: {
    env: 'PROVISIONER_ISSUERS',
    means:
      "Directory or PEM/DER file with the certificate issuers whose cards are believed (GSMA CI, or the test PKI's).",
    default: '',
    parse: text,
  },
  orderSeconds: {
    env: 'PROVISIONER_ORDER_SECONDS',
    means: 'How long a carrier may take to make a profile ready before the next one is asked.',
    unit: 'seconds',
    default: 20,
    parse: positive,
  },
  callTimeoutMs: {
    env: 'PROVISIONER_CALL_TIMEOUT_MS',
    means: 'How long one call to a carrier may take.',
    unit: 'ms',
    default: 5000,
    parse: positive,
  },
  cancelHours: {
    env: 'PROVISIONER_CANCEL_HOURS',
    means: 'How long a carrier that does not answer is asked to cancel an order.',
    unit: 'hours',
    default: 24,
    parse: positive,
  },
  warmMost: {
    env: 'PROVISIONER_WARM_MOST',
    means: 'Profiles that are reserved ahead of demand at most, for each carrier; 0 reserves none.',
    default: 3,
    parse: (value: string): number => {
      const count = Number(value)
      if (!Number.isInteger(count) || count < 0 || count > 1000) throw new TypeError('not 0 to 1000')
      return count
    },
  },
  esimAccessCode: {
    env: 'ESIM_ACCESS_CODE',
    means: 'Access code of the eSIM Access account; needed when a carrier of that kind is listed.',
    default: '',
    parse: text,
  },
  esimAccessSecret: {
    env: 'ESIM_ACCESS_SECRET',
    means: 'Secret that requests to eSIM Access are signed with.',
    default: '',
    secret: true,
    parse: text,
  },
  recordKey: {
    env: 'PROVISIONER_RECORD_KEY',
    means:
      'Private PROVISIONING key of the operator as carrier of record, for resellers without a key of their own; empty where no reseller is listed.',
    default: '',
    secret: true,
    parse: (value: string): string => {
      if (value !== '' && !/^0x[0-9a-f]{64}$/.test(value)) throw new TypeError('not 0x and 64 hex digits')
      return value
    },
  },
} as const satisfies SettingsTable
