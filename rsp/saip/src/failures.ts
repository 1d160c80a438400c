import type { FailureCatalogue } from '@gesim/base'

export const saipFailures = {
  'saip.not-a-profile': {
    kind: 'refused',
    says: 'The bytes are not a profile package: they do not read as a sequence of profile elements.',
    remedy:
      'Give an unprotected profile package (UPP) in DER, as the TCA interoperable profile format defines it.',
    httpStatus: 400,
  },
  'saip.rule-broken': {
    kind: 'refused',
    says: 'The profile package breaks a rule of the format.',
    remedy: 'Correct the named profile element at the named offset; the rule says what is expected there.',
    httpStatus: 400,
  },
  'saip.too-large': {
    kind: 'refused',
    says: 'The profile package is larger than this software reads.',
    remedy: 'Split large file contents off, or raise the limit where the package is read.',
    httpStatus: 413,
  },
  'saip.value-invalid': {
    kind: 'refused',
    says: 'A value for a profile cannot be written: wrong length or characters.',
    remedy: 'Correct the named value; digits and lengths are those of the 3GPP file that holds it.',
    httpStatus: 400,
  },
  'saip.nothing-to-personalise': {
    kind: 'refused',
    says: 'The template has no place for a value that was to be written into it.',
    remedy: 'Leave the value out, or use a template that holds the named element.',
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
