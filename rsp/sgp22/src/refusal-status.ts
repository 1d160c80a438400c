import { isFailure } from '@gesim/base'
import type { StatusCode } from './status.ts'

/** Error numbers of the ASN.1 binding by status code. */
export type Asn1Numbers = Readonly<Partial<Record<StatusCode, number>>>

/** Error number of the ASN.1 binding for what has none of its own. */
const ANY = 127

/** Gives the status code of an error that is a refusal of a server's table; bytes that are no TLV are a bad format. */
export function statusReader(
  table: Readonly<Record<string, StatusCode>>,
): (error: unknown) => StatusCode | undefined {
  return (error) => {
    if (!isFailure(error)) return undefined
    if (error.code.startsWith('tlv.')) return '1.3.1/2.1'
    return table[error.code]
  }
}

/** Gives the number under which the ASN.1 binding tells a status code, by function. */
export function asn1Reader<Name extends string>(
  table: Readonly<Record<Name, Asn1Numbers>>,
): (name: Name, code: StatusCode) => number {
  return (name, code) => table[name][code] ?? ANY
}

/** Error numbers of the ASN.1 binding that both servers share, some under different subjects. */
export function authenticationNumbers(
  server: '8.8' | '8.9',
): Readonly<Record<'initiateAuthentication' | 'authenticateClient', Asn1Numbers>> {
  return {
    initiateAuthentication: {
      [`${server}.1/3.8`]: 1,
      [`${server}.3/3.1`]: 2,
      [`${server}.2/3.1`]: 3,
      [`${server}.4/3.7`]: 3,
    },
    authenticateClient: { '8.1.2/6.1': 1, '8.1.2/6.3': 2, '8.1.3/6.1': 3, '8.1.3/6.3': 4, '8.1/6.1': 5 },
  }
}
