import { refuse } from '@gesim/base'

/** What a traveller scans: where the profile waits, and under which token (SGP.22 section 4.1). */
export interface ActivationCode {
  /** Host name, with a port when it is not 443. */
  readonly smdpAddress: string
  /** Empty when the server finds the order by the EID. */
  readonly matchingId: string
  /** Identifier that the server's certificates must carry. */
  readonly smdpOid?: string
  readonly confirmationCodeRequired: boolean
}

/** The address of a server: a host, with a port when it is not 443, and nothing that leads elsewhere on it. */
export const SERVER_ADDRESS = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::\d{1,5})?$/
const OID = /^[0-2](?:\.\d{1,20}){1,20}$/

/**
 * Reads an activation code. The prefix `LPA:` may be missing or in any case, as some screens show the
 * code without it; the identifier may be empty before the confirmation code flag.
 * Throws `sgp22.not-activation-code`.
 *
 * ```ts
 * parseActivationCode('LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815')
 * parseActivationCode('1$smdp.example.com$04386$$1').confirmationCodeRequired // true
 * ```
 */
export function parseActivationCode(text: string): ActivationCode {
  const fail = (why: string) => refuse('sgp22.not-activation-code', { why })
  if (text.length > 255) throw fail('longer than 255 characters')
  const [format, smdpAddress, matchingId, smdpOid = '', flag = '', ...more] = text
    .trim()
    .replace(/^lpa:/i, '')
    .split('$')
  if (format !== '1') throw fail('the format is not 1')
  if (!smdpAddress || !SERVER_ADDRESS.test(smdpAddress)) throw fail('no server address')
  if (matchingId === undefined || !/^[A-Z0-9-]*$/.test(matchingId)) throw fail('no matching identifier')
  if (smdpOid !== '' && !OID.test(smdpOid)) throw fail('the identifier of the server is not dotted')
  if (flag !== '' && flag !== '1') throw fail('the confirmation code flag is not 1')
  if (more.length) throw fail('more fields than five')
  return { smdpAddress, matchingId, ...(smdpOid ? { smdpOid } : {}), confirmationCodeRequired: flag === '1' }
}

/** Writes an activation code with its prefix, without empty fields at the end. */
export function formatActivationCode(code: ActivationCode): string {
  const fields = [
    '1',
    code.smdpAddress,
    code.matchingId,
    code.smdpOid ?? '',
    code.confirmationCodeRequired ? '1' : '',
  ]
  while (fields.length > 3 && fields[fields.length - 1] === '') fields.pop()
  return `LPA:${fields.join('$')}`
}
