import type { FailureCatalogue } from '@gesim/base'

export const tlvFailures = {
  'tlv.truncated': {
    kind: 'refused',
    says: 'The bytes end before the element that they announce.',
    remedy: 'Send the whole element: its length says more bytes than were given.',
    httpStatus: 400,
  },
  'tlv.trailing-bytes': {
    kind: 'refused',
    says: 'Bytes follow the element that should have been the last one.',
    remedy: 'Send one element and nothing after it.',
    httpStatus: 400,
  },
  'tlv.bad-tag': {
    kind: 'refused',
    says: 'A tag is not one: end-of-contents, longer than three bytes, or padded with zeros.',
    remedy: 'Encode tags as X.690 section 8.1.2 says, in at most three bytes.',
    httpStatus: 400,
  },
  'tlv.bad-length': {
    kind: 'refused',
    says: 'A length is indefinite, reserved or wider than four bytes.',
    remedy: 'Encode lengths in the definite form in at most four bytes after the first.',
    httpStatus: 400,
  },
  'tlv.too-large': {
    kind: 'refused',
    says: 'An element is larger than the limit of its reader.',
    remedy: 'Send a smaller element.',
    httpStatus: 413,
  },
  'tlv.too-deep': {
    kind: 'refused',
    says: 'Elements are nested deeper than any message of the specification nests them.',
    remedy: 'Send an element nested at most as deep as the limit.',
    httpStatus: 400,
  },
  'tlv.too-many': {
    kind: 'refused',
    says: 'An element has more children than the limit of its reader.',
    remedy: 'Send fewer elements.',
    httpStatus: 400,
  },
  'tlv.unexpected-tag': {
    kind: 'refused',
    says: 'An element has another tag than the one that belongs in this place.',
    remedy: 'Send the element with the expected tag.',
    httpStatus: 400,
  },
  'tlv.missing': {
    kind: 'refused',
    says: 'A mandatory element is not where it belongs.',
    remedy: 'Add the element, or put it in the order of the specification.',
    httpStatus: 400,
  },
  'tlv.duplicate': {
    kind: 'refused',
    says: 'An element that may stand once stands twice, or stands after its place.',
    remedy: 'Send each element once and in the order of the specification.',
    httpStatus: 400,
  },
  'tlv.not-constructed': {
    kind: 'refused',
    says: 'A primitive element was asked for its children.',
    remedy: 'Send a constructed element (bit 20 of the first tag byte set) in this place.',
    httpStatus: 400,
  },
  'tlv.bad-value': {
    kind: 'refused',
    says: 'The content of an element is not of its type: an integer, a text, an object identifier.',
    remedy: 'Encode the content as DER says for its type.',
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
