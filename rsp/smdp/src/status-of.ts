import {
  type AuthenticationRefusal,
  asn1Reader,
  authenticationNumbers,
  authenticationStatus,
  type Es9plusFunction,
  type StatusCode,
  statusReader,
} from '@gesim/sgp22'
import type { smdpFailures } from './failures.ts'

/** Refusals of this package that other servers and phones are told by a status code. */
type Told = Exclude<
  keyof typeof smdpFailures,
  | 'smdp.state-unreadable'
  | 'smdp.bad-stock'
  | 'smdp.data-key-missing'
  | 'smdp.no-evidence'
  | 'smdp.no-such-method'
  | 'smdp.at-fault'
>

/** Every refusal and its code (SGP.22 section 5.6 and 5.3); the compiler proves the table complete. */
const STATUS: Readonly<Record<Told | AuthenticationRefusal, StatusCode>> = {
  ...authenticationStatus('8.8'),
  'smdp.unknown-matching-id': '8.2.6/3.8',
  'smdp.eid-mismatch': '8.1.1/3.8',
  'smdp.not-released': '8.2/1.2',
  'smdp.no-memory': '8.1/4.8',
  'smdp.not-eligible': '8.2.5/4.3',
  'smdp.order-expired': '8.8.5/4.10',
  'smdp.too-many-downloads': '8.8.5/6.4',
  'smdp.confirmation-code-missing': '8.2.7/2.2',
  'smdp.confirmation-code-refused': '8.2.7/3.8',
  'smdp.confirmation-code-exhausted': '8.2.7/6.4',
  'smdp.rebinding-refused': '8.2/3.7',
  'smdp.wrong-oid': '8.8/3.10',
  'smdp.unknown-iccid': '8.2.1/3.9',
  'smdp.profile-not-allowed': '8.2.1/1.2',
  'smdp.iccid-in-use': '8.2.1/3.3',
  'smdp.profile-type-unknown': '8.2.5/3.9',
  'smdp.profile-type-sold-out': '8.2.5/3.7',
  'smdp.profile-type-differs': '8.2.5/3.8',
  'smdp.profile-type-not-allowed': '8.2.5/1.2',
  'smdp.order-names-nothing': '1.3.1/2.2',
  'smdp.matching-id-taken': '8.2.6/3.3',
  'smdp.order-exists': '8.2.1/3.3',
  'smdp.not-confirmed': '8.2.1/3.5',
  'smdp.eid-missing': '8.1.1/2.2',
  'smdp.eid-differs': '8.1.1/3.10',
  'smdp.eid-not-of-order': '8.2.1/3.10',
  'smdp.matching-id-differs': '8.2.6/3.10',
  'smdp.smds-unavailable': '8.9/5.1',
  'smdp.smds-refused': '8.9/4.2',
  'smdp.too-late': '8.2.1/3.3',
  'smdp.no-operator': '1.1/1.1',
  'smdp.not-the-operator': '1.1/1.2',
  'smdp.bad-profile': '8.2/2.1',
}

/** The status code of an error, when it is a refusal. */
export const statusOf = statusReader(STATUS)

const shared = authenticationNumbers('8.8')

/** The number under which the ASN.1 binding tells a status code, by function. */
export const asn1ErrorOf = asn1Reader<Es9plusFunction>({
  initiateAuthentication: shared.initiateAuthentication,
  authenticateClient: {
    ...shared.authenticateClient,
    '8.2.6/3.8': 6,
    '8.1.1/3.8': 7,
    '8.2.5/4.3': 8,
    '8.11.1/3.9': 9,
    '8.10.1/3.9': 10,
    '8.1/4.8': 11,
  },
  getBoundProfilePackage: {
    '8.1/6.1': 1,
    '8.2.7/2.2': 2,
    '8.2.7/3.8': 3,
    '8.2.7/6.4': 4,
    '8.2/3.7': 5,
    '8.8.5/4.10': 6,
    '8.10.1/3.9': 95,
  },
  cancelSession: { '8.10.1/3.9': 1, '8.1/6.1': 2 },
  handleNotification: {},
})
