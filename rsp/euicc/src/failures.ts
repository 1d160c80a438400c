import type { FailureCatalogue } from '@gesim/base'

export const euiccFailures = {
  'euicc.bad-apdu': {
    kind: 'refused',
    says: 'The bytes are not a command: its header or its lengths do not fit.',
    remedy: 'Send CLA INS P1 P2, then Lc with as many data bytes, then Le when a response is wanted.',
    httpStatus: 400,
  },
  'euicc.aka-keys': {
    kind: 'refused',
    says: 'Keys of an authentication algorithm have a wrong length.',
    remedy: 'Milenage takes 16 bytes each; TUAK takes 16 or 32 bytes of key and 32 bytes of TOPc.',
    httpStatus: 400,
  },
  'euicc.suci-key': {
    kind: 'refused',
    says: 'The public key with which a subscription identifier is concealed is none of its scheme.',
    remedy: 'Profile A takes 32 bytes of X25519, profile B a point on P-256; correct EF.SUCI_Calc_Info_USIM.',
    httpStatus: 400,
  },
  'euicc.state-unreadable': {
    kind: 'broken',
    says: 'The file with the state of the card cannot be read as one.',
    remedy: 'Restore the file, or move it away: the card then begins empty.',
  },
  'euicc.pki-incomplete': {
    kind: 'refused',
    says: 'The directory of certificates holds no card that can be used.',
    remedy:
      'Give a directory with a certificate issuer, a manufacturer (EUM) and an eUICC certificate with its key, on the curve asked for.',
  },
  'euicc.bridge-line': {
    kind: 'refused',
    says: 'A line from the terminal is not a request of the card bridge.',
    remedy: 'Send one JSON object a line: {"type":"apdu","payload":{"func":"connect","param":null}}.',
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
