import type { FailureCatalogue } from '@gesim/base'

export const sgp22Failures = {
  'sgp22.not-iccid': {
    kind: 'refused',
    says: 'The text is not an ICCID.',
    remedy: 'Give 18 to 20 digits; the last one may be an F that pads.',
    httpStatus: 400,
  },
  'sgp22.not-eid': {
    kind: 'refused',
    says: 'The text is not an EID.',
    remedy: 'Give 32 digits.',
    httpStatus: 400,
  },
  'sgp22.not-matching-id': {
    kind: 'refused',
    says: 'The text is not a matching identifier.',
    remedy: 'Use capital letters, digits and hyphens only.',
    httpStatus: 400,
  },
  'sgp22.not-activation-code': {
    kind: 'refused',
    says: 'The text is not an activation code.',
    remedy: 'Give LPA:1$<server>$<matching identifier>, as the QR code holds it.',
    httpStatus: 400,
  },
  'sgp22.bad-member': {
    kind: 'refused',
    says: 'A member of a JSON body is missing or is not of its type.',
    remedy: 'Send the named member as SGP.22 section 6.5 describes it.',
    httpStatus: 400,
  },
  'sgp22.bad-body': {
    kind: 'refused',
    says: 'A body is not JSON, or not the object that was expected.',
    remedy: 'Send a JSON object with content type application/json.',
    httpStatus: 400,
  },
  'sgp22.body-too-large': {
    kind: 'refused',
    says: 'A body is larger than any message of the interface.',
    remedy: 'Send a smaller body.',
    httpStatus: 413,
  },
  'sgp22.body-cut': {
    kind: 'refused',
    says: 'A connection ended before the whole body had come.',
    remedy: 'Send the request again.',
    httpStatus: 400,
  },
  'sgp22.function-failed': {
    kind: 'refused',
    says: 'The other side answered a function with a failure.',
    remedy: 'See the subject and reason code; both are named in the facts.',
    httpStatus: 409,
  },
  'sgp22.no-answer': {
    kind: 'unreachable',
    says: 'A server did not answer, or not as the interface asks.',
    remedy: 'Check the address, its TLS certificate and that it runs; then try again.',
  },
  'sgp22.auth-address': {
    kind: 'refused',
    says: 'The phone asked for a server of another address.',
    remedy: 'Ask the server that the activation code names.',
    httpStatus: 400,
  },
  'sgp22.auth-version': {
    kind: 'refused',
    says: 'The card speaks a version of SGP.22 that the server does not.',
    remedy: 'Use a card of SGP.22 version 2.',
    httpStatus: 400,
  },
  'sgp22.auth-issuer-unsupported': {
    kind: 'refused',
    says: 'The server trusts none of the issuers under which the card can sign.',
    remedy: 'Use a card of an issuer that the server trusts, or add the issuer.',
    httpStatus: 400,
  },
  'sgp22.auth-no-certificate': {
    kind: 'refused',
    says: 'The server has no certificate that the card can check.',
    remedy: 'Give the server a certificate of one of the card’s issuers.',
    httpStatus: 400,
  },
  'sgp22.auth-transaction': {
    kind: 'refused',
    says: 'There is no such transaction, or it is over, or not at this step.',
    remedy: 'Begin again with initiateAuthentication.',
    httpStatus: 400,
  },
  'sgp22.auth-eum-invalid': {
    kind: 'refused',
    says: 'The certificate of the card’s manufacturer does not hold.',
    remedy: 'Use a card with a valid manufacturer’s certificate.',
    httpStatus: 400,
  },
  'sgp22.auth-eum-expired': {
    kind: 'refused',
    says: 'The certificate of the card’s manufacturer has expired.',
    remedy: 'Use a card whose manufacturer’s certificate is valid.',
    httpStatus: 400,
  },
  'sgp22.auth-euicc-invalid': {
    kind: 'refused',
    says: 'The certificate of the card does not hold.',
    remedy: 'Use a card with a valid certificate.',
    httpStatus: 400,
  },
  'sgp22.auth-euicc-expired': {
    kind: 'refused',
    says: 'The certificate of the card has expired.',
    remedy: 'Use a card whose certificate is valid.',
    httpStatus: 400,
  },
  'sgp22.auth-issuer-unknown': {
    kind: 'refused',
    says: 'The certificates of the card do not lead to the issuer that was agreed on.',
    remedy: 'Use a card of an issuer that the server trusts.',
    httpStatus: 400,
  },
  'sgp22.auth-signature': {
    kind: 'refused',
    says: 'A signature, challenge or address of the card does not hold.',
    remedy: 'Begin again; if it persists, the card or the phone is at fault.',
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
