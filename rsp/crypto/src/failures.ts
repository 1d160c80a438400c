import type { FailureCatalogue } from '@gesim/base'

export const cryptoFailures = {
  'crypto.bad-key': {
    kind: 'refused',
    says: 'A key is not one: wrong length, compressed, off the curve, zero, or on another curve.',
    remedy: 'Send an uncompressed point (04, X, Y) of the agreed curve, or a private key in its range.',
    httpStatus: 400,
  },
  'crypto.unsupported-curve': {
    kind: 'refused',
    says: 'A key lies on a curve other than NIST P-256 and brainpoolP256r1.',
    remedy: 'Use a key on one of the two curves that SGP.22 names.',
    httpStatus: 400,
  },
  'crypto.bad-mac': {
    kind: 'refused',
    says: 'The MAC of a protected segment is wrong: it was changed, or comes out of order.',
    remedy: 'Start a new session and send the segments unchanged and in order.',
    httpStatus: 400,
  },
  'crypto.bad-segment': {
    kind: 'refused',
    says: 'A protected segment has a tag, a length or a padding that no segment has.',
    remedy: 'Send segments of at most 1020 bytes, protected as SGP.22 section 2.6.4 says.',
    httpStatus: 400,
  },
  'crypto.certificate-malformed': {
    kind: 'refused',
    says: 'A certificate cannot be read, or holds a critical extension that nobody here knows.',
    remedy: 'Send an X.509 certificate of version 3 as SGP.22 section 4.5 describes it.',
    httpStatus: 400,
  },
  'crypto.pki-unreadable': {
    kind: 'refused',
    says: 'A file of certificates or keys was readable and is not any more; the earlier ones stay in use.',
    remedy: 'Write the file again, whole, in DER or PEM; it is read again when it changes.',
  },
  'crypto.certificate-signature': {
    kind: 'refused',
    says: 'The signature of a certificate is not its issuer’s.',
    remedy: 'Send the certificate as its issuer signed it.',
    httpStatus: 400,
  },
  'crypto.certificate-role': {
    kind: 'refused',
    says: 'A certificate is of another role than the one that belongs in this place.',
    remedy: 'Send the certificate whose policy names the role asked for.',
    httpStatus: 400,
  },
  'crypto.certificate-usage': {
    kind: 'refused',
    says: 'A certificate may not be used for this: key usage or basic constraints forbid it.',
    remedy: 'Send a certificate with the key usage that its role asks for.',
    httpStatus: 400,
  },
  'crypto.certificate-expired': {
    kind: 'refused',
    says: 'A certificate is not valid at this time.',
    remedy: 'Renew the certificate, or set the clock.',
    httpStatus: 400,
  },
  'crypto.certificate-revoked': {
    kind: 'refused',
    says: 'A certificate stands on the revocation list of its issuer.',
    remedy: 'Use another certificate; this one will not be accepted again.',
    httpStatus: 400,
  },
  'crypto.issuer-unknown': {
    kind: 'refused',
    says: 'A certificate does not lead to an issuer that is trusted here.',
    remedy: 'Use a certificate of a trusted certificate issuer, or add the issuer to the trusted ones.',
    httpStatus: 400,
  },
  'crypto.name-constraint': {
    kind: 'refused',
    says: 'A certificate names an EID or organisation that its manufacturer may not issue.',
    remedy: 'Use a certificate inside the name constraints of the manufacturer’s certificate.',
    httpStatus: 400,
  },
  'crypto.crl-malformed': {
    kind: 'refused',
    says: 'A revocation list cannot be read.',
    remedy: 'Send a certificate revocation list of version 2 signed by a certificate issuer.',
    httpStatus: 400,
  },
  'crypto.pki-incomplete': {
    kind: 'refused',
    says: 'The directory of certificates lacks one that is needed, or its private key.',
    remedy: 'Add the named certificate and key to the directory, or make a test PKI.',
  },
} as const satisfies FailureCatalogue
