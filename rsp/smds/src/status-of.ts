import { isFailure } from '@gesim/base'
import { type AuthenticationRefusal, authenticationStatus, type StatusCode } from '@gesim/sgp22'
import type { smdsFailures } from './failures.ts'

type Told = Exclude<keyof typeof smdsFailures, 'smds.data-key-missing'>

/** Every refusal and its code (SGP.22 section 5.8 and 5.9); the compiler proves the table complete. */
const STATUS: Readonly<Record<Told | AuthenticationRefusal, StatusCode>> = {
  ...authenticationStatus('8.9'),
  'smds.event-exists': '8.9.5/3.3',
  'smds.no-event': '8.9.5/3.9',
  'smds.too-many-events': '8.9/4.8',
  'smds.no-server': '1.1/1.1',
  'smds.not-the-server': '1.1/1.2',
  'smds.root-refused': '8.9/4.2',
  'smds.root-unavailable': '8.9/5.1',
}

/** The status code of an error, when it is a refusal. */
export function statusOf(error: unknown): StatusCode | undefined {
  if (!isFailure(error)) return undefined
  if (error.code.startsWith('tlv.')) return '1.3.1/2.1'
  return (STATUS as Readonly<Record<string, StatusCode>>)[error.code]
}

const ANY = 127

const ASN1 = {
  initiateAuthentication: { '8.9.1/3.8': 1, '8.9.3/3.1': 2, '8.9.2/3.1': 3, '8.9.4/3.7': 3 },
  authenticateClient: {
    '8.1.2/6.1': 1,
    '8.1.2/6.3': 2,
    '8.1.3/6.1': 3,
    '8.1.3/6.3': 4,
    '8.1/6.1': 5,
    '8.9.5/3.9': 6,
    '8.10.1/3.9': 7,
  },
} as const

/** The number under which the ASN.1 binding tells a status code; what has none is 127. */
export function asn1ErrorOf(name: keyof typeof ASN1, code: StatusCode): number {
  return (ASN1[name] as Readonly<Partial<Record<StatusCode, number>>>)[code] ?? ANY
}
