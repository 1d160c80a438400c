import {
  type AuthenticationRefusal,
  asn1Reader,
  authenticationNumbers,
  authenticationStatus,
  type StatusCode,
  statusReader,
} from '@gesim/sgp22'
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
export const statusOf = statusReader(STATUS)

const shared = authenticationNumbers('8.9')

/** The number under which the ASN.1 binding tells a status code, by function. */
export const asn1ErrorOf = asn1Reader({
  initiateAuthentication: shared.initiateAuthentication,
  authenticateClient: { ...shared.authenticateClient, '8.9.5/3.9': 6, '8.10.1/3.9': 7 },
})
