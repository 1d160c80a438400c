import type { FailureCatalogue } from '@gesim/base'

export const nodeFailures = {
  'node.role-unknown': {
    kind: 'refused',
    says: 'There is no such role.',
    remedy: '`--help` lists the roles; give them separated by commas.',
  },
  'node.invalid-argument': {
    kind: 'refused',
    says: 'The request does not have the form that the API describes.',
    remedy: 'Compare it with /v1/openapi.json; the message names the first member that is wrong.',
    httpStatus: 400,
  },
  'node.too-large': {
    kind: 'refused',
    says: 'The body is larger than this route takes.',
    remedy: 'Send less at once; batches have a limit of their own.',
    httpStatus: 413,
  },
  'node.media-type': {
    kind: 'refused',
    says: 'The body is of a type that this route does not read.',
    remedy: 'Send application/json.',
    httpStatus: 415,
  },
  'node.not-found': {
    kind: 'refused',
    says: 'Nothing is at this address.',
    remedy: 'Compare it with /v1/openapi.json.',
    httpStatus: 404,
  },
  'node.too-many': {
    kind: 'refused',
    says: 'Too many calls of this route from one caller.',
    remedy: 'Wait as long as Retry-After says.',
    httpStatus: 429,
  },
  'node.idempotency-conflict': {
    kind: 'refused',
    says: 'This Idempotency-Key was used for another request.',
    remedy: 'Use a fresh key for each request, and the same key only for repeating one.',
    httpStatus: 409,
  },
  'node.idempotency-running': {
    kind: 'refused',
    says: 'The first request with this Idempotency-Key is still being answered.',
    remedy: 'Ask again in a moment with the same key.',
    httpStatus: 409,
  },
  'node.not-operator': {
    kind: 'refused',
    says: 'This is for the operator.',
    remedy: 'Send an API key with the role operator.',
    httpStatus: 403,
  },
  'node.broken': {
    kind: 'broken',
    says: 'Something is wrong on our side.',
    remedy: 'Nothing was lost. Try again later; if it stays, tell the operator the correlator.',
    httpStatus: 500,
  },
} as const satisfies FailureCatalogue
